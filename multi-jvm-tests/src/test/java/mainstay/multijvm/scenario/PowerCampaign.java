package mainstay.multijvm.scenario;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import mainstay.multijvm.nemesis.Nemesis.KillDatabase;
import mainstay.multijvm.nemesis.Nemesis.StartDatabase;
import mainstay.multijvm.nemesis.Nemesis.Wait;
import mainstay.multijvm.nemesis.WideNemesis.KillAllDatabases;
import mainstay.multijvm.nemesis.WideNemesis.PowerLoss;
import mainstay.multijvm.workload.DriverClock;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * All databases die, or everything does, and comes back in one order or another, also without a database that counts.
 *
 * <p>Takes minutes, so it is no part of the build: {@code multi-jvm-tests/campaign power}.
 */
class PowerCampaign {
  private static final List<String> SERVERS = List.of("alpha", "bravo", "charlie");
  private static final List<String> DATABASES = List.of("db1", "db2");
  private static final List<String> ALL = List.of("alpha", "bravo", "charlie", "db1", "db2");
  /** For what stops all service: everything written meanwhile waits until it is back. */
  private static final Duration SLOWLY = Duration.ofMillis(100);

  private static final Duration WITHOUT_DATABASES = Duration.ofSeconds(15);
  private static final Duration BETWEEN_DATABASES = Duration.ofSeconds(5);
  private static final Duration LATE = Duration.ofSeconds(20);
  private static final int LONGEST_PAUSE_MILLIS = 2_000;

  @RegisterExtension
  static final Lab LAB = Lab.onHosts();

  static Stream<Round> rounds() {
    return Round.all();
  }

  static Stream<Arguments> roundsByDatabase() {
    return Round.all()
        .flatMap(round -> DATABASES.stream().map(database -> Arguments.of(round, database)));
  }

  @ParameterizedTest
  @MethodSource("roundsByDatabase")
  void bothDatabasesDieAndComeBackInEitherOrder(Round round, String first) throws Exception {
    var second = other(first);
    System.out.println(round + ": both databases killed, " + first + " back first");
    var load = LAB.load(SERVERS, SLOWLY);
    try (load) {
      load.awaitWrites(50);

      long struck = LAB.strike(new KillAllDatabases());
      LAB.strike(new Wait(WITHOUT_DATABASES), first);
      LAB.strike(new StartDatabase(), first);
      LAB.strike(new Wait(BETWEEN_DATABASES), second);
      long healed = LAB.strike(new StartDatabase(), second);
      LAB.awaitWhole();
      conclude(
          "both databases killed, " + first + " back first",
          load,
          struck,
          healed,
          Limits.DATABASES_SETTLING);
    }
  }

  @ParameterizedTest
  @MethodSource("rounds")
  void everythingIsKilledAndComesBackInRandomOrder(Round round) throws Exception {
    powerIsLost(round, Optional.empty());
  }

  @ParameterizedTest
  @MethodSource("rounds")
  void everythingIsKilledAndOneDatabaseComesLate(Round round) throws Exception {
    powerIsLost(round, Optional.of(anyDatabase(round)));
  }

  private static void powerIsLost(Round round, Optional<String> late) throws Exception {
    var order = round.shuffled(ALL);
    late.ifPresent(order::remove);
    var title = "everything killed, back as " + order
        + late.map(database -> ", " + database + " " + LATE.toSeconds() + " s later")
            .orElse("");
    System.out.println(round + ": " + title);
    var load = LAB.load(SERVERS, SLOWLY);
    try (load) {
      load.awaitWrites(50);

      long struck = LAB.strike(new PowerLoss());
      long begun = DriverClock.nanos();
      long healed = begun;
      var answering = new ArrayList<CompletableFuture<Void>>();
      for (var name : order) {
        healed = DriverClock.nanos();
        if (DATABASES.contains(name)) {
          LAB.strike(new StartDatabase(), name);
        } else {
          answering.add(LAB.launchCounted(name));
        }
        LAB.strike(new Wait(round.millis(0, LONGEST_PAUSE_MILLIS)), name);
      }
      if (late.isPresent()) {
        LAB.strike(new Wait(LATE.minusNanos(DriverClock.nanos() - begun)), late.get());
        healed = LAB.strike(new StartDatabase(), late.get());
      }
      Lab.awaitAnswers(answering);
      LAB.awaitWhole();
      conclude(title, load, struck, healed, Limits.POWER_SETTLING);
    }
  }

  @ParameterizedTest
  @MethodSource("rounds")
  void aStaleDatabaseAloneWithTheServersServesNothing(Round round) throws Exception {
    var stale = anyDatabase(round);
    var good = other(stale);
    var title = stale + " left out, " + good + " killed, " + stale + " back alone";
    System.out.println(round + ": " + title);
    var load = LAB.load(SERVERS, SLOWLY);
    try (load) {
      load.awaitWrites(50);
      long struck = LAB.strike(new KillDatabase(), stale);
      LAB.awaitDatabase(stale, false, Limits.SOON, SERVERS);
      load.awaitWrites(50);
      LAB.strike(new KillDatabase(), good);
      long dark = DriverClock.nanos();

      LAB.strike(new StartDatabase(), stale);
      LAB.strike(new Wait(LATE), stale);
      LAB.assertNothingServed("while only the stale " + stale + " was there", dark);

      long healed = LAB.strike(new StartDatabase(), good);
      LAB.awaitWhole();
      conclude(title, load, struck, healed, Limits.DATABASES_SETTLING);
    }
  }

  @ParameterizedTest
  @MethodSource("rounds")
  void aStaleDatabaseAloneAfterAPowerLossServesNothing(Round round) throws Exception {
    var stale = anyDatabase(round);
    var good = other(stale);
    var title = stale + " left out, everything killed, " + good + " back last";
    System.out.println(round + ": " + title);
    var load = LAB.load(SERVERS, SLOWLY);
    try (load) {
      long struck = DriverClock.nanos();
      LAB.dropAndLosePower(stale, good, load);
      long dark = DriverClock.nanos();

      LAB.strike(new StartDatabase(), stale);
      var answering = new ArrayList<CompletableFuture<Void>>();
      for (var server : round.shuffled(SERVERS)) {
        answering.add(LAB.launchCounted(server));
      }
      LAB.strike(new Wait(LATE), stale);
      LAB.assertNothingServed("while only the stale " + stale + " was there", dark);

      long healed = LAB.strike(new StartDatabase(), good);
      Lab.awaitAnswers(answering);
      LAB.awaitWhole();
      conclude(title, load, struck, healed, Limits.POWER_SETTLING);
    }
  }

  private static void conclude(
      String title, Lab.Load load, long struck, long healed, Duration settling) throws Exception {
    long whole = DriverClock.nanos();
    load.awaitWrites(50);
    LAB.conclude(title, new Lab.Spell(struck, healed, whole), load.stop(), settling);
  }

  private static String anyDatabase(Round round) {
    return round.shuffled(DATABASES).get(0);
  }

  private static String other(String database) {
    return database.equals("db1") ? "db2" : "db1";
  }
}
