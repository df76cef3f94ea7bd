package mainstay.node.supervisor.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import mainstay.node.failover.core.Decision;
import mainstay.node.failover.core.ServiceView;
import mainstay.protocol.message.ClusterStatus;
import mainstay.protocol.message.ClusterSupervisor.DrillTerm;
import mainstay.protocol.message.ClusterSupervisor.Operation;
import mainstay.protocol.message.ClusterSupervisor.Term;
import mainstay.protocol.model.DurationText;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.ServerId;

/**
 * What the supervisor does next in a drill. It begins, the next server serves for a while, the service returns to where
 * the rules want it; what goes another way, or takes too long, ends the drill.
 */
public final class DrillCourse {
  /** A process that dies at once takes the answer to the request with it, if that is still on its way. */
  static final Duration ANSWER_FIRST = Duration.ofMillis(500);

  private DrillCourse() {}

  /**
   * @param takeoverWithin how long after the begin another server must be active
   * @param returnWithin how long after the stay the service may take to be where it belongs
   */
  public record Limits(Duration takeoverWithin, Duration returnWithin) {}

  /**
   * What the supervisor sees of the service now.
   *
   * @param decision of the rules
   * @param activeSince since when the active server accepts requests; empty as long as it does not
   * @param moving whether a planned move of the service is under way, or the next one has to wait
   * @param move that the drill began with
   * @param databases those of the installation
   */
  public record Sight(
      ServiceView view,
      Decision decision,
      Optional<Instant> activeSince,
      boolean moving,
      Optional<Operation> move,
      List<ClusterStatus.Database> databases) {}

  public sealed interface Step {
    record Wait() implements Step {}

    /** The first move, or the way back. */
    record Move(ServerId to, boolean held) implements Step {}

    /** The process of the active server dies. */
    record Crash() implements Step {}

    /** A term is active that the drill does not know yet: look up when it was taken. */
    record LookUpTerm(long term, Instant activeSince) implements Step {}

    /** @param why one sentence */
    record Finish(boolean passed, String why) implements Step {}
  }

  private static final Step WAIT = new Step.Wait();

  public static Step next(Drill drill, Sight sight, Limits limits, Instant now) {
    if (drill.begunAt().isEmpty()) {
      return begin(drill, sight, now);
    }
    var view = sight.view();
    if (view.active().isPresent()
        && sight.activeSince().isPresent()
        && view.lastTerm() > drill.lastTerm()) {
      return new Step.LookUpTerm(view.lastTerm(), sight.activeSince().get());
    }
    if (drill.turns().isEmpty()) {
      return awaitTakeover(drill, sight, limits, now);
    }
    var first = drill.turns().get(0).term();
    if (!first.server().equals(drill.plan().to())) {
      return new Step.Finish(
          false,
          first.server() + " took over where " + drill.plan().to() + " was expected: "
              + first.why());
    }
    if (drill.stays(now)) {
      return drill.turns().size() == 1 ? WAIT : cutShort(drill);
    }
    return awaitReturn(drill, sight, limits, now);
  }

  private static Step begin(Drill drill, Sight sight, Instant now) {
    var plan = drill.plan();
    if (sight.moving() || plan.crash() && now.isBefore(drill.startedAt().plus(ANSWER_FIRST))) {
      return WAIT;
    }
    var obstacle = DrillRules.obstacle(plan, sight.view(), sight.databases());
    if (obstacle.isPresent()) {
      return new Step.Finish(false, "nothing was done: " + obstacle.get());
    }
    return plan.crash() ? new Step.Crash() : new Step.Move(plan.to(), false);
  }

  private static Step awaitTakeover(Drill drill, Sight sight, Limits limits, Instant now) {
    var plan = drill.plan();
    var failed = sight.move().filter(move -> move.state().equals("failed"));
    if (failed.isPresent()) {
      return new Step.Finish(
          false, plan.to() + " did not take over: " + failed.get().detail());
    }
    if (now.isBefore(drill.begunAt().orElseThrow().plus(limits.takeoverWithin()))) {
      return WAIT;
    }
    String within = " within " + DurationText.format(limits.takeoverWithin());
    boolean untouched = sight.view().active().filter(plan.before()::equals).isPresent()
        && sight.view().lastTerm() == plan.term();
    return new Step.Finish(
        false,
        untouched
            ? plan.before() + " did not stop serving" + within
            : "no server was active" + within + ": " + sight.decision().why());
  }

