package mainstay.node.supervisor.core;

import static mainstay.node.supervisor.core.DrillSamples.ALPHA;
import static mainstay.node.supervisor.core.DrillSamples.BRAVO;
import static mainstay.node.supervisor.core.DrillSamples.CHARLIE;
import static mainstay.node.supervisor.core.DrillSamples.DATABASES;
import static mainstay.node.supervisor.core.DrillSamples.LOADING;
import static mainstay.node.supervisor.core.DrillSamples.NOON;
import static mainstay.node.supervisor.core.DrillSamples.READY;
import static mainstay.node.supervisor.core.DrillSamples.SERVICE;
import static mainstay.node.supervisor.core.DrillSamples.UNFIT;
import static mainstay.node.supervisor.core.DrillSamples.crash;
import static mainstay.node.supervisor.core.DrillSamples.database;
import static mainstay.node.supervisor.core.DrillSamples.plan;
import static mainstay.node.supervisor.core.DrillSamples.request;
import static mainstay.node.supervisor.core.DrillSamples.switchover;
import static mainstay.node.supervisor.core.DrillSamples.view;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import mainstay.node.failover.core.ServerState;
import mainstay.node.failover.core.ServiceView;
import mainstay.protocol.message.ClusterStatus;
import mainstay.protocol.message.ClusterSupervisor.DrillRequest;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.model.DrillKind;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.ServerId;
import org.junit.jupiter.api.Test;

class DrillRulesTest {
  @Test
  void theFirstOtherServerThatIsSynchronisedAndFitIsTried() {
    assertThat(rule(switchover(), view(ALPHA, 4)).plan()).contains(plan(switchover(), false));
    assertThat(rule(switchover(), others(LOADING, READY)).plan())
        .hasValueSatisfying(plan -> assertThat(plan.to()).isEqualTo(CHARLIE));
    assertThat(rule(switchover(), others(UNFIT, READY)).plan())
        .hasValueSatisfying(plan -> assertThat(plan.to()).isEqualTo(CHARLIE));
    assertThat(rule(to(CHARLIE), view(ALPHA, 4)).plan())
        .hasValueSatisfying(plan -> assertThat(plan.to()).isEqualTo(CHARLIE));
  }

  @Test
  void aServiceThatIsHeldWhereItIsWillBeHeldThereAgain() {
    assertThat(rule(switchover(), view(ALPHA, 4).asHeld()).plan())
        .contains(plan(switchover(), true));
    assertThat(rule(crash(), view(ALPHA, 4).asHeld()).plan())
        .as("a crash ends the hold")
        .contains(plan(crash(), false));
  }

  @Test
  void withoutACandidateNothingIsTriedAndEachShortcomingIsNamed() {
    assertRefused(
        rule(switchover(), others(LOADING, UNFIT)),
        Reason.REFUSED_BY_RULE,
        "no other server of the list [alpha, bravo, charlie] is synchronised and fit: "
            + "bravo is synchronising (7 events behind), charlie is unfit: its disk is full");
    assertRefused(
        rule(crash(), others(LOADING, ServerState.ABSENT)),
        Reason.REFUSED_BY_RULE,
        "charlie is not there");
    assertRefused(
        rule(to(BRAVO), others(UNFIT, READY)),
        Reason.REFUSED_BY_RULE,
        "bravo is unfit: its disk is full");
    assertRefused(
        rule(to(ALPHA), view(ALPHA, 4)), Reason.REFUSED_BY_RULE, "alpha is active for service");
    assertRefused(
        rule(to(new ServerId("delta")), view(ALPHA, 4)),
        Reason.INVALID,
        "delta is not in the list");
    assertRefused(
        rule(
            switchover(), view(Optional.empty(), 4, FailbackPolicy.AUTOMATIC, READY, READY, READY)),
        Reason.REFUSED_BY_RULE,
        "nobody is active");
  }

