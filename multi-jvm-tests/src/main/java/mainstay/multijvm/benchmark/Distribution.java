package mainstay.multijvm.benchmark;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/** Measured values, sorted. Percentiles by nearest rank, so each is a value that was measured. */
public final class Distribution {
  private final double[] sorted;

  /** @throws IllegalArgumentException if there are no values */
  public Distribution(Collection<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("a distribution needs at least one value");
    }
    this.sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }

  public double min() {
    return sorted[0];
  }

  public double median() {
    return percentile(50);
  }

  public double max() {
    return sorted[sorted.length - 1];
  }

  /** @param percent more than 0, at most 100 */
  public double percentile(double percent) {
    int rank = (int) Math.ceil(percent / 100 * sorted.length);
    return sorted[Math.max(1, rank) - 1];
  }

  public double[] values() {
    return Arrays.copyOf(sorted, sorted.length);
  }

  /** In milliseconds on one line. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "min %.1f  p50 %.1f  p95 %.1f  max %.1f ms  (%d runs)",
        min(),
        median(),
        percentile(95),
        max(),
        sorted.length);
  }
}
