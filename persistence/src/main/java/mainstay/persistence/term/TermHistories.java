package mainstay.persistence.term;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import mainstay.persistence.term.TermStore.HistoryEntry;

/** What several databases say of the terms of one service. */
final class TermHistories {
  private TermHistories() {}

  /**
   * What some databases lack.
   *
   * @param histories by database, the newest terms first
   * @param limit so many entries were asked for: of what is older than the last of as many nothing is known
   * @param term only what is older than it can change no more
   * @return by database what others say and it does not; without those that lack nothing
   */
  static Map<String, List<HistoryEntry>> missing(
      Map<String, List<HistoryEntry>> histories, int limit, long term) {
    var missing = new TreeMap<String, List<HistoryEntry>>();
    histories.forEach((database, known) -> {
      long oldest = known.size() < limit ? 0 : term(known.get(known.size() - 1));
      var terms = known.stream().map(TermHistories::term).collect(Collectors.toSet());
      var lacking = histories.values().stream()
          .flatMap(List::stream)
          .filter(
              entry -> term(entry) < term && term(entry) > oldest && !terms.contains(term(entry)))
          .distinct()
          .toList();
      if (!lacking.isEmpty()) {
        missing.put(database, lacking);
      }
    });
    return missing;
  }

  private static long term(HistoryEntry entry) {
    return entry.activation().term();
  }
}
