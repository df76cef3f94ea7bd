package mainstay.persistence.databases;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * The pace of the logins of a pool.
 *
 * <p>A login goes on until it succeeds or the pool is closed. The pool (HikariCP) would sleep longer and longer after each
 * failure, up to 5 s, and so keep work waiting for a database that is back.
 *
 * <p>Sessions for which nobody waits are opened one after the other with a pause: a login costs both sides some ms of a
 * processor, and all pools of all servers fill themselves at the same moment, when a database comes back.
 */
final class PoolPace implements LoginSource.Pace, AutoCloseable {
  private static final Duration SHORTEST = Duration.ofMillis(50);
  private static final Duration LONGEST = Duration.ofMillis(500);
  private static final int DOUBLINGS = 10;

  /** What is wrong with a login mostly stays so until somebody changes it, and the database notes each in its log. */
  private static final Duration LONGEST_AFTER_REFUSAL = Duration.ofSeconds(5);

  /** Class of the SQLStates of logins that are not accepted. */
  private static final String NOT_AUTHORISED = "28";

  private static final int GLANCES = 10;
  private static final Duration BETWEEN_GLANCES = Duration.ofMillis(10);

  private final IntSupplier waiting;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Optional<SQLException> failure = Optional.empty();

  /** @param waiting pieces of work that wait for a session now */
  PoolPace(IntSupplier waiting) {
    this.waiting = waiting;
  }

  @Override
  public void await() {
    boolean over = false;
    for (int glance = 0; glance < GLANCES && !over; glance++) {
      over = waiting.getAsInt() > 0 || closedWithin(BETWEEN_GLANCES);
    }
  }

  /** @param failures in a row, from 1 */
  static Duration pause(int failures, SQLException last) {
    var pause = SHORTEST.multipliedBy(1L << Math.min(DOUBLINGS, failures - 1));
    boolean refused = last.getSQLState() != null && last.getSQLState().startsWith(NOT_AUTHORISED);
    var longest = refused ? LONGEST_AFTER_REFUSAL : LONGEST;
    return pause.compareTo(longest) < 0 ? pause : longest;
  }

  @Override
  public void failed(int failures, SQLException failed) throws SQLException {
    failure = Optional.of(failed);
    if (closedWithin(pause(failures, failed))) {
      throw failed;
    }
  }

  private boolean closedWithin(Duration limit) {
    try {
      return closed.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  @Override
  public void succeeded() {
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
