package mainstay.multijvm.cluster;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;

/** Temporary directories of child processes: removing and copying them, and reading the end of what was logged there. */
public final class ChildDirectory {
  private static final int TAIL_BYTES = 6_000;

  private ChildDirectory() {}

  /** Removes a directory and all in it. Nothing happens if it is not there. */
  public static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (var paths = Files.walk(directory)) {
      for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Copies a directory and all in it to a place where nothing is, with owners and permissions. */
  public static void copy(Path from, Path to) throws IOException {
    try (var paths = Files.walk(from)) {
      for (var path : paths.toList()) {
        Files.copy(
            path,
            to.resolve(from.relativize(path)),
            StandardCopyOption.COPY_ATTRIBUTES,
            LinkOption.NOFOLLOW_LINKS);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** The last {@value #TAIL_BYTES} bytes of a file, or a sentence why not. */
  public static String tail(Path file) {
    try (var in = new RandomAccessFile(file.toFile(), "r")) {
      long from = Math.max(0, in.length() - TAIL_BYTES);
      var bytes = new byte[(int) (in.length() - from)];
      in.seek(from);
      in.readFully(bytes);
      return "--- " + file + (from > 0 ? " (end)" : "") + "\n"
          + new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "--- " + file + " cannot be read: " + e.getMessage() + "\n";
    }
  }
}
