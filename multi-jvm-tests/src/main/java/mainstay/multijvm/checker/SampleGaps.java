package mainstay.multijvm.checker;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;

/** I10: how long a series has no sample. */
public final class SampleGaps {

  /** Two samples next to each other, with nothing between. */
  public record Gap(Instant from, Instant to) {
    public Duration length() {
      return Duration.between(from, to);
    }
  }

  private SampleGaps() {}

  /** @return the longest gap between samples next to each other in time; empty if there are fewer than two */
  public static Optional<Gap> longest(Collection<Instant> samples) {
    var sorted = samples.stream().sorted().toList();
    Gap longest = null;
    for (int i = 1; i < sorted.size(); i++) {
      var gap = new Gap(sorted.get(i - 1), sorted.get(i));
      if (longest == null || gap.length().compareTo(longest.length()) > 0) {
        longest = gap;
      }
    }
    return Optional.ofNullable(longest);
  }

  /** How many samples have the time of another one. */
  public static long duplicates(Collection<Instant> samples) {
    return samples.size() - samples.stream().distinct().count();
  }
}
