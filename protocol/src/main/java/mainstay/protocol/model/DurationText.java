package mainstay.protocol.model;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Durations as people write them: a whole number and a unit, {@code 500ms 5s 2m 1h 1d}. */
public final class DurationText {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
  private static final Map<String, Long> MILLIS =
      Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

  private DurationText() {}

  /** Empty if the text is not such a duration. */
  public static Optional<Duration> parse(String text) {
    var match = FORM.matcher(text);
    return match.matches()
        ? Optional.of(Duration.ofMillis(
            Math.multiplyExact(Long.parseLong(match.group(1)), MILLIS.get(match.group(2)))))
        : Optional.empty();
  }

  /** In the largest unit that needs no fraction. Parts of a millisecond are dropped. */
  public static String format(Duration duration) {
    long millis = duration.toMillis();
    for (String unit : new String[] {"d", "h", "m", "s"}) {
      if (millis != 0 && millis % MILLIS.get(unit) == 0) {
        return millis / MILLIS.get(unit) + unit;
      }
    }
    return millis + "ms";
  }
}
