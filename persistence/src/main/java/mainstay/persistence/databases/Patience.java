package mainstay.persistence.databases;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The logins of a pool go on until one succeeds or the pool is closed, at a pace of their own. The pool (HikariCP) would
 * sleep longer and longer after each failure, up to 5 s, and so keep work waiting for a database that is back.
 */
final class Patience implements LoginSource.OnFailure, AutoCloseable {
  private static final Duration SHORTEST = Duration.ofMillis(50);
  private static final Duration LONGEST = Duration.ofMillis(500);
  private static final int DOUBLINGS = 10;

  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Optional<SQLException> failure = Optional.empty();

  /** @param failures in a row, from 1 */
  static Duration pause(int failures) {
    var pause = SHORTEST.multipliedBy(1L << Math.min(DOUBLINGS, failures - 1));
    return pause.compareTo(LONGEST) < 0 ? pause : LONGEST;
  }

  @Override
  public void failed(int failures, SQLException failed) throws SQLException {
    failure = Optional.of(failed);
    boolean over;
    try {
      over = closed.await(pause(failures).toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      over = true;
    }
    if (over) {
      throw failed;
    }
  }

  void succeeded() {
    failure = Optional.empty();
  }

  /** Of the last login, unless it succeeded. */
  Optional<SQLException> failure() {
    return failure;
  }

  /** Logins are given up from now on. */
  @Override
  public void close() {
    closed.countDown();
  }
}
