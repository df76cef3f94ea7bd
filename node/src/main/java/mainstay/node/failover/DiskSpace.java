package mainstay.node.failover;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Whether a server has room to remember what it has to. */
public final class DiskSpace {
  private static final long MEBIBYTE = 1L << 20;
  private static final Duration LIMIT = Duration.ofSeconds(1);

  private DiskSpace() {}

  /** {@link #complaint} on a thread of its own, for a file system that hangs is a complaint too. */
  public static CompletionStage<Optional<String>> look(Path directory, long minimum) {
    return CompletableFuture.supplyAsync(() -> complaint(directory, minimum))
        .completeOnTimeout(
            Optional.of("its data directory " + directory + " does not answer"),
            LIMIT.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /**
   * Asks the file system, which may take long.
   *
   * @param directory what the server keeps of its own
   * @param minimum bytes that must be free there
   * @return the end of a sentence that begins with the server; empty if there is room
   */
  public static Optional<String> complaint(Path directory, long minimum) {
    try {
      long free = Files.getFileStore(directory).getUsableSpace();
      return free >= minimum
          ? Optional.empty()
          : Optional.of("its disk is short: " + free / MEBIBYTE + " MiB are free in " + directory
              + ", " + minimum / MEBIBYTE + " MiB are wanted (mainstay.failover.disk-minimum)");
    } catch (IOException e) {
      return Optional.of("its data directory " + directory + " cannot be looked at: " + e);
    }
  }
}
