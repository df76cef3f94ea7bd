package mainstay.node.supervisor.core;

import static mainstay.node.supervisor.core.DrillSamples.ALPHA;
import static mainstay.node.supervisor.core.DrillSamples.BRAVO;
import static mainstay.node.supervisor.core.DrillSamples.CHARLIE;
import static mainstay.node.supervisor.core.DrillSamples.DATABASES;
import static mainstay.node.supervisor.core.DrillSamples.LOADING;
import static mainstay.node.supervisor.core.DrillSamples.NOON;
import static mainstay.node.supervisor.core.DrillSamples.READY;
import static mainstay.node.supervisor.core.DrillSamples.SERVICE;
import static mainstay.node.supervisor.core.DrillSamples.crash;
import static mainstay.node.supervisor.core.DrillSamples.database;
import static mainstay.node.supervisor.core.DrillSamples.plan;
import static mainstay.node.supervisor.core.DrillSamples.request;
import static mainstay.node.supervisor.core.DrillSamples.switchover;
import static mainstay.node.supervisor.core.DrillSamples.term;
import static mainstay.node.supervisor.core.DrillSamples.view;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import mainstay.node.failover.core.FailoverPolicy;
import mainstay.node.failover.core.ServerState;
import mainstay.node.failover.core.ServiceView;
import mainstay.node.supervisor.core.DrillCourse.Step;
import mainstay.protocol.message.ClusterStatus;
import mainstay.protocol.message.ClusterSupervisor.DrillTerm;
import mainstay.protocol.message.ClusterSupervisor.Operation;
import mainstay.protocol.message.ClusterSupervisor.Term;
import mainstay.protocol.model.DrillKind;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.ServerId;
import org.junit.jupiter.api.Test;

class DrillCourseTest {
  private static final DrillCourse.Limits LIMITS =
      new DrillCourse.Limits(Duration.ofSeconds(30), Duration.ofSeconds(60));
  private static final FailbackPolicy STICKY =
      new FailbackPolicy(FailbackPolicy.Mode.STICKY, Duration.ZERO);
  private static final Instant AFTER_STAY = NOON.plusSeconds(6);

  @Test
  void aSwitchoverBeginsAtOnceAndHoldsNothing() {
    assertThat(next(started(switchoverPlan()), view(ALPHA, 4), NOON))
        .isEqualTo(new Step.Move(BRAVO, false));
  }

  @Test
  void aCrashLetsTheAnswerOutFirst() {
    var drill = started(plan(crash(), false));

    assertThat(next(drill, view(ALPHA, 4), NOON)).isEqualTo(new Step.Wait());
    assertThat(next(drill, view(ALPHA, 4), NOON.plusMillis(500))).isEqualTo(new Step.Crash());
  }

  @Test
  void whatHasChangedSinceTheRequestKeepsItFromBeginning() {
    var drill = started(plan(crash(), false));
    var lone = view(Optional.of(ALPHA), 4, FailbackPolicy.AUTOMATIC, READY, LOADING, READY);

    assertFailed(
        next(drill, lone, NOON.plusSeconds(1)),
        "nothing was done: bravo is synchronising (7 events behind)");
    assertFailed(
        next(drill, view(BRAVO, 5), NOON.plusSeconds(1)),
        "nothing was done: alpha does not serve dge/main in term 4 any more");
    assertFailed(
        next(drill, view(ALPHA, 6), NOON.plusSeconds(1)),
        "nothing was done: alpha does not serve dge/main in term 4 any more");
    assertFailed(
        DrillCourse.next(
            drill,
            sight(view(ALPHA, 4), false, Optional.empty(), List.of(database("db1", false))),
            LIMITS,
            NOON.plusSeconds(1)),
        "nothing was done: not all databases are active: db1 (copying)");
  }

  @Test
  void theTermOfANewActiveServerIsLookedUpWhenItAcceptsRequests() {
    var drill = started(switchoverPlan()).begun(Optional.of("op"), NOON);

    assertThat(next(drill, view(BRAVO, 5), NOON))
        .isEqualTo(new Step.LookUpTerm(5, NOON.plusMillis(60)));
    assertThat(DrillCourse.next(
            drill,
            new DrillCourse.Sight(
                view(BRAVO, 5),
                FailoverPolicy.decide(view(BRAVO, 5)),
                Optional.empty(),
                false,
                Optional.empty(),
                DATABASES),
            LIMITS,
            NOON))
        .isEqualTo(new Step.Wait());
  }

