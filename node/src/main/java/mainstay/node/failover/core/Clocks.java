package mainstay.node.failover.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import mainstay.protocol.message.FailoverAgent.Report;
import mainstay.protocol.model.ClockOffset;
import mainstay.protocol.model.DurationText;

/**
 * Compares the wall clocks of servers by the lags that their reports state ({@link Lags}). The lag of a message is its time
 * on the way plus what the receiver's clock is ahead, and no message is on its way for less than no time. So the lag in one
 * direction bounds the difference of two clocks from above and that in the other from below, whatever was slow meanwhile.
 * Where a clock was set a moment ago the bounds contradict each other, and the truth is between the old and the new value.
 */
public final class Clocks {
  private Clocks() {}

  /** How far the clock of one is from that of the other; empty until they have heard each other. */
  public static Optional<ClockOffset> between(Report one, Report other) {
    return lag(one, other)
        .flatMap(there -> lag(other, one).map(back -> ClockOffset.between(there, back.negated())));
  }

  private static Optional<Duration> lag(Report receiver, Report sender) {
    return receiver
        .clock()
        .flatMap(
            reading -> Optional.ofNullable(reading.lags().get(sender.server().value())));
  }

  /**
   * How far the clock of one is from the median of all with which it can be compared, itself included. Of two, and of four
   * in two camps, the median is anywhere between both: that is what the error says then. Empty if it is alone.
   */
  public static Optional<ClockOffset> fromMedian(Report one, Collection<Report> all) {
    var offsets = comparable(one, all);
    return offsets.size() == 1 ? Optional.empty() : Optional.of(median(offsets));
  }

  /**
   * Takes a look at the clock of one. What is neither certainly beyond the limit nor certainly within it is no look: whoever
   * was fit stays so, and whoever was not.
   */
  public static void look(
      Report one, Collection<Report> all, Duration limit, Ailments ailments, long now) {
    fromMedian(one, all)
        .filter(offset -> offset.exceeds(limit) || offset.isWithin(limit))
        .ifPresent(offset -> ailments.looked(
            Ailments.Aspect.CLOCK,
            Optional.of(offset).filter(off -> off.exceeds(limit)).map(off -> complaint(off, limit)),
            now));
  }

  private static String complaint(ClockOffset offset, Duration limit) {
    return "its clock is " + offset.from("the median of all servers") + "; "
        + DurationText.format(limit) + " are allowed (mainstay.failover.clock-offset-limit)";
  }

  private static List<ClockOffset> comparable(Report one, Collection<Report> all) {
    var offsets = new ArrayList<ClockOffset>();
    offsets.add(ClockOffset.between(Duration.ZERO, Duration.ZERO));
    all.stream()
        .filter(other -> !other.server().equals(one.server()))
        .flatMap(other -> between(one, other).stream())
        .forEach(offsets::add);
    return offsets;
  }

  /** Between the median of the lower bounds and that of the upper ones; of an even number the outer one of the two. */
  private static ClockOffset median(List<ClockOffset> offsets) {
    var lower = sorted(offsets.stream().map(offset -> offset.ahead().minus(offset.error())));
    var upper = sorted(offsets.stream().map(offset -> offset.ahead().plus(offset.error())));
    return ClockOffset.between(lower.get((offsets.size() - 1) / 2), upper.get(offsets.size() / 2));
  }

  private static List<Duration> sorted(Stream<Duration> durations) {
    return durations.sorted(Comparator.naturalOrder()).toList();
  }
}
