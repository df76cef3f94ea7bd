package mainstay.node.failover.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mainstay.protocol.message.FailoverAgent;
import mainstay.protocol.message.ServiceHost;
import mainstay.protocol.message.ServiceHost.State;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.Fitness;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServerList;
import mainstay.protocol.model.ServiceName;
import mainstay.protocol.model.ServiceSettings;
import org.junit.jupiter.api.Test;

class KnowledgeTest {
  private static final ServerId ALPHA = new ServerId("alpha");
  private static final ServerId BRAVO = new ServerId("bravo");
  private static final ServerId CHARLIE = new ServerId("charlie");
  private static final ServiceName CONFIGURATION = ServiceName.CONFIGURATION;
  private static final ServiceName ENGINE = new ServiceName("dge/main");
  private static final Duration FORMING = Duration.ofSeconds(3);
  private static final Duration SETTLE = Duration.ofSeconds(2);
  private static final Duration REPORT = Duration.ofSeconds(5);
  private static final Duration CLAIM = Duration.ofSeconds(1);
  private static final Duration SILENCE = Duration.ofMillis(700);
  private static final ServiceDirectory DIRECTORY =
      new ServiceDirectory(1, Map.of(CONFIGURATION, settings(), ENGINE, settings()));

  private final Knowledge knowledge =
      new Knowledge(ALPHA, new Knowledge.Patience(FORMING, REPORT, CLAIM, SILENCE), SETTLE);

  @Test
  void aServerCountsOnlyWhenItIsAReachableMemberThatHasReported() {
    up(ALPHA);
    up(BRAVO);
    assertThat(state(BRAVO, 0).registered()).as("has not reported").isFalse();

    knowledge.reported(report(BRAVO, standby(0)), 0);
    assertThat(state(BRAVO, 0).available()).isTrue();

    knowledge.member(new Member(BRAVO, "bravo-1", Part.SERVER, Member.Status.UP, false), 0);
    assertThat(state(BRAVO, 0)).as("unreachable").isEqualTo(ServerState.ABSENT);
  }

  @Test
  void aReportOfAnotherRunIsNotTaken() {
    up(BRAVO);

    assertThat(knowledge.reported(
            new FailoverAgent.Report(
                BRAVO, "bravo-0", "1", Fitness.FIT, false, 1, Optional.empty(), List.of(active(7))),
            0))
        .isFalse();
    assertThat(knowledge.lastTerm(CONFIGURATION)).isZero();
  }

  @Test
  void aReturnedServerStartsFromNothing() {
    up(ALPHA);
    up(BRAVO);
    knowledge.reported(report(BRAVO, standby(0)), 0);

    knowledge.member(new Member(BRAVO, "bravo-2", Part.SERVER, Member.Status.UP, true), 5);

    assertThat(state(BRAVO, 5)).isEqualTo(ServerState.ABSENT);
  }

  @Test
  void theEndOfAnEarlierRunDoesNotRemoveTheNext() {
    up(BRAVO);
    knowledge.member(new Member(BRAVO, "bravo-2", Part.SERVER, Member.Status.UP, true), 0);

    knowledge.gone(BRAVO, "bravo-1");
    assertThat(knowledge.member(BRAVO)).isPresent();

    knowledge.gone(BRAVO, "bravo-2");
    assertThat(knowledge.member(BRAVO)).isEmpty();
  }

  @Test
  void onlyTheHolderOfTheNewestTermIsActive() {
    up(ALPHA);
    up(BRAVO);
    knowledge.reported(report(ALPHA, active(7)), 0);
    knowledge.reported(report(BRAVO, active(8)), 0);

    assertThat(knowledge.activeServer(CONFIGURATION)).contains(BRAVO);

    knowledge.reported(report(BRAVO, standby(8)), 0);
    assertThat(knowledge.activeServer(CONFIGURATION))
        .as("term 7 is over, whoever says to hold it")
        .isEmpty();
    assertThat(knowledge.lastTerm(CONFIGURATION)).isEqualTo(8);
  }