  @Test
  void theTermsThatWereNotKnownComeFromTheHistory() {
    var drill = started(switchoverPlan()).begun(Optional.of("op"), NOON);
    var seen = new Step.LookUpTerm(6, NOON.plusSeconds(2));
    var history = List.of(
        new Term(7, ALPHA, NOON.plusSeconds(3), "later"),
        new Term(6, CHARLIE, NOON.plusSeconds(1), "bravo is not there"),
        new Term(5, BRAVO, NOON, "drill"),
        new Term(4, ALPHA, NOON.minusSeconds(9), "before"));

    assertThat(DrillCourse.termsSince(drill, seen, history))
        .containsExactly(
            new DrillTerm(5, BRAVO, NOON, Optional.empty(), "drill"),
            new DrillTerm(
                6,
                CHARLIE,
                NOON.plusSeconds(1),
                Optional.of(NOON.plusSeconds(2)),
                "bravo is not there"));
    assertThat(DrillCourse.termsSince(drill, seen, history.subList(2, 4))).isEmpty();
  }

  @Test
  void whatDoesNotTakeOverEndsIt() {
    var drill = started(switchoverPlan()).begun(Optional.of("op"), NOON);
    var refused = new Operation("op", SERVICE, ALPHA, BRAVO, "failed", "bravo was busy", 0, NOON);
    var late = NOON.plusSeconds(31);

    assertFailed(
        DrillCourse.next(
            drill, sight(view(ALPHA, 4), false, Optional.of(refused), DATABASES), LIMITS, NOON),
        "bravo did not take over: bravo was busy");
    assertThat(next(drill, view(ALPHA, 4), NOON.plusSeconds(29))).isEqualTo(new Step.Wait());
    assertFailed(next(drill, view(ALPHA, 4), late), "alpha did not stop serving within 30s");
    assertFailed(
        next(
            drill,
            view(
                Optional.empty(),
                4,
                FailbackPolicy.AUTOMATIC,
                ServerState.ABSENT,
                LOADING,
                ServerState.ABSENT),
            late),
        "no server was active within 30s: waiting for bravo to take over");
  }

  @Test
  void anotherServerThanTheExpectedOneFailsIt() {
    var drill = started(switchoverPlan())
        .begun(Optional.of("op"), NOON)
        .with(new Drill.Turn(term(5, CHARLIE, NOON), NOON));

    assertFailed(
        next(drill, view(CHARLIE, 5), NOON),
        "charlie took over where bravo was expected: charlie is next");
  }

  @Test
  void theOtherServerServesForAWhileAndAnEarlyEndFails() {
    var drill = served(switchoverPlan());

    assertThat(drill.keepsFromReturning(NOON.plusSeconds(4))).isTrue();
    assertThat(next(drill, view(BRAVO, 5), NOON.plusSeconds(4))).isEqualTo(new Step.Wait());
    assertThat(drill.keepsFromReturning(AFTER_STAY)).isFalse();
    assertFailed(
        next(
            drill.with(new Drill.Turn(term(6, ALPHA, NOON), NOON)),
            view(ALPHA, 6),
            NOON.plusSeconds(4)),
        "bravo served for less than 5s: alpha took over in term 6: alpha is next");
  }

  @Test
  void thenTheRulesBringItBackAndItHasPassed() {
    var drill = served(switchoverPlan());
    var justBack = new ServerState(true, true, Duration.ZERO, 0, false, true, "");

    assertThat(next(drill, view(BRAVO, 5), AFTER_STAY)).isEqualTo(new Step.Wait());
    assertThat(next(
            drill,
            view(Optional.of(BRAVO), 5, FailbackPolicy.AUTOMATIC, justBack, READY, READY),
            AFTER_STAY))
        .isEqualTo(new Step.Wait());
    assertThat(next(
            drill.with(new Drill.Turn(term(6, ALPHA, AFTER_STAY), AFTER_STAY)),
            view(ALPHA, 6),
            AFTER_STAY))
        .isEqualTo(
            new Step.Finish(true, "bravo took over and served for 5s, then alpha took it back"));
  }

  @Test
  void underAStickyPolicyItStaysUnlessItIsToComeBack() {
    var sticky = view(Optional.of(BRAVO), 5, STICKY, READY, READY, READY);

    assertThat(next(served(switchoverPlan()), sticky, AFTER_STAY))
        .isEqualTo(new Step.Finish(
            true, "bravo took over and served for 5s; the rules let the service stay there"));
    assertThat(next(served(backPlan(DrillKind.SWITCHOVER)), sticky, AFTER_STAY))
        .isEqualTo(new Step.Move(ALPHA, false));
  }

