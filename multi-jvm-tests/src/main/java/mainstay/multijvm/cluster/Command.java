package mainstay.multijvm.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Short commands of the system, which print little. */
final class Command {
  private static final long LIMIT_SECONDS = 60;

  private Command() {}

  /** Runs it in the working directory, see {@link #run(List, Path)}. */
  static String run(List<String> command) throws IOException {
    return run(command, Path.of("").toAbsolutePath());
  }

  /**
   * Runs it and returns all that it printed.
   *
   * @param directory to run it in
   * @throws IOException if it cannot be started, fails, or does not end within {@value #LIMIT_SECONDS} s
   */
  static String run(List<String> command, Path directory) throws IOException {
    var process = new ProcessBuilder(command)
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .start();
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(String.join(" ", command) + " failed: no answer");
      }
      var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.exitValue() != 0) {
        throw new IOException(String.join(" ", command) + " failed: " + printed.strip());
      }
      return printed;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted during " + String.join(" ", command), e);
    } finally {
      process.destroyForcibly();
    }
  }
}
