package mainstay.node.failover.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import mainstay.protocol.message.ServiceHost.State;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.Fitness;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServerList;
import mainstay.protocol.model.ServiceName;
import mainstay.protocol.model.ServiceSettings;
import org.junit.jupiter.api.Test;

class RedundancyTest {
  private static final ServerId ALPHA = new ServerId("alpha");
  private static final ServerId BRAVO = new ServerId("bravo");
  private static final ServerId CHARLIE = new ServerId("charlie");
  private static final ServiceName SERVICE = ServiceName.CONFIGURATION;
  private static final Duration LONG = Duration.ofSeconds(5);

  private static final Redundancy.Tolerances TOLERANCES =
      new Redundancy.Tolerances(Duration.ofSeconds(2), LONG);

  private final ConfigurationLag lag = new ConfigurationLag();
  private long now;
  private final Knowledge knowledge =
      new Knowledge(ALPHA, new Knowledge.Patience(LONG, LONG, LONG, LONG), LONG);

  @Test
  void oneBackupThatIsReadyIsEnough() {
    says(ALPHA, State.ACTIVE, 0, "1", Fitness.FIT);
    says(BRAVO, State.STANDBY, 0, "1", Fitness.FIT);

    assertThat(warnings("alpha", "bravo", "charlie")).isEmpty();
  }

  @Test
  void withoutABackupThatIsReadyItSaysWhatIsWrongWithEach() {
    says(ALPHA, State.ACTIVE, 0, "1", Fitness.FIT);
    says(BRAVO, State.SYNCHRONISING, 1, "1", Fitness.FIT);

    assertThat(warnings("alpha", "bravo", "charlie"))
        .containsExactly(
            "nobody can take over from alpha: bravo is synchronising (1 events behind),"
                + " charlie is not there");
  }

  @Test
  void aBackupThatIsUnfitIsNone() {
    says(ALPHA, State.ACTIVE, 0, "1", Fitness.FIT);
    says(BRAVO, State.STANDBY, 0, "1", new Fitness(List.of("its disk is short")));

    assertThat(warnings("alpha", "bravo"))
        .containsExactly("nobody can take over from alpha: bravo is unfit: its disk is short");
  }

  @Test
  void anotherVersionIsNamed() {
    says(ALPHA, State.ACTIVE, 0, "1", Fitness.FIT);
    says(BRAVO, State.STANDBY, 0, "1", Fitness.FIT);
    says(CHARLIE, State.STANDBY, 0, "2", Fitness.FIT);

    assertThat(warnings("alpha", "bravo", "charlie"))
        .containsExactly("charlie runs version 2 of this program, alpha runs 1");
  }

  @Test
  void aBackupThatIsUnfitIsNamedThoughAnotherIsReady() {
    allSayThatTheyAreWell();
    says(CHARLIE, State.STANDBY, 0, "1", new Fitness(List.of("its disk is short", "it is hot")));

    assertThat(warnings("alpha", "bravo", "charlie"))
        .containsExactly("charlie is unfit: its disk is short; it is hot");
  }

  @Test
  void aBackupThatSynchronisesIsNamedForBeingUnfitToo() {
    says(ALPHA, State.ACTIVE, 0, "1", Fitness.FIT);
    says(BRAVO, State.SYNCHRONISING, 1, "1", new Fitness(List.of("its disk is short")));

    assertThat(warnings("alpha", "bravo"))
        .containsExactly(
            "nobody can take over from alpha: bravo is synchronising (1 events behind)",
            "bravo is unfit: its disk is short");
  }

  @Test
  void aBackupThatLacksAVersionOfTheConfigurationIsNamedAfterAWhile() {
    allSayThatTheyAreWell();
    knowledge.reported(Reports.with(knowledge.report(CHARLIE).orElseThrow(), 17), 0);
    lag.looked(Optional.of(18L), knowledge.reports(), 0);
    knowledge.reported(Reports.with(knowledge.report(BRAVO).orElseThrow(), 18), 0);
    lag.looked(Optional.of(18L), knowledge.reports(), 0);

    now = LONG.toNanos();
    assertThat(warnings("alpha", "bravo", "charlie")).as("it may take so long").isEmpty();
    now = LONG.plusSeconds(2).toNanos();
    assertThat(warnings("alpha", "bravo", "charlie"))
        .containsExactly(
            "charlie works with version 17 of the configuration and has lacked version 18 for 7s");
  }

