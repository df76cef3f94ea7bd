package mainstay.node.databases.core;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * When one database that is not active may be synchronised: it has answered for a while, the longer the more often it
 * was lost lately. Damage is another thing than to come and go: it is repaired without further delay, until it has been
 * found so often that the disk must be doubted. Times are points on one clock that only goes forward.
 */
public final class ReturnPolicy {
  private static final Duration LATELY = Duration.ofMinutes(5);
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final int DOUBLINGS = 30;
  private static final int REPAIRS_WITHOUT_DELAY = 3;

  /** As PostgreSQL and MariaDB say it. */
  private static final Pattern NO_TABLES =
      Pattern.compile("\"active_set\" does not exist|\\.active_set' doesn't exist");

  private final Duration holdOff;
  private final Deque<Duration> losses = new ArrayDeque<>();
  private final Deque<Duration> damages = new ArrayDeque<>();
  private Optional<Duration> answersSince = Optional.empty();
  private boolean atOnce;

  /** One without our tables is empty, which is as good as old. */
  public static boolean canBeFilled(DropPolicy.Probe probe) {
    return probe.reachable() || NO_TABLES.matcher(probe.detail()).find();
  }

  public ReturnPolicy(Duration holdOff) {
    this.holdOff = holdOff;
  }

  /** It was dropped because it did not answer, or its synchronisation failed. */
  public void lost(Duration now) {
    left(losses, now);
  }

  /** It was dropped for its content. */
  public void damaged(Duration now) {
    left(damages, now);
  }

  private void left(Deque<Duration> cause, Duration now) {
    cause.addLast(now);
    answersSince = Optional.empty();
    atOnce = false;
  }

  /** @return whether it may be synchronised now */
  public boolean answered(Duration now) {
    if (answersSince.isEmpty()) {
      answersSince = Optional.of(now);
    }
    return atOnce || now.minus(answersSince.get()).compareTo(patience(now)) >= 0;
  }

  public void silent() {
    answersSince = Optional.empty();
  }

  /** An operator has asked for it: the next answer is enough. */
  public void wanted() {
    atOnce = true;
  }

  /** How long it has to answer without a break. */
  public Duration patience(Duration now) {
    int doublings = Math.min(
        DOUBLINGS,
        Math.max(0, lately(losses, now) - 1)
            + Math.max(0, lately(damages, now) - REPAIRS_WITHOUT_DELAY));
    var patience = holdOff.multipliedBy(1L << doublings);
    return patience.compareTo(LONGEST) > 0 ? LONGEST : patience;
  }

  private static int lately(Deque<Duration> times, Duration now) {
    while (!times.isEmpty() && now.minus(times.peekFirst()).compareTo(LATELY) > 0) {
      times.removeFirst();
    }
    return times.size();
  }
}
