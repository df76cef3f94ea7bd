package mainstay.multijvm.checker;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import mainstay.multijvm.workload.History;
import mainstay.multijvm.workload.JournalRow;
import mainstay.multijvm.workload.TermTaken;

/**
 * I4: nothing is accepted in a stale term. No stored event stands behind one of a newer term of the same stream, and none
 * was stored after a newer term of its service had been raised: that would be accepted by a stream which its new writer
 * has left alone, and only there, for everywhere else the number of the event is taken.
 *
 * <p>What was first is said by the transactions of each database. Events are also copied from one database to another, later
 * and rightly so; an event is too late if it is in every database that holds it. So not all databases may have been filled
 * anew, one after the other, since it was written.
 */
public final class NoStaleTermInJournal implements Checker {
  private record Stream(String database, String persistenceId) {}

  private record Event(String persistenceId, long sequence) {}

  private record ServiceIn(String database, String service) {}

  @Override
  public Verdict check(History history) {
    var violations = new ArrayList<String>();
    var streams = history.journal().stream()
        .collect(Collectors.groupingBy(r -> new Stream(r.database(), r.persistenceId())));
    streams.values().forEach(rows -> checkStream(rows, violations));
    checkTransactions(history, violations);
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

  private static void checkTransactions(History history, List<String> violations) {
    var firstAbove = firstAbove(history.terms());
    var inTime = new HashMap<Event, Boolean>();
    var late = new LinkedHashMap<Event, String>();
    for (var row : history.journal()) {
      var event = new Event(row.persistenceId(), row.sequence());
      var newer = firstAbove
          .getOrDefault(new ServiceIn(row.database(), row.service()), new TreeMap<>())
          .higherEntry(row.term());
      boolean isLate = newer != null && newer.getValue().transaction() < row.transaction();
      inTime.merge(event, !isLate, Boolean::logicalOr);
      if (isLate) {
        late.put(
            event,
            "written in a stale term: " + row + " although term "
                + newer.getValue().term() + " had been taken: " + newer.getValue());
      }
    }
    late.forEach((event, sentence) -> {
      if (!inTime.get(event)) {
        violations.add(sentence);
      }
    });
  }

  /** By term: which of this term and all higher ones was raised first. */
  private static Map<ServiceIn, TreeMap<Long, TermTaken>> firstAbove(List<TermTaken> terms) {
    var byService = new HashMap<ServiceIn, TreeMap<Long, TermTaken>>();
    for (var taken : terms) {
      byService
          .computeIfAbsent(
              new ServiceIn(taken.database(), taken.service()), service -> new TreeMap<>())
          .put(taken.term(), taken);
    }
    for (var ofService : byService.values()) {
      TermTaken first = null;
      for (var entry : ofService.descendingMap().entrySet()) {
        if (first == null || entry.getValue().transaction() < first.transaction()) {
          first = entry.getValue();
        }
        entry.setValue(first);
      }
    }
    return byService;
  }
}
