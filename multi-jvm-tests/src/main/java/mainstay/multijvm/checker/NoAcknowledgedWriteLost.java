package mainstay.multijvm.checker;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import mainstay.multijvm.workload.History;
import mainstay.multijvm.workload.Operation;
import mainstay.multijvm.workload.Operation.Kind;
import mainstay.multijvm.workload.Operation.Outcome;

/**
 * I1: no acknowledged write is lost. Revisions of a key grow by one with each write, so: every acknowledged write has a
 * revision of its own, and every final read finds the newest acknowledged revision with its value, or a newer one that a
 * write of unknown outcome explains. A key that was written and not read finally counts as a violation: nothing was
 * proven. What a later write covered up shows in {@link LinearizablePerKey} and in the revisions.
 */
public final class NoAcknowledgedWriteLost implements Checker {

  @Override
  public Verdict check(History history) {
    var violations = new ArrayList<String>();
    var byKey = history.operations().stream()
        .collect(Collectors.groupingBy(Operation::key, LinkedHashMap::new, Collectors.toList()));
    byKey.forEach((key, operations) -> checkKey(key, operations, violations));
    long acknowledged =
        history.operations().stream().filter(Operation::acknowledgedWrite).count();
    return new Verdict(
        "I1 no acknowledged write lost",
        acknowledged + " acknowledged writes on " + byKey.size() + " keys",
        violations);
  }

  private static void checkKey(String key, List<Operation> operations, List<String> violations) {
    var writes = operations.stream().filter(Operation::acknowledgedWrite).toList();
    if (writes.isEmpty()) {
      return;
    }
    revisionsAreUnique(writes, violations);
    var newest =
        writes.stream().max(Comparator.comparingLong(Operation::revision)).orElseThrow();
    var finals = operations.stream()
        .filter(o -> o.finalRead() && o.outcome() == Outcome.OK)
        .toList();
    if (finals.isEmpty()) {
      violations.add(
          "key " + key + " has " + writes.size() + " acknowledged writes and no final read");
    }
    for (var read : finals) {
      checkFinalRead(read, newest, operations, violations);
    }
  }

  private static void revisionsAreUnique(List<Operation> writes, List<String> violations) {
    Map<Long, Operation> byRevision = new HashMap<>();
    for (var write : writes) {
      var other = byRevision.put(write.revision(), write);
      if (other != null && write.revision() != Operation.UNKNOWN) {
        violations.add("two acknowledged writes share a revision, so one of them is lost: "
            + other.describe() + " and " + write.describe());
      }
    }
  }

  private static void checkFinalRead(
      Operation read, Operation newest, List<Operation> operations, List<String> violations) {
    if (newest.revision() == Operation.UNKNOWN || read.revision() == Operation.UNKNOWN) {
      valueWasWritten(read, operations, violations);
      return;
    }
    if (read.revision() < newest.revision()) {
      violations.add(
          "lost: " + newest.describe() + "; the final read found older: " + read.describe());
    } else if (read.revision() == newest.revision()) {
      if (!newest.value().equals(read.value())) {
        violations.add("replaced: " + newest.describe() + "; the final read of the same revision: "
            + read.describe());
      }
    } else {
      boolean explained = operations.stream()
          .anyMatch(o -> o.kind() != Kind.READ
              && o.outcome() == Outcome.INFO
              && o.value().equals(read.value()));
      if (!explained) {
        violations.add("nobody wrote what the final read found: " + read.describe()
            + "; newest acknowledged: " + newest.describe());
      }
    }
  }

  /**
   * Without revisions only this is certain: the final value is that of a write which could be the last, that is no
   * other acknowledged write started after it had been acknowledged.
   */
  private static void valueWasWritten(
      Operation read, List<Operation> operations, List<String> violations) {
    var write = operations.stream()
        .filter(o -> o.kind() != Kind.READ && o.outcome() != Outcome.FAIL)
        .filter(o -> o.value().equals(read.value()))
        .findFirst();
    if (write.isEmpty()) {
      violations.add("nobody wrote what the final read found: " + read.describe());
      return;
    }
    if (write.get().outcome() == Outcome.OK) {
      operations.stream()
          .filter(o -> o.acknowledgedWrite() && o.start() > write.get().end())
          .findFirst()
          .ifPresent(later -> violations.add(
              "lost: " + later.describe() + "; the final read found older: " + read.describe()));
    }
  }
}
