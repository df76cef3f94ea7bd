package mainstay.persistence.samples.core;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What some databases have of the newest samples, and others lack. */
public final class UnequalEnds {
  private UnequalEnds() {}

  /** Of one series since some time. */
  public record End(long samples, long sumOfTimes) {}

  /** @param ends of each database: by series, those without samples left out */
  public static Set<Long> series(Collection<Map<Long, End>> ends) {
    var seen = new HashMap<Long, Set<End>>();
    ends.forEach(of -> of.forEach(
        (series, end) -> seen.computeIfAbsent(series, s -> new HashSet<>()).add(end)));
    var unequal = new HashSet<Long>();
    seen.forEach((series, different) -> {
      if (different.size() > 1 || !ends.stream().allMatch(of -> of.containsKey(series))) {
        unequal.add(series);
      }
    });
    return unequal;
  }

  /**
   * Samples that at least one database has and at least one lacks, in the order of their key. Those that all of them have are
   * left alone, even if they differ: which one is right is not for this to say.
   *
   * @param rows of each database
   */
  public static List<SampleRow> missing(Collection<List<SampleRow>> rows) {
    var holders = new HashMap<List<Long>, Integer>();
    var some = new HashMap<List<Long>, SampleRow>();
    rows.forEach(of -> of.forEach(row -> {
      var key = List.of(row.series(), row.timeMillis());
      holders.merge(key, 1, Integer::sum);
      some.putIfAbsent(key, row);
    }));
    return some.entrySet().stream()
        .filter(row -> holders.get(row.getKey()) < rows.size())
        .map(Map.Entry::getValue)
        .sorted()
        .toList();
  }
}