  @Test
  void whoTookATermInTheDatabaseCountsAsActiveForAMoment() {
    up(ALPHA);
    up(BRAVO);
    knowledge.reported(report(ALPHA, standby(3)), 0);
    knowledge.reported(report(BRAVO, standby(3)), 0);

    knowledge.stored(new Activation(CONFIGURATION, 4, BRAVO, "bravo-1"), 0);

    long end = CLAIM.toNanos();
    assertThat(view(CONFIGURATION, end - 1).active()).contains(BRAVO);
    assertThat(view(CONFIGURATION, end - 1).unheard()).as("its word is missing").contains(BRAVO);
    assertThat(view(CONFIGURATION, end).active()).as("it never said so").isEmpty();
    assertThat(view(CONFIGURATION, end).lastTerm()).isEqualTo(4);
    assertThat(view(CONFIGURATION, end).unheard()).isEmpty();
  }

  @Test
  void anUnfitServerThatTookATermInOneDatabaseOnlyIsNotWaitedFor() {
    up(ALPHA);
    up(BRAVO);
    knowledge.reported(report(ALPHA, standby(3)), 0);
    knowledge.stored(new Activation(CONFIGURATION, 4, BRAVO, "bravo-1"), 0);

    knowledge.reported(
        Reports.server(BRAVO, "1", new Fitness(List.of("db2 is away")), standby(3)), 1);

    assertThat(view(CONFIGURATION, 1).active()).isEmpty();
    assertThat(view(CONFIGURATION, 1).unheard()).isEmpty();
  }

  @Test
  void whoReportsTheTermThatItHasTakenIsHeard() {
    up(ALPHA);
    up(BRAVO);
    knowledge.reported(report(ALPHA, standby(3)), 0);
    knowledge.stored(new Activation(CONFIGURATION, 4, BRAVO, "bravo-1"), 0);

    knowledge.reported(report(BRAVO, active(4)), 1);

    assertThat(view(CONFIGURATION, 1).active()).contains(BRAVO);
    assertThat(view(CONFIGURATION, 1).unheard()).isEmpty();
  }

  @Test
  void anOlderTermInTheDatabaseChangesNothing() {
    up(ALPHA);
    knowledge.reported(report(ALPHA, active(5)), 0);

    knowledge.stored(new Activation(CONFIGURATION, 4, BRAVO, "bravo-1"), 0);

    assertThat(knowledge.lastTerm(CONFIGURATION)).isEqualTo(5);
    assertThat(view(CONFIGURATION, 0).active()).contains(ALPHA);
  }

  @Test
  void aCopyThatFollowsAnOlderTermIsNotWhole() {
    up(ALPHA);
    up(BRAVO);
    knowledge.reported(report(ALPHA, active(8)), 0);

    knowledge.reported(report(BRAVO, standby(7)), 0);
    assertThat(state(BRAVO, 0).synchronised()).isFalse();

    knowledge.reported(report(BRAVO, standby(8)), 0);
    assertThat(state(BRAVO, 0).synchronised()).isTrue();
  }

  @Test
  void theTimeOfBeingSynchronisedStartsAnewAfterABreak() {
    up(ALPHA);
    up(BRAVO);
    knowledge.reported(report(ALPHA, active(1)), 0);
    knowledge.reported(report(BRAVO, standby(1)), 100);
    knowledge.reported(report(BRAVO, standby(1)), 200);
    assertThat(state(BRAVO, 300).synchronisedFor()).isEqualTo(Duration.ofNanos(200));

    knowledge.reported(report(BRAVO, service(CONFIGURATION, State.SYNCHRONISING, 1, 2)), 400);
    assertThat(state(BRAVO, 450).synchronisedFor()).isZero();

    knowledge.reported(report(BRAVO, standby(1)), 500);
    assertThat(state(BRAVO, 600).synchronisedFor()).isEqualTo(Duration.ofNanos(100));
  }

