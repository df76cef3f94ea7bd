package mainstay.multijvm.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import mainstay.multijvm.nemesis.Nemesis.KillDatabase;
import mainstay.multijvm.nemesis.Nemesis.PauseDatabase;
import mainstay.multijvm.nemesis.Nemesis.ResumeDatabase;
import mainstay.multijvm.nemesis.Nemesis.StartDatabase;
import mainstay.multijvm.nemesis.Nemesis.Wait;
import mainstay.multijvm.workload.DriverClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One database of two dies, hangs, or is missing at the start. */
class DatabaseMultiJvmIT {
  private static final List<String> SERVERS = List.of("alpha", "bravo", "charlie");
  /** For what stops all service: everything written meanwhile waits until it is back. */
  private static final Duration SLOWLY = Duration.ofMillis(100);

  @RegisterExtension
  static final Lab LAB = Lab.onLoopback();

  @ParameterizedTest
  @ValueSource(strings = {"db2", "db1"})
  void aKilledDatabaseIsDroppedWithoutAFailedWriteAndComesBackByItself(String database)
      throws Exception {
    long before = epoch(database);
    var load = LAB.load(SERVERS, Lab.WRITE_INTERVAL);
    try (load) {
      load.awaitWrites(200);

      long killed = LAB.strike(new KillDatabase(), database);
      LAB.awaitDatabase(database, false, Limits.SOON, SERVERS);
      load.awaitWrites(200);
      assertThat(epoch(database)).isGreaterThan(before);
      long started = LAB.strike(new StartDatabase(), database);
      LAB.awaitDatabase(database, true, Limits.DATABASE_ACTIVE, SERVERS);
      load.awaitWrites(200);
      long active = DriverClock.nanos();

      assertThat(load.stop()).isEmpty();
      assertThat(LAB.outage(
              "kill -9 of " + database,
              killed,
              Duration.ofNanos(started - killed),
              Limits.DATABASE_CRASH))
          .isLessThan(Limits.DATABASE_CRASH);
      assertThat(LAB.outage(
              "return of " + database,
              started,
              Duration.ofNanos(active - started),
              Limits.DATABASE_RETURN))
          .isLessThan(Limits.DATABASE_RETURN);
    }
    LAB.assertNothingWrong();
  }

  @Test
  void aHungDatabaseIsDroppedWithoutAFailedWriteAndComesBackByItself() throws Exception {
    var load = LAB.load(SERVERS, Lab.WRITE_INTERVAL);
    try (load) {
      load.awaitWrites(200);

      long hung = LAB.strike(new PauseDatabase(), "db2");
      LAB.awaitDatabase("db2", false, Limits.SOON, SERVERS);
      LAB.strike(new Wait(Duration.ofSeconds(7)), "db2");
      load.awaitWrites(200);
      long resumed = LAB.strike(new ResumeDatabase(), "db2");
      LAB.awaitDatabase("db2", true, Limits.DATABASE_ACTIVE, SERVERS);
      load.awaitWrites(200);

      assertThat(load.stop()).isEmpty();
      assertThat(LAB.outage(
              "SIGSTOP of db2", hung, Duration.ofNanos(resumed - hung), Limits.DATABASE_HANG))
          .isLessThan(Limits.DATABASE_HANG);
    }
    LAB.assertNothingWrong();
  }

  @Test
  void afterAPowerLossTheDatabaseThatCountedServesAloneUntilTheDroppedOneIsBack() throws Exception {
    var load = LAB.load(SERVERS, SLOWLY);
    try (load) {
      LAB.dropAndLosePower("db2", "db1", load);

      long back = LAB.strike(new StartDatabase(), "db1");
      awaitAnswers(LAB.launch(List.of("bravo", "charlie", "alpha")), back);
      LAB.awaitServing(Limits.WHOLE, SERVERS);
      load.awaitWrites(50);
      LAB.awaitDatabase("db2", false, Limits.SOON, SERVERS);

      LAB.strike(new StartDatabase(), "db2");
      LAB.awaitWhole();
      load.awaitWrites(50);
      load.stop();
    }
    LAB.assertNothingWrong();
  }

  @Test
  void aStaleDatabaseServesNothingUntilTheOneThatCountedIsBack() throws Exception {
    var load = LAB.load(SERVERS, SLOWLY);
    try (load) {
      LAB.dropAndLosePower("db2", "db1", load);
      long dark = DriverClock.nanos();

      LAB.strike(new StartDatabase(), "db2");
      var answering = LAB.launch(SERVERS);
      LAB.strike(new Wait(Duration.ofSeconds(8)), "db2");
      long back = DriverClock.nanos();
      LAB.assertNothingServed("while only the stale db2 was there", dark);

      LAB.strike(new StartDatabase(), "db1");
      awaitAnswers(answering, back);
      LAB.awaitWhole();
      load.awaitWrites(50);
      load.stop();
    }
    LAB.assertNothingWrong();
  }

  /** A server alone may not answer: which databases count is for a majority to say. */
  private static void awaitAnswers(CompletableFuture<Void> answering, long back) throws Exception {
    answering.get(Limits.WHOLE.toSeconds(), TimeUnit.SECONDS);
    LAB.countAsUp(SERVERS, back);
  }

  private static long epoch(String database) throws IOException {
    return LAB.client("bravo").database(database).epoch();
  }
}
