package mainstay.node.samples.core;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.SampleBucket;

/** Answers of several places about one series and interval, made one; the likeliest place comes first. */
public final class HistoryMerge {
  private HistoryMerge() {}

  public static Optional<Sample> latest(List<Optional<Sample>> answers) {
    return answers.stream()
        .flatMap(Optional::stream)
        .reduce((one, other) -> one.time().equals(other.time())
            ? better(one, other)
            : one.time().isAfter(other.time()) ? one : other);
  }

  /**
   * In the order of time. Of two samples of one time, as two servers may have stored that both ran the engine, the one
   * with a value stays, else the first.
   *
   * @param answers the first {@code limit} of each place
   */
  public static List<Sample> range(List<List<Sample>> answers, int limit) {
    return byTime(flat(answers), Sample::time, HistoryMerge::better).values().stream()
        .limit(limit)
        .toList();
  }

  private static Sample better(Sample first, Sample second) {
    return first.value().isEmpty() && second.value().isPresent() ? second : first;
  }

  /** @param answers in the same steps */
  public static List<SampleBucket> buckets(List<List<SampleBucket>> answers) {
    return List.copyOf(
        byTime(flat(answers), SampleBucket::time, HistoryMerge::together).values());
  }

  private static SampleBucket together(SampleBucket a, SampleBucket b) {
    long count = a.count() + b.count();
    return new SampleBucket(
        a.time(),
        Math.min(a.minimum(), b.minimum()),
        Math.max(a.maximum(), b.maximum()),
        a.average() * ((double) a.count() / count) + b.average() * ((double) b.count() / count),
        count);
  }

  private static <T> List<T> flat(List<List<T>> answers) {
    return answers.stream().flatMap(Collection::stream).toList();
  }

  private static <T> SortedMap<Instant, T> byTime(
      List<T> found, Function<T, Instant> time, BinaryOperator<T> merge) {
    var merged = new TreeMap<Instant, T>();
    found.forEach(one -> merged.merge(time.apply(one), one, merge));
    return merged;
  }
}
