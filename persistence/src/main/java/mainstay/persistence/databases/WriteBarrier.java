package mainstay.persistence.databases;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * A moment in which no write transaction of any server runs on any written database: those that had begun have ended,
 * those that want to begin wait. What one database then holds and another does not will never come by itself.
 */
public interface WriteBarrier {
  /** Runs on one session for each written database, each in a transaction that holds the barrier there. */
  @FunctionalInterface
  interface Held<T> {
    T with(Map<String, java.sql.Connection> sessions) throws java.sql.SQLException;
  }

  /**
   * Raises the barrier on all written databases, does the work, commits, and lets go; what fails is rolled back.
   *
   * @param limit for each statement and for each wait for a lock; greater than what a write transaction may take
   */
  <T> CompletionStage<T> hold(String operation, Duration limit, Held<T> work);
}
