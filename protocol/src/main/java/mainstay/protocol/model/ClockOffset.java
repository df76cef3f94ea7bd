package mainstay.protocol.model;

import java.time.Duration;
import java.util.Locale;

/**
 * How far a clock is from another or from a median.
 *
 * @param ahead negative if it is behind
 * @param error the true value is at most so much more or less
 */
public record ClockOffset(Duration ahead, Duration error) {
  /** With both bounds given, in any order. */
  public static ClockOffset between(Duration one, Duration other) {
    return new ClockOffset(
        one.plus(other).dividedBy(2), one.minus(other).dividedBy(2).abs());
  }

  /** Whether it is more than so much ahead or behind, wherever in its bounds it may be. */
  public boolean exceeds(Duration limit) {
    return ahead.abs().minus(error).compareTo(limit) > 0;
  }

  /** Whether it is not more than so much ahead or behind, wherever in its bounds it may be. */
  public boolean isWithin(Duration limit) {
    return ahead.abs().plus(error).compareTo(limit) <= 0;
  }

  /** Such as {@code 2.50 s behind the median, give or take 0.01 s}. */
  public String from(String other) {
    return seconds(ahead.abs()) + (ahead.isNegative() ? " behind " : " ahead of ") + other
        + ", give or take " + seconds(error);
  }

  /** Such as {@code 2.50 s}. */
  public static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.2f s", duration.toMillis() / 1000.0);
  }
}