  @Test
  void anEngineIsSynchronisedOnlyWithItsConfiguration() {
    up(ALPHA);
    up(BRAVO);
    knowledge.reported(
        report(
            BRAVO,
            service(CONFIGURATION, State.SYNCHRONISING, 1, 2),
            service(ENGINE, State.STANDBY, 1, 0)),
        0);
    assertThat(view(ENGINE, 0).state(BRAVO).synchronised()).isFalse();

    knowledge.reported(report(BRAVO, standby(1), service(ENGINE, State.STANDBY, 1, 0)), 0);
    assertThat(view(ENGINE, 0).state(BRAVO).synchronised()).isTrue();
  }

  @Test
  void onlyAServiceThatNobodyServedWaitsWhileTheClusterForms() {
    up(ALPHA);
    knowledge.reported(report(ALPHA, standby(0)), 0);

    assertThat(view(CONFIGURATION, FORMING.toNanos() - 1).waitsForEarlier()).isTrue();
    assertThat(view(CONFIGURATION, FORMING.toNanos()).waitsForEarlier()).isFalse();

    knowledge.reported(report(ALPHA, active(1)), 0);
    knowledge.reported(report(ALPHA, standby(1)), 0);
    assertThat(view(CONFIGURATION, 1).waitsForEarlier()).isFalse();
  }

  @Test
  void aMemberThatHasNotReportedYetMayBeActiveForAWhile() {
    knowledge.member(new Member(BRAVO, "bravo-1", Part.SERVER, Member.Status.UP, true), 0);
    long up = Duration.ofMinutes(1).toNanos();
    knowledge.member(new Member(ALPHA, "alpha-1", Part.SERVER, Member.Status.UP, true), up);

    assertThat(view(CONFIGURATION, up).unheard()).containsExactly(BRAVO);
    assertThat(view(CONFIGURATION, up + REPORT.toNanos()).unheard()).isEmpty();

    knowledge.reported(report(BRAVO, standby(0)), up);
    assertThat(view(CONFIGURATION, up).unheard()).isEmpty();

    knowledge.member(new Member(BRAVO, "bravo-2", Part.SERVER, Member.Status.UP, true), 2 * up);
    assertThat(view(CONFIGURATION, 2 * up).unheard()).as("a new run").containsExactly(BRAVO);

    knowledge.member(new Member(BRAVO, "bravo-2", Part.SERVER, Member.Status.UP, false), 2 * up);
    assertThat(view(CONFIGURATION, 2 * up).unheard()).as("unreachable").isEmpty();
  }

  @Test
  void whoHoldsTheNewestTermIsAMemberBeforeTheGossipSaysSo() {
    up(ALPHA);
    knowledge.reported(report(ALPHA, standby(0)), 0);
    knowledge.member(new Member(BRAVO, "bravo-1", Part.SERVER, Member.Status.JOINING, true), 0);

    knowledge.reported(report(BRAVO, standby(0)), 0);
    assertThat(state(BRAVO, 0)).as("only joining").isEqualTo(ServerState.ABSENT);

    knowledge.reported(report(BRAVO, active(1)), 0);
    assertThat(view(CONFIGURATION, 0).active()).contains(BRAVO);
    assertThat(state(BRAVO, 0).available()).isTrue();

    knowledge.member(new Member(BRAVO, "bravo-1", Part.SERVER, Member.Status.DOWN, true), 0);
    assertThat(view(CONFIGURATION, 0).active()).as("downed").isEmpty();
  }

