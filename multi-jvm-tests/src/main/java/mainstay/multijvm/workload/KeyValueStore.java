package mainstay.multijvm.workload;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * What a workload writes to and reads from, one request at a time: no repeating in here, or a history would hide it.
 * Answers of any status complete the future normally; it fails only if there was no answer (connection refused or lost,
 * time-out), which means that the request may or may not have taken effect.
 */
public interface KeyValueStore {

  /**
   * @param server name of the server to ask
   * @param expected revision that the key must have, {@link Operation#UNKNOWN} = any
   * @param requestId the same for every repetition of one write
   * @param limit longest time until the answer
   */
  CompletableFuture<Answer> write(
      String server, String key, String value, long expected, String requestId, Duration limit);

  CompletableFuture<Answer> read(String server, String key, Duration limit);

  /**
   * @param status HTTP status
   * @param value value read, null if the key has none
   * @param revision and {@code term}: {@link Operation#UNKNOWN} if the answer does not tell
   * @param detail for a refusal: what the server said
   */
  record Answer(int status, String value, long revision, long term, String detail) {
    public boolean ok() {
      return status / 100 == 2;
    }

    /** The server understood and said no: nothing was done and repeating is of no use. */
    public boolean refused() {
      return status / 100 == 4 && status != 408 && status != 429;
    }
  }
}