  private static Step cutShort(Drill drill) {
    var second = drill.turns().get(1).term();
    return new Step.Finish(
        false,
        drill.plan().to() + " served for less than " + stay(drill) + ": " + second.server()
            + " took over in term " + second.term() + ": " + second.why());
  }

  private static Step awaitReturn(Drill drill, Sight sight, Limits limits, Instant now) {
    var plan = drill.plan();
    var view = sight.view();
    boolean settled = !sight.moving() && sight.activeSince().isPresent();
    boolean returned = view.active().filter(plan.before()::equals).isPresent();
    if (settled && !aMoveIsDue(plan, sight)) {
      if (returned || !plan.mustReturn() || rulesPreferWhereItIs(plan, view)) {
        return new Step.Finish(true, passed(drill, view));
      }
      if (view.state(plan.before()).available()) {
        return new Step.Move(plan.before(), plan.held());
      }
    }
    var end = drill.turns().get(0).seenAt().plus(plan.request().stay()).plus(limits.returnWithin());
    return now.isBefore(end) ? WAIT : new Step.Finish(false, notReturned(plan, sight, limits));
  }

  /** By the rules of failback, now or in a while. A held service is brought back by the drill, not by them. */
  private static boolean aMoveIsDue(DrillPlan plan, Sight sight) {
    if (sight.decision() instanceof Decision.HandOver) {
      return true;
    }
    var view = sight.view();
    return !plan.held()
        && returnsByItself(view)
        && view.list().servers().stream()
            .limit(rankOfActive(view))
            .map(view::state)
            .anyMatch(earlier -> !earlier.leaving() && earlier.fit());
  }

  private static boolean rulesPreferWhereItIs(DrillPlan plan, ServiceView view) {
    return !plan.held()
        && returnsByItself(view)
        && rankOfActive(view) < view.list().rank(plan.before());
  }

  private static boolean returnsByItself(ServiceView view) {
    var mode = view.policy().mode();
    return mode == FailbackPolicy.Mode.AUTOMATIC || mode == FailbackPolicy.Mode.DELAYED;
  }

  private static int rankOfActive(ServiceView view) {
    return view.list().rank(view.active().orElseThrow());
  }

  private static String passed(Drill drill, ServiceView view) {
    var plan = drill.plan();
    String served = plan.to() + " took over and served for " + stay(drill);
    var active = view.active().orElseThrow();
    if (!active.equals(plan.to())) {
      return served
          + (active.equals(plan.before())
              ? ", then " + active + " took it back"
              : ", then the rules moved the service to " + active);
    }
    return view.state(plan.before()).registered()
        ? served + "; the rules let the service stay there"
        : served + "; " + isGone(plan);
  }

  private static String notReturned(DrillPlan plan, Sight sight, Limits limits) {
    String within =
        "the service did not return within " + DurationText.format(limits.returnWithin()) + ": ";
    return within
        + (sight.view().state(plan.before()).registered() ? sight.decision().why() : isGone(plan));
  }

  private static String isGone(DrillPlan plan) {
    return plan.before() + " is not there: " + plan.to() + " goes on until somebody starts "
        + plan.before();
  }

  private static String stay(Drill drill) {
    return DurationText.format(drill.plan().request().stay());
  }

  /**
   * The terms that a drill does not know yet, oldest first; none if the one that was seen is not among them.
   *
   * @param history newest first, as the databases tell it
   */
  public static List<DrillTerm> termsSince(Drill drill, Step.LookUpTerm seen, List<Term> history) {
    var terms = history.stream()
        .filter(term -> term.term() > drill.lastTerm() && term.term() <= seen.term())
        .sorted(Comparator.comparingLong(Term::term))
        .map(term -> new DrillTerm(
            term.term(),
            term.server(),
            term.at(),
            Optional.of(seen.activeSince()).filter(since -> term.term() == seen.term()),
            term.why()))
        .toList();
    return terms.stream().anyMatch(term -> term.term() == seen.term()) ? terms : List.of();
  }
}