  @Test
  void aJoiningMemberThatTookATermIsWaitedForUntilItSaysSo() {
    up(ALPHA);
    knowledge.reported(report(ALPHA, standby(0)), 0);
    knowledge.member(new Member(BRAVO, "bravo-1", Part.SERVER, Member.Status.JOINING, true), 0);
    assertThat(view(CONFIGURATION, 0).unheard()).isEmpty();

    knowledge.stored(new Activation(CONFIGURATION, 1, BRAVO, "bravo-1"), 0);

    assertThat(view(CONFIGURATION, CLAIM.toNanos() - 1).unheard()).containsExactly(BRAVO);
    assertThat(view(CONFIGURATION, CLAIM.toNanos()).unheard()).isEmpty();
  }

  @Test
  void theViewCarriesTheSettleTimeAndTheRightToAct() {
    up(ALPHA);
    up(BRAVO);
    assertThat(view(CONFIGURATION, 0).failbackSettle()).isEqualTo(SETTLE);
    assertThat(knowledge.right().mayAct()).isTrue();

    knowledge.member(new Member(BRAVO, "bravo-1", Part.SERVER, Member.Status.UP, false), 0);
    assertThat(knowledge.right().mayAct()).as("one of two is no majority").isFalse();

    knowledge.member(new Member(BRAVO, "bravo-1", Part.SERVER, Member.Status.DOWN, false), 0);
    assertThat(knowledge.right().mayAct()).as("who was downed does not count").isTrue();
  }

  @Test
  void whoMissesOneOfTheOthersFirstTakesOverOnlyIfTheRestHasSpokenLately() {
    up(ALPHA);
    up(BRAVO);
    up(CHARLIE);
    long cut = Duration.ofMinutes(1).toNanos();
    knowledge.reported(report(BRAVO, active(4)), cut);
    knowledge.reported(report(CHARLIE, standby(4)), cut);
    long later = cut + Duration.ofSeconds(4).toNanos();
    assertThat(view(CONFIGURATION, later).right().mayAct())
        .as("nobody is missed")
        .isTrue();

    knowledge.member(new Member(BRAVO, "bravo-1", Part.SERVER, Member.Status.UP, false), later);

    assertThat(view(CONFIGURATION, later).right().mayAct()).isFalse();
    assertThat(view(CONFIGURATION, later).right().why()).contains("not heard from [charlie]");
    assertThat(knowledge.right().mayAct()).as("what it serves already goes on").isTrue();

    knowledge.reported(report(CHARLIE, standby(4)), later);
    assertThat(view(CONFIGURATION, later + SILENCE.toNanos()).right().mayAct()).isTrue();
    assertThat(view(CONFIGURATION, later + SILENCE.toNanos() + 1).right().mayAct())
        .isFalse();

    knowledge.member(new Member(BRAVO, "bravo-1", Part.SERVER, Member.Status.DOWN, false), later);
    assertThat(view(CONFIGURATION, later + CLAIM.toNanos()).right().mayAct())
        .as("who was downed is not missed")
        .isTrue();
  }

  private void up(ServerId server) {
    knowledge.member(new Member(server, server + "-1", Part.SERVER, Member.Status.UP, true), 0);
  }

  private ServiceView view(ServiceName service, long now) {
    return knowledge.view(service, DIRECTORY, now);
  }

  private ServerState state(ServerId server, long now) {
    return view(CONFIGURATION, now).state(server);
  }

  private static ServiceSettings settings() {
    return new ServiceSettings(
        ServiceSettings.DEFAULT_ID,
        ServerList.of("alpha", "bravo"),
        FailbackPolicy.AUTOMATIC,
        false);
  }

  private static FailoverAgent.Report report(ServerId server, ServiceHost.Report... services) {
    return Reports.server(server, "1", Fitness.FIT, services);
  }

  private static ServiceHost.Report active(long term) {
    return service(CONFIGURATION, State.ACTIVE, term, 0);
  }

  private static ServiceHost.Report standby(long term) {
    return service(CONFIGURATION, State.STANDBY, term, 0);
  }

  private static ServiceHost.Report service(ServiceName name, State state, long term, int mode) {
    return Reports.host(name, state, term, mode, false);
  }
}
