package mainstay.multijvm.cluster;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Waits for the world to become as expected, by looking again and again. */
public final class Await {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

  private Await() {}

  /**
   * @param what sentence of what is waited for, for the error
   * @param look may throw while the world is not ready; that counts as "not yet"
   * @return what was seen when it was good
   * @throws AwaitException after {@code limit}, with what was seen last
   */
  public static <T> T until(
      String what, Duration limit, Callable<T> look, Predicate<? super T> good) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      Object seen;
      try {
        var value = look.call();
        if (good.test(value)) {
          return value;
        }
        seen = value;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AwaitException("interrupted while waiting for: " + what, e);
      } catch (Exception notYet) {
        if (System.nanoTime() - deadline > 0) {
          throw new AwaitException(explain(what, limit, notYet), notYet);
        }
        seen = notYet;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new AwaitException(explain(what, limit, seen), null);
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
  }

  private static String explain(String what, Duration limit, Object seen) {
    return "not within " + limit + ": " + what + ". Seen last: " + seen;
  }

  /** What was waited for did not come. */
  public static final class AwaitException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AwaitException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
