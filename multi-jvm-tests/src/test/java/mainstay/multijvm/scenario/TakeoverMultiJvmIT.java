package mainstay.multijvm.scenario;

import static mainstay.multijvm.scenario.Lab.CONFIGURATION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import mainstay.multijvm.cluster.AdminClient;
import mainstay.multijvm.cluster.AdminClient.RefusedException;
import mainstay.multijvm.cluster.Await;
import mainstay.multijvm.nemesis.Nemesis.Kill9;
import mainstay.multijvm.nemesis.Nemesis.Restart;
import mainstay.multijvm.nemesis.Nemesis.Terminate;
import mainstay.multijvm.workload.DriverClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TakeoverMultiJvmIT {
  private static final String ENGINE = "dge/main";
  private static final List<String> BACKUPS = List.of("bravo", "charlie");
  private static final String DEVICE =
      "{\"id\":\"this-machine\",\"name\":\"This machine\",\"dge\":\"main\","
          + "\"address\":\"127.0.0.1\",\"enabled\":true}";

  @RegisterExtension
  static final Lab LAB = Lab.onLoopback();

  @Test
  void serversTakeOverInOrderWhenKilledAndThePrimaryTakesItsServiceBack() throws Exception {
    var began = Instant.now();
    var load = LAB.load(BACKUPS, Lab.WRITE_INTERVAL);
    try (load) {
      load.awaitWrites(200);
      everyServiceExplainsItself("alpha", "alpha");

      long firstKill = LAB.strike(new Kill9(), "alpha");
      LAB.awaitServing(Limits.SOON, BACKUPS);
      load.awaitWrites(200);
      everyServiceExplainsItself("bravo", "bravo");
      configurationIsRefused("bravo", "bravo");

      long secondKill = LAB.strike(new Kill9(), "bravo");
      LAB.awaitServing(Limits.SOON, List.of("charlie"));
      load.awaitWrites(200);
      everyServiceExplainsItself("charlie", "charlie");
      configurationIsRefused("charlie", "charlie");

      long failback = LAB.strike(new Restart(), "alpha");
      LAB.awaitServing(Limits.WHOLE, List.of("alpha", "charlie"));
      load.awaitWrites(200);
      long served = DriverClock.nanos();
      LAB.strike(new Restart(), "bravo");
      LAB.awaitWhole();
      load.awaitWrites(200);
      everyServiceExplainsItself("alpha", "alpha");
      LAB.client("bravo").putConfig("device", "this-machine", DEVICE, null);

      assertThat(load.stop()).isEmpty();
      assertThat(LAB.outage(
              "kill -9 of alpha",
              firstKill,
              Duration.ofNanos(secondKill - firstKill),
              Limits.CRASH_TAKEOVER))
          .isLessThan(Limits.CRASH_TAKEOVER);
      assertThat(LAB.outage(
              "kill -9 of bravo",
              secondKill,
              Duration.ofNanos(failback - secondKill),
              Limits.CRASH_TAKEOVER))
          .isLessThan(Limits.CRASH_TAKEOVER);
      assertThat(LAB.outage(
              "failback to alpha",
              failback,
              Duration.ofNanos(served - failback),
              Limits.FAILBACK_PAUSE))
          .isLessThan(Limits.FAILBACK_PAUSE);
    }
    LAB.awaitLeaseGivenBack(); // charlie, alone of two, needed it to down bravo
    LAB.assertNothingWrong();
    // Gathered once a second: what a takeover of the collector may cost is on top of that.
    assertThat(LAB.longestGap("host-cpu", began))
        .isLessThan(Duration.ofSeconds(2).plus(Limits.CRASH_TAKEOVER.multipliedBy(2)));
  }

  @Test
  void anOrderlyStopIsTakenOverWithoutAFailedWrite() throws Exception {
    var load = LAB.load(BACKUPS, Lab.WRITE_INTERVAL);
    try (load) {
      load.awaitWrites(200);

      long stopped = LAB.strike(new Terminate(Limits.TERMINATE), "alpha");
      LAB.awaitServing(Limits.SOON, BACKUPS);
      load.awaitWrites(200);
      LAB.strike(new Restart(), "alpha");
      LAB.awaitWhole();
      load.awaitWrites(100);

      assertThat(load.stop()).isEmpty();
      assertThat(LAB.outage("stop of alpha", stopped, Limits.SOON, Limits.CRASH_TAKEOVER))
          .isLessThan(Limits.CRASH_TAKEOVER);
    }
    LAB.assertNothingWrong();
  }

  @Test
  void aSwitchoverOnRequestPausesOnlyShortly() throws Exception {
    policy("manual");
    try (var load = LAB.load(List.of("alpha", "bravo", "charlie"), Lab.WRITE_INTERVAL)) {
      load.awaitWrites(500); // servers that have just started run code that is not compiled yet
      load.awaitWrites(500);

      long toBravo = DriverClock.nanos();
      switchOver("bravo");
      load.awaitWrites(200);
      long toAlpha = DriverClock.nanos();
      switchOver("alpha");
      load.awaitWrites(200);

      assertThat(load.stop()).isEmpty();
      assertThat(LAB.outage(
              "switchover to bravo",
              toBravo,
              Duration.ofNanos(toAlpha - toBravo),
              Limits.PLANNED_PAUSE))
          .isLessThan(Limits.PLANNED_PAUSE);
      assertThat(LAB.outage("switchover to alpha", toAlpha, Limits.SOON, Limits.PLANNED_PAUSE))
          .isLessThan(Limits.PLANNED_PAUSE);
    } finally {
      policy("automatic");
    }
    LAB.assertNothingWrong();
  }

  @Test
  void anEngineStaysWhereAnOperatorHasMovedIt() throws Exception {
    var client = LAB.client("charlie");
    int moves = 16;
    long first = client.service(ENGINE).term();
    for (int move = 1;
        move <= moves;
        move++) { // what may go wrong comes in the first moment after a move
      var from = move % 2 == 1 ? "alpha" : "bravo";
      client.move(ENGINE, move % 2 == 1 ? "bravo" : "alpha", Limits.SOON);
      Await.until(
          from + " stands by for " + ENGINE,
          Limits.SOON,
          () -> client.service(ENGINE),
          service -> service.synchronised(from));
    }

    var last = client.service(ENGINE);
    assertThat(last.active()).isEqualTo("alpha");
    assertThat(last.term()).as("one term for each move").isEqualTo(first + moves);
  }

  private static void everyServiceExplainsItself(String asked, String active) throws IOException {
    var explanations = LAB.explanations(asked);

    assertThat(explanations).isNotEmpty().allSatisfy(e -> assertThat(e.why()).isNotBlank());
    assertThat(explanations)
        .filteredOn(e -> e.service().equals(CONFIGURATION))
        .singleElement()
        .extracting(AdminClient.Explanation::active)
        .isEqualTo(active);
  }

  private static void configurationIsRefused(String asked, String acting) throws IOException {
    var client = LAB.client(asked);
    var refusal = catchThrowableOfType(
        RefusedException.class, () -> client.putConfig("device", "this-machine", DEVICE, null));

    assertThat(refusal).as("a configuration change while " + acting + " serves").isNotNull();
    assertThat(refusal.status()).isEqualTo(409);
    assertThat(refusal.detail()).contains("alpha").contains(acting);
  }

  private static void switchOver(String to) throws IOException {
    var client = LAB.client("charlie");
    var done = client.move(CONFIGURATION, to, Limits.SOON);

    System.out.println(
        "switchover to " + to + ": the cluster measured " + done.pauseMillis() + " ms");
    assertThat(client.service(CONFIGURATION).active()).isEqualTo(to);
  }

  private static void policy(String mode) throws IOException {
    LAB.client("alpha")
        .putConfig(
            "service",
            CONFIGURATION,
            "{\"id\":\"configuration\",\"serverList\":[\"alpha\",\"bravo\",\"charlie\"],\"policy\":{\"mode\":\""
                + mode + "\"},\"configurationOnBackup\":false}",
            null);
  }
}
