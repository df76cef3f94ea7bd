package mainstay.node.failover.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mainstay.protocol.message.ServiceHost.State;
import mainstay.protocol.message.TakeoverOutlook;
import mainstay.protocol.message.TakeoverOutlook.Fate;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.Fitness;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServerList;
import mainstay.protocol.model.ServiceName;
import mainstay.protocol.model.ServiceSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WhatIfTest {
  private static final ServerId ALPHA = new ServerId("alpha");
  private static final ServerId BRAVO = new ServerId("bravo");
  private static final ServerId CHARLIE = new ServerId("charlie");
  private static final ServiceName SERVICE = ServiceName.CONFIGURATION;
  private static final ServiceDirectory DIRECTORY = new ServiceDirectory(
      1,
      Map.of(
          SERVICE,
          new ServiceSettings(
              ServiceSettings.DEFAULT_ID,
              ServerList.of("alpha", "bravo", "charlie"),
              FailbackPolicy.AUTOMATIC,
              false)));
  private static final long LONG_AFTER_THE_START = Duration.ofHours(1).toNanos();

  private final Knowledge knowledge = new Knowledge(
      CHARLIE,
      new Knowledge.Patience(
          Duration.ofSeconds(3),
          Duration.ofSeconds(5),
          Duration.ofSeconds(2),
          Duration.ofSeconds(1)),
      Duration.ofSeconds(3));

  @BeforeEach
  void alphaServesAndTheOthersFollow() {
    for (var server : List.of(ALPHA, BRAVO, CHARLIE)) {
      member(server, true);
      says(server, server.equals(ALPHA) ? State.ACTIVE : State.STANDBY, 0);
    }
  }

  @Test
  void theNextOfTheListWouldTakeOver() {
    var fate = fate(ALPHA);

    assertThat(fate.active()).contains(ALPHA);
    assertThat(fate.then()).contains(BRAVO);
    assertThat(fate.why()).startsWith("bravo is the first available server");
  }

  @Test
  void aServerThatWouldNotBeSynchronisedIsPassedOver() {
    says(BRAVO, State.SYNCHRONISING, 1);

    assertThat(fate(ALPHA).then()).contains(CHARLIE);
    assertThat(fate(ALPHA).why()).contains("bravo is synchronising");
  }

  @Test
  void whoServesGoesOnWithoutABackup() {
    assertThat(fate(BRAVO).then()).contains(ALPHA);
    assertThat(fate(BRAVO, CHARLIE).then()).contains(ALPHA);
  }

  @Test
  void theLastServerWouldNeedTheLeaseIfTheOthersDiedAtOnce() {
    assertThat(fate(ALPHA, BRAVO).then()).contains(CHARLIE);
    assertThat(ask(ALPHA, BRAVO).limits())
        .anySatisfy(limit -> assertThat(limit).contains("1 of 3 voters").contains("lease"));
    assertThat(ask(ALPHA).limits()).noneMatch(limit -> limit.contains("lease"));
  }

  @Test
  void withoutServersNobodyServes() {
    assertThat(fate(ALPHA, BRAVO, CHARLIE).then()).isEmpty();
    assertThat(fate(ALPHA, BRAVO, CHARLIE).why()).isEqualTo("no server would be left");
  }

  @Test
  void aServerThatIsCutOffAlreadyIsNotLostTwice() {
    member(BRAVO, false);

    assertThat(ask(BRAVO).limits()).anyMatch(limit -> limit.startsWith("bravo cannot be reached"));
    assertThat(fate(ALPHA).then()).as("one of the two that count").isEmpty();
    assertThat(fate(ALPHA, BRAVO).then()).as("both downed").contains(CHARLIE);
  }

  @Test
  void theQuestionChangesNothing() {
    ask(ALPHA, BRAVO);

    assertThat(knowledge.view(SERVICE, DIRECTORY, LONG_AFTER_THE_START).active())
        .contains(ALPHA);
    assertThat(knowledge.members()).containsOnlyKeys(ALPHA, BRAVO, CHARLIE);
  }

  private Fate fate(ServerId... dead) {
    return ask(dead).services().get(0);
  }

  private TakeoverOutlook ask(ServerId... dead) {
    return WhatIf.ask(
        CHARLIE,
        knowledge,
        DIRECTORY,
        List.of(SERVICE),
        Set.of(dead),
        QuorumMode.LEASE_MAJORITY,
        LONG_AFTER_THE_START);
  }

  private void member(ServerId server, boolean reachable) {
    knowledge.member(
        new Member(server, server + "-1", Part.SERVER, Member.Status.UP, reachable), 0);
  }

  private void says(ServerId server, State state, int mode) {
    knowledge.reported(
        Reports.server(server, "1", Fitness.FIT, Reports.host(SERVICE, state, 1, mode, false)), 0);
  }
}
