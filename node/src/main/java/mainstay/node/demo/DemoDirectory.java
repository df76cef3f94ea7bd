package mainstay.node.demo;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The files of one demo: the mark that this is one ({@value #MARK}, the plan), tokens, process files. */
final class DemoDirectory {
  static final String MARK = "mainstay-demo.json";
  private static final List<String> ROLES = List.of("admin", "engineer", "operator", "viewer");
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private final Path root;

  DemoDirectory(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  Path root() {
    return root;
  }

  Path of(String process) {
    return root.resolve(process);
  }

  Path adminToken() {
    return root.resolve("admin.token");
  }

  /** Creates the directory if need be and does the action while no other command starts anything in it. */
  void whileClaimed(Runnable action) {
    claimed(() -> {
      action.run();
      return true;
    });
  }

  /** {@link #whileClaimed} for an action with a result. */
  <T> T claimed(Supplier<T> action) {
    try {
      Files.createDirectories(root.resolve("run"));
      try (var channel = FileChannel.open(root.resolve("run/lock"), CREATE, WRITE)) {
        if (channel.tryLock() == null) {
          throw new DemoException("another command starts something in " + root
              + " at this moment; wait for it, or" + " choose another directory with --dir");
        }
        return action.get();
      }
    } catch (IOException e) {
      throw new DemoException(
          "cannot write to " + root + "; make it writable or choose another directory with --dir",
          e);
    }
  }

  /** Refuses a directory that holds other people's things. */
  void requireDemoOrEmpty() {
    if (!Files.exists(root) || Files.exists(root.resolve(MARK))) {
      return;
    }
    try (var entries = Files.list(root)) {
      Optional<Path> foreign =
          entries.filter(entry -> !entry.getFileName().toString().equals("run")).findFirst();
      if (foreign.isPresent()) {
        throw new DemoException(
            root + " is not empty (" + foreign.get().getFileName() + ") and is no directory of a"
                + " demo: the file " + MARK + " is missing; choose another directory with --dir");
      }
    } catch (IOException e) {
      throw new DemoException(
          "cannot use " + root + " as a directory; choose another with --dir", e);
    }
  }

  /** Deletes everything but the lock. */
  void empty() {
    try (var entries = Files.walk(root)) {
      for (Path path : entries.sorted(Comparator.reverseOrder()).toList()) {
        if (!path.equals(root) && !path.startsWith(root.resolve("run"))) {
          Files.delete(path);
        }
      }
    } catch (IOException e) {
      throw new DemoException("cannot delete the old data in " + root, e);
    }
  }

  Optional<DemoPlan> plan() {
    return read(root.resolve(MARK), DemoPlan.class);
  }

  void write(DemoPlan plan) {
    write(root.resolve(MARK), plan);
  }

  Optional<ProcessFile> process(String name) {
    return read(processFile(name), ProcessFile.class);
  }

  void write(ProcessFile process) {
    write(processFile(process.name()), process);
  }

  void forget(String process) {
    try {
      Files.deleteIfExists(processFile(process));
    } catch (IOException e) {
      throw new DemoException("cannot delete " + processFile(process), e);
    }
  }

  private Path processFile(String name) {
    return root.resolve("run").resolve(name + ".json");
  }

  /** Random tokens, one for each role, unless they are there already. */
  void createTokens() {
    var random = new SecureRandom();
    for (String role : ROLES) {
      Path file = root.resolve(role + ".token");
      if (!Files.exists(file)) {
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        writeAtomically(
            file, Base64.getUrlEncoder().withoutPadding().encodeToString(secret) + "\n");
      }
    }
  }

  void writeServerConfig(DemoPlan plan, DemoPlan.Server server) {
    try {
      Files.createDirectories(of(server.name()));
    } catch (IOException e) {
      throw new DemoException("cannot create " + of(server.name()), e);
    }
    writeAtomically(
        of(server.name()).resolve("server.conf"), ServerConfigFile.of(plan, server, root));
  }

  private static <T> Optional<T> read(Path file, Class<T> type) {
    try {
      return Optional.of(JSON.readValue(Files.readString(file), type));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new DemoException("cannot read " + file, e);
    }
  }

  private static void write(Path file, Object value) {
    try {
      writeAtomically(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n");
    } catch (IOException e) {
      throw new DemoException("cannot write " + file, e);
    }
  }

  /** For its owner only; a reader sees the old text or the new one. */
  private static void writeAtomically(Path file, String text) {
    try {
      Path next = Files.createTempFile(
          file.getParent(),
          file.getFileName().toString(),
          ".tmp",
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.write(next, text.getBytes(StandardCharsets.UTF_8));
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new DemoException(
          "cannot write " + file + "; make " + file.getParent()
              + " writable or choose another directory with --dir",
          e);
    }
  }
}
