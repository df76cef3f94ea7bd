package mainstay.node.supervisor.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import mainstay.protocol.message.ClusterSupervisor.DrillReport;
import mainstay.protocol.message.ClusterSupervisor.DrillTerm;

/** What a drill has shown, from the terms that began in it. */
public final class DrillReporting {
  private DrillReporting() {}

  public static DrillReport of(Drill drill) {
    var plan = drill.plan();
    var terms = drill.turns().stream().map(Drill.Turn::term).toList();
    var next = terms.stream().findFirst();
    return new DrillReport(
        drill.id(),
        drill.service(),
        plan.request().kind(),
        plan.requestedBy(),
        drill.startedAt(),
        drill.begunAt(),
        drill.end().map(end -> end.passed() ? "passed" : "failed").orElse("running"),
        drill.end().map(Drill.End::why).orElseGet(() -> waits(drill)),
        plan.before(),
        plan.term(),
        next.map(DrillTerm::server),
        next.flatMap(term -> between(drill.begunAt(), Optional.of(term.takenAt()))),
        next.flatMap(term -> between(Optional.of(term.takenAt()), term.activeAt())),
        longestGap(drill),
        terms.stream()
            .filter(term -> term.server().equals(plan.before()))
            .flatMap(term -> term.activeAt().stream())
            .findFirst(),
        terms,
        limits(drill));
  }

  private static String waits(Drill drill) {
    var plan = drill.plan();
    if (drill.begunAt().isEmpty()) {
      return "it begins in a moment";
    }
    return drill.turns().isEmpty()
        ? plan.to() + " is to take over"
        : drill.turns().get(0).term().server() + " has taken over and serves for a while";
  }

  /** From each order to the active server that followed it; what came without an order is not known to have begun. */
  private static Optional<Long> longestGap(Drill drill) {
    return drill.turns().stream()
        .flatMap(
            turn -> orderBefore(drill, turn)
                .flatMap(order -> between(Optional.of(order), turn.term().activeAt()))
                .stream())
        .max(Long::compare);
  }

  private static Optional<Instant> orderBefore(Drill drill, Drill.Turn turn) {
    int index = drill.turns().indexOf(turn);
    var previous = index == 0 ? drill.startedAt() : drill.turns().get(index - 1).seenAt();
    return drill.orders().stream()
        .filter(order -> !order.isBefore(previous) && !order.isAfter(turn.seenAt()))
        .reduce((earlier, later) -> later);
  }

  private static Optional<Long> between(Optional<Instant> from, Optional<Instant> to) {
    return from.flatMap(begin -> to.map(end -> Duration.between(begin, end).toMillis()));
  }

  private static List<String> limits(Drill drill) {
    var plan = drill.plan();
    var limits = new ArrayList<String>();
    limits.add(
        "detection and the longest gap begin with an order, by the clock of the supervisor's server, and end by"
            + " the clock of the next server: a difference between the two is in them");
    if (!plan.crash()) {
      limits.add(
          "the gap is less by the time that " + plan.before() + " still served after the order");
    }
    if (plan.crash()) {
      limits.add("whatever else " + plan.before() + " served has moved too; this report tells of "
          + drill.service() + " only");
    }
    if (drill.service().isDge()) {
      limits.add("polls that were missed are not counted: the samples of each test show them");
    }
    return List.copyOf(limits);
  }
}
