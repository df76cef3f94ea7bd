package mainstay.multijvm.checker;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import mainstay.multijvm.workload.History;
import mainstay.multijvm.workload.Operation;
import mainstay.multijvm.workload.Operation.Outcome;
import mainstay.multijvm.workload.RoleSample;
import mainstay.multijvm.workload.TermTaken;

/**
 * I3: at most one active server per service and term; terms only grow. Read from what every server says of every service
 * (one server's word never goes back to an older term), from the terms that the databases recorded, and from the terms in
 * answers (an operation that starts after another of its key has ended has no older term).
 */
public final class AtMostOneActivePerTerm implements Checker {
  private record ServiceTerm(String service, long term) {}

  @Override
  public Verdict check(History history) {
    var violations = new ArrayList<String>();
    var holder = new HashMap<ServiceTerm, String>();
    checkTaken(history.terms(), holder, violations);
    checkRoles(history.roles(), holder, violations);
    var answers = history.operations().stream()
        .filter(o -> o.outcome() == Outcome.OK && o.term() != Operation.UNKNOWN)
        .collect(Collectors.groupingBy(Operation::key));
    answers.forEach((key, operations) -> checkAnswers(operations, violations));
    return new Verdict(
        "I3 at most one active server per term",
        history.roles().size() + " role samples, " + holder.size() + " terms, "
            + answers.values().stream().mapToInt(List::size).sum() + " answers with a term",
        violations);
  }

  private static void checkTaken(
      List<TermTaken> rows, Map<ServiceTerm, String> holder, List<String> violations) {
    var byDatabase = rows.stream().collect(Collectors.groupingBy(TermTaken::database));
    for (var database : byDatabase.values()) {
      Map<String, Long> last = new HashMap<>();
      for (var row : database) {
        var before = last.put(row.service(), row.term());
        if (before != null && row.term() <= before) {
          violations.add(row.service() + " took term " + row.term() + " after term " + before
              + " in " + row.database() + ": " + row);
        }
        hold(
            new ServiceTerm(row.service(), row.term()),
            row.server(),
            "database " + row.database(),
            holder,
            violations);
      }
    }
  }

  private static void checkRoles(
      List<RoleSample> samples, Map<ServiceTerm, String> holder, List<String> violations) {
    record AskedService(String asked, String service) {}
    Map<AskedService, RoleSample> last = new HashMap<>();
    for (var sample : samples) {
      var before = last.put(new AskedService(sample.asked(), sample.service()), sample);
      if (before != null && sample.term() < before.term()) {
        violations.add(sample.asked() + " said of " + sample.service() + " term " + sample.term()
            + " at " + sample.end() + " ns, after term " + before.term() + " at " + before.end()
            + " ns");
      }
      if ("active".equals(sample.state()) && sample.active() != null) {
        hold(
            new ServiceTerm(sample.service(), sample.term()),
            sample.active(),
            "server " + sample.asked() + " at " + sample.end() + " ns",
            holder,
            violations);
      }
    }
  }

  private static void hold(
      ServiceTerm term,
      String server,
      String source,
      Map<ServiceTerm, String> holder,
      List<String> violations) {
    var other = holder.putIfAbsent(term, server);
    if (other != null && !other.equals(server)) {
      violations.add("term " + term.term() + " of " + term.service() + " belongs to " + other
          + ", and to " + server + " according to " + source);
    }
  }

  /** One key at a time: keys may belong to different services. */
  private static void checkAnswers(List<Operation> operations, List<String> violations) {
    var ended =
        operations.stream().sorted(Comparator.comparingLong(Operation::end)).iterator();
    var started =
        operations.stream().sorted(Comparator.comparingLong(Operation::start)).toList();
    Operation highest = null;
    Operation next = ended.hasNext() ? ended.next() : null;
    for (var operation : started) {
      while (next != null && next.end() < operation.start()) {
        if (highest == null || next.term() > highest.term()) {
          highest = next;
        }
        next = ended.hasNext() ? ended.next() : null;
      }
      if (highest != null && operation.term() < highest.term()) {
        violations.add(
            "answered in an older term: " + operation.describe() + " after " + highest.describe());
      }
    }
  }
}