  @Test
  void aClockIsNamedFromHalfTheLimitOn() {
    allSayThatTheyAreWell();
    clocks(Map.of(
        ALPHA, Duration.ZERO, BRAVO, Duration.ofMillis(1000), CHARLIE, Duration.ofMillis(-1020)));

    assertThat(warnings("alpha", "bravo", "charlie"))
        .as("bravo may be a little below half of it")
        .containsExactly(
            "the clock of charlie is 1.02 s behind the median of all, give or take 0.01 s;"
                + " beyond 2s it is unfit");

    clocks(Map.of(
        ALPHA, Duration.ofMillis(1500), BRAVO, Duration.ZERO, CHARLIE, Duration.ofMillis(-10)));
    assertThat(warnings("alpha", "bravo", "charlie"))
        .as("the active one, too")
        .containsExactly(
            "the clock of alpha is 1.50 s ahead of the median of all, give or take 0.01 s;"
                + " beyond 2s it is unfit");
  }

  @Test
  void aClockBeyondTheLimitIsNamedOnceItsServerHasNoticed() {
    allSayThatTheyAreWell();
    says(CHARLIE, State.STANDBY, 0, "1", new Fitness(List.of("its clock is wrong")));
    clocks(Map.of(ALPHA, Duration.ZERO, BRAVO, Duration.ZERO, CHARLIE, Duration.ofSeconds(7)));

    assertThat(warnings("alpha", "bravo", "charlie"))
        .containsExactly("charlie is unfit: its clock is wrong");
  }

  @Test
  void ofTwoClocksItIsSaidThatNobodyKnowsWhichIsWrong() {
    says(ALPHA, State.ACTIVE, 0, "1", Fitness.FIT);
    says(BRAVO, State.STANDBY, 0, "1", Fitness.FIT);
    clocks(Map.of(ALPHA, Duration.ZERO, BRAVO, Duration.ofSeconds(7)));

    assertThat(warnings("alpha", "bravo"))
        .containsExactly("the clock of alpha is 7.00 s behind that of bravo, give or take 0.01 s,"
            + " and no majority of the servers says which of them is wrong");

    clocks(Map.of(ALPHA, Duration.ZERO, BRAVO, Duration.ofMillis(1005)));
    assertThat(warnings("alpha", "bravo")).as("it may be half the limit").isEmpty();
  }

  @Test
  void aListOfOneWasMeantSo() {
    says(ALPHA, State.ACTIVE, 0, "1", Fitness.FIT);

    assertThat(warnings("alpha")).isEmpty();
  }

  private List<String> warnings(String... list) {
    var settings = new ServiceSettings(
        ServiceSettings.DEFAULT_ID, ServerList.of(list), FailbackPolicy.AUTOMATIC, false);
    var view = knowledge.view(SERVICE, new ServiceDirectory(1, Map.of(SERVICE, settings)), 0);
    return Redundancy.warnings(view, knowledge, lag, TOLERANCES, now);
  }

  private void says(ServerId server, State state, int mode, String version, Fitness fitness) {
    knowledge.member(new Member(server, server + "-1", Part.SERVER, Member.Status.UP, true), 0);
    knowledge.reported(
        Reports.server(server, version, fitness, Reports.host(SERVICE, state, 1, mode, false)), 0);
  }

  /** All are as they should be. */
  private void allSayThatTheyAreWell() {
    says(ALPHA, State.ACTIVE, 0, "1", Fitness.FIT);
    says(BRAVO, State.STANDBY, 0, "1", Fitness.FIT);
    says(CHARLIE, State.STANDBY, 0, "1", Fitness.FIT);
  }

  /** Every two of them hear each other, over a way of 10 ms. */
  private void clocks(Map<ServerId, Duration> ahead) {
    ahead.forEach((server, own) -> {
      var lags = new TreeMap<String, Duration>();
      ahead.forEach((other, its) -> {
        if (!other.equals(server)) {
          lags.put(other.value(), own.minus(its).plusMillis(10));
        }
      });
      knowledge.reported(Reports.with(knowledge.report(server).orElseThrow(), lags), 0);
    });
  }
}
