package mainstay.multijvm.checker;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import mainstay.multijvm.workload.History;
import mainstay.multijvm.workload.JournalRow;

/** I4: nothing is accepted in a stale term. No stored event stands behind one of a newer term of the same stream. */
public final class NoStaleTermInJournal implements Checker {
  private record Stream(String database, String persistenceId) {}

  @Override
  public Verdict check(History history) {
    var violations = new ArrayList<String>();
    var streams = history.journal().stream()
        .collect(Collectors.groupingBy(r -> new Stream(r.database(), r.persistenceId())));
    streams.values().forEach(rows -> checkStream(rows, violations));
    var perTerm = history.journal().stream()
        .collect(Collectors.groupingBy(
            r -> r.service() + " term " + r.term() + " of " + r.server(),
            TreeMap::new,
            Collectors.counting()));
    return new Verdict(
        "I4 nothing accepted in a stale term",
        history.journal().size() + " journal rows in " + streams.size() + " streams: " + perTerm,
        violations);
  }

  private static void checkStream(List<JournalRow> rows, List<String> violations) {
    JournalRow newest = null;
    for (var row :
        rows.stream().sorted(Comparator.comparingLong(JournalRow::sequence)).toList()) {
      if (newest != null && row.service().equals(newest.service()) && row.term() < newest.term()) {
        violations.add("written in a stale term: " + row + " behind " + newest);
      }
      if (newest == null || row.term() >= newest.term()) {
        newest = row;
      }
    }
  }
}
