package mainstay.node.databases;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import mainstay.node.databases.core.Acceptor;
import mainstay.node.databases.core.DatabaseList;

/** What a voter has promised and accepted, in a file that is there in whole after any crash, or the one before it. */
final class VoterFile {
  private static final int FORMAT = 1;
  private static final ObjectMapper JSON = JsonMapper.builder()
      .addModule(new Jdk8Module())
      .addModule(new JavaTimeModule())
      .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
      .enable(SerializationFeature.INDENT_OUTPUT)
      .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
      .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
      .build();

  private final Path file;

  private record Content(int format, Acceptor voter) {}

  /** The voter cannot keep its word; the message names the file and says what to do. */
  static final class VoterFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    VoterFileException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  VoterFile(Path dataDirectory, DatabaseList list) {
    this.file = dataDirectory.resolve(list.voterFile());
  }

  /** @throws VoterFileException if there is a file and it cannot be read: it is never taken for an empty one */
  Acceptor load() {
    try {
      if (Files.notExists(file)) {
        return Acceptor.NEW;
      }
      var content = JSON.readValue(Files.readAllBytes(file), Content.class);
      if (content == null) {
        throw new IOException("it says nothing");
      }
      if (content.format() != FORMAT) {
        throw new IOException(
            "its format is " + content.format() + ", this program knows " + FORMAT);
      }
      return content.voter();
    } catch (IOException | IllegalArgumentException e) {
      throw new VoterFileException(
          "the voter's file " + file + " cannot be read (" + e.getMessage()
              + "); restore it, or, while all other servers run, remove it: this server then learns from them"
              + " which databases count",
          e);
    }
  }

  /** Returns when it is on the disk. */
  void save(Acceptor voter) {
    var draft = file.resolveSibling(file.getFileName() + ".draft");
    try {
      try (var channel = FileChannel.open(
          draft,
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.WRITE)) {
        var bytes = ByteBuffer.wrap(JSON.writeValueAsBytes(new Content(FORMAT, voter)));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      try (var directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
        directory.force(true); // or the name may still lead to the old content
      }
    } catch (IOException e) {
      throw new VoterFileException(
          "the voter's file " + file + " cannot be written (" + e.getMessage()
              + "); make room, or give the server write access, and start it again",
          e);
    }
  }
}