  @Test
  void allDatabasesHaveToBeActive() {
    assertRefused(
        rule(switchover(), List.of(database("db1", true), database("db2", false))),
        Reason.REFUSED_BY_RULE,
        "not all databases are active: db2 (copying)");
    assertRefused(rule(crash(), List.of()), Reason.REFUSED_BY_RULE, "which databases are active");
  }

  @Test
  void nothingElseMayBeUnderWay() {
    var drill = Drill.started("d-1", plan(switchover(), false), NOON);

    assertRefused(
        DrillRules.rule(
            switchover(),
            new DrillRules.Situation(view(ALPHA, 4), List.of(), Optional.of(drill), DATABASES),
            "r",
            "eve"),
        Reason.REFUSED_BY_RULE,
        "drill d-1 of service dge/main is under way");
    assertRefused(
        moving(switchover(), SERVICE.value()), Reason.REFUSED_BY_RULE, "dge/main is moving");
    assertRefused(
        moving(crash(), "configuration"), Reason.REFUSED_BY_RULE, "configuration is moving");
    assertThat(moving(switchover(), "configuration").plan()).isPresent();
  }

  @Test
  void aCrashNeedsTheNameOfTheServerThatDies() {
    assertThat(rule(crash(), view(ALPHA, 4)).plan()).contains(plan(crash(), false));

    var unconfirmed = rule(request(DrillKind.CRASH, false, Optional.empty()), view(ALPHA, 4));
    assertRefused(unconfirmed, Reason.INVALID, "the process of alpha");
    assertThat(unconfirmed.refusal().map(Rejected::errors).orElseThrow())
        .extracting(error -> error.path() + " " + error.message())
        .containsExactly("/confirm is missing; it must be \"alpha\"");
    assertRefused(
        rule(request(DrillKind.CRASH, false, Optional.of(BRAVO)), view(ALPHA, 4)),
        Reason.REFUSED_BY_RULE,
        "but bravo is what was confirmed");
  }

  @Test
  void aRepeatedRequestMustAskForTheSame() {
    var known = Drill.started("d-1", plan(switchover(), false), NOON);

    assertThat(DrillRules.sameDrill(known, switchover())).isEmpty();
    assertThat(DrillRules.sameDrill(known, crash())).hasValueSatisfying(refusal -> {
      assertThat(refusal.reason()).isEqualTo(Reason.INVALID);
      assertThat(refusal.detail()).contains("this request id belongs to drill d-1");
    });
  }

  private static DrillRequest to(ServerId server) {
    return new DrillRequest(
        SERVICE,
        DrillKind.SWITCHOVER,
        Optional.of(server),
        false,
        Duration.ofSeconds(5),
        Optional.empty());
  }

  private static ServiceView others(ServerState bravo, ServerState charlie) {
    return view(Optional.of(ALPHA), 4, FailbackPolicy.AUTOMATIC, READY, bravo, charlie);
  }

  private static DrillRules.Ruling rule(DrillRequest request, ServiceView view) {
    return DrillRules.rule(
        request,
        new DrillRules.Situation(view, List.of(), Optional.empty(), DATABASES),
        "eve/r",
        "eve");
  }

  private static DrillRules.Ruling rule(
      DrillRequest request, List<ClusterStatus.Database> databases) {
    return DrillRules.rule(
        request,
        new DrillRules.Situation(view(ALPHA, 4), List.of(), Optional.empty(), databases),
        "eve/r",
        "eve");
  }

  private static DrillRules.Ruling moving(DrillRequest request, String moving) {
    return DrillRules.rule(
        request,
        new DrillRules.Situation(view(ALPHA, 4), List.of(moving), Optional.empty(), DATABASES),
        "eve/r",
        "eve");
  }

  private static void assertRefused(DrillRules.Ruling ruling, Reason reason, String detail) {
    assertThat(ruling.plan()).isEmpty();
    assertThat(ruling.refusal()).hasValueSatisfying(refusal -> {
      assertThat(refusal.reason()).isEqualTo(reason);
      assertThat(refusal.detail()).contains(detail);
    });
  }
}