  @Test
  void whereTheRulesPreferAnEarlierServerItDoesNotHaveToComeBack() {
    var plan = new DrillPlan(
        request(DrillKind.SWITCHOVER, true, Optional.empty()),
        BRAVO,
        CHARLIE,
        4,
        false,
        "r",
        "eve");
    var drill = started(plan)
        .begun(Optional.empty(), NOON)
        .with(new Drill.Turn(term(5, CHARLIE, NOON), NOON))
        .with(new Drill.Turn(term(6, ALPHA, AFTER_STAY), AFTER_STAY));

    assertThat(next(drill, view(ALPHA, 6), AFTER_STAY))
        .isEqualTo(new Step.Finish(
            true,
            "charlie took over and served for 5s, then the rules moved the service to alpha"));
  }

  @Test
  void aServiceThatWasHeldIsHeldAgain() {
    var drill = served(plan(switchover(), true));

    assertThat(drill.keepsFromReturning(AFTER_STAY)).isTrue();
    assertThat(next(drill, view(BRAVO, 5).asHeld(), AFTER_STAY))
        .isEqualTo(new Step.Move(ALPHA, true));
  }

  @Test
  void aServerThatNobodyStartsIsNamedAndNotWaitedForUnlessItIsToComeBack() {
    var alone =
        view(Optional.of(BRAVO), 5, FailbackPolicy.AUTOMATIC, ServerState.ABSENT, READY, READY);
    var back = served(backPlan(DrillKind.CRASH));
    String gone = "alpha is not there: bravo goes on until somebody starts alpha";

    assertThat(next(served(plan(crash(), false)), alone, AFTER_STAY))
        .isEqualTo(new Step.Finish(true, "bravo took over and served for 5s; " + gone));
    assertThat(next(back, alone, NOON.plusSeconds(64))).isEqualTo(new Step.Wait());
    assertFailed(
        next(back, alone, NOON.plusSeconds(66)), "the service did not return within 1m: " + gone);
  }

  @Test
  void aServerThatIsLoadingIsWaitedFor() {
    var loading = view(Optional.of(BRAVO), 5, FailbackPolicy.AUTOMATIC, LOADING, READY, READY);

    assertThat(next(served(plan(crash(), false)), loading, AFTER_STAY)).isEqualTo(new Step.Wait());
    assertFailed(
        next(served(plan(crash(), false)), loading, NOON.plusSeconds(66)),
        "did not return within 1m: bravo is the first available server");
  }

  @Test
  void aMoveUnderWayIsWaitedFor() {
    assertThat(DrillCourse.next(
            served(backPlan(DrillKind.SWITCHOVER)),
            sight(
                view(Optional.of(BRAVO), 5, STICKY, READY, READY, READY),
                true,
                Optional.empty(),
                DATABASES),
            LIMITS,
            AFTER_STAY))
        .isEqualTo(new Step.Wait());
  }

  private static DrillPlan switchoverPlan() {
    return plan(switchover(), false);
  }

  private static DrillPlan backPlan(DrillKind kind) {
    Optional<ServerId> confirm = kind == DrillKind.CRASH ? Optional.of(ALPHA) : Optional.empty();
    return plan(request(kind, true, confirm), false);
  }

  private static Drill started(DrillPlan plan) {
    return Drill.started("d-1", plan, NOON);
  }

  private static Drill served(DrillPlan plan) {
    return started(plan)
        .begun(Optional.empty(), NOON)
        .with(new Drill.Turn(term(5, BRAVO, NOON), NOON));
  }

  private static Step next(Drill drill, ServiceView view, Instant now) {
    return DrillCourse.next(drill, sight(view, false, Optional.empty(), DATABASES), LIMITS, now);
  }

  private static DrillCourse.Sight sight(
      ServiceView view,
      boolean moving,
      Optional<Operation> move,
      List<ClusterStatus.Database> databases) {
    return new DrillCourse.Sight(
        view,
        FailoverPolicy.decide(view),
        view.active().map(server -> NOON.plusMillis(60)),
        moving,
        move,
        databases);
  }

  private static void assertFailed(Step step, String why) {
    assertThat(step).isInstanceOfSatisfying(Step.Finish.class, end -> {
      assertThat(end.passed()).isFalse();
      assertThat(end.why()).contains(why);
    });
  }
}
