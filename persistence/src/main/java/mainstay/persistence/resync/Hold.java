package mainstay.persistence.resync;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mainstay.persistence.databases.DatabaseUnavailableException;
import mainstay.persistence.databases.DatabaseUnavailableException.Outcome;
import mainstay.persistence.databases.WriteBarrier;

/** Waits for a barrier on a thread that has nothing else to do. */
final class Hold {
  private static final Duration GRACE = Duration.ofSeconds(5);

  private Hold() {}

  static <T> T on(WriteBarrier barrier, String operation, Duration limit, WriteBarrier.Held<T> work)
      throws SQLException {
    try {
      return barrier
          .hold(operation, limit, work)
          .toCompletableFuture()
          .get(limit.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SQLException failure) {
        throw failure;
      }
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(operation, e.getCause());
    } catch (TimeoutException e) {
      throw new DatabaseUnavailableException(
          Outcome.UNKNOWN, operation + ": the barrier has not ended within its limit", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException(operation);
    }
  }
}
