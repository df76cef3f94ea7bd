package mainstay.node.failover.core;

import java.time.Duration;
import java.util.Optional;

/**
 * What failed writes of the journal say of a server. Failures while a database that counts cannot be reached say nothing: that
 * is a complaint of its own. A server that complains serves nothing and so writes nothing that could clear it, so it gets
 * another chance after a while, and after twice as long each time that it did not take it. Time is an argument, in
 * nanoseconds of a monotonic clock.
 */
public final class JournalFailures {
  private static final int TOO_MANY = 3;
  private static final int LONGEST = 16;

  private final Duration shortestRest;
  private int restFactor = 1;
  private long seen;
  private long newsAt;
  private long forgiven;

  /** @param shortestRest without a failed write after which the failures are forgiven for the first time */
  public JournalFailures(Duration shortestRest) {
    this.shortestRest = shortestRest;
  }

  /**
   * @param inARow write transactions that have failed since the last that stored something
   * @param last what was said of the last one
   * @param databasesAnswer whether all that count answer now
   * @return the end of a sentence that begins with the server; empty if all is well
   */
  public Optional<String> looked(long inARow, String last, boolean databasesAnswer, long now) {
    if (inARow < seen) { // something was stored in between
      forgiven = 0;
      restFactor = 1;
    }
    if (inARow != seen) {
      seen = inARow;
      newsAt = now;
    }
    if (!databasesAnswer) {
      forgiven = inARow;
    }
    if (complains() && now - newsAt >= shortestRest.multipliedBy(restFactor).toNanos()) {
      forgiven = inARow;
      restFactor = Math.min(2 * restFactor, LONGEST);
    }
    return complains()
        ? Optional.of(
            (seen - forgiven) + " writes of its journal in a row have failed, the last: " + last)
        : Optional.empty();
  }

  private boolean complains() {
    return seen - forgiven >= TOO_MANY;
  }
}
