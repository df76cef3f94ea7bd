package mainstay.node.databases.core;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * When one database that is not active may be synchronised: it has answered for a while, the longer the more often it
 * was dropped lately. Times are points on one clock that only goes forward.
 */
public final class ReturnPolicy {
  private static final Duration LATELY = Duration.ofMinutes(5);
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final int DOUBLINGS = 30;

  /** As PostgreSQL and MariaDB say it. */
  private static final Pattern NO_TABLES =
      Pattern.compile("\"active_set\" does not exist|\\.active_set' doesn't exist");

  private final Duration holdOff;
  private final Deque<Duration> drops = new ArrayDeque<>();
  private Optional<Duration> answersSince = Optional.empty();
  private boolean atOnce;

  /** One without our tables is empty, which is as good as old. */
  public static boolean canBeFilled(DropPolicy.Probe probe) {
    return probe.reachable() || NO_TABLES.matcher(probe.detail()).find();
  }

  public ReturnPolicy(Duration holdOff) {
    this.holdOff = holdOff;
  }

  /** It was dropped, or its synchronisation failed. */
  public void dropped(Duration now) {
    drops.addLast(now);
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
    while (!drops.isEmpty() && now.minus(drops.peekFirst()).compareTo(LATELY) > 0) {
      drops.removeFirst();
    }
    int doublings = Math.min(DOUBLINGS, Math.max(0, drops.size() - 1));
    var patience = holdOff.multipliedBy(1L << doublings);
    return patience.compareTo(LONGEST) > 0 ? LONGEST : patience;
  }
}
