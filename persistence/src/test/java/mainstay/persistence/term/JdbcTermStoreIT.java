package mainstay.persistence.term;

import static mainstay.persistence.testing.Server.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import mainstay.persistence.databases.DatabaseUnavailableException;
import mainstay.persistence.databases.DatabaseUnavailableException.Outcome;
import mainstay.persistence.databases.SessionName;
import mainstay.persistence.term.TermStore.Lost;
import mainstay.persistence.term.TermStore.Take;
import mainstay.persistence.term.TermStore.Taken;
import mainstay.persistence.testing.Server;
import mainstay.persistence.testing.SharedDatabase;
import mainstay.persistence.testing.TestDatabase;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedDatabase.class)
class JdbcTermStoreIT {
  private static final ServiceName SERVICE = ServiceName.dge("main");
  private static final ServerId ALPHA = new ServerId("alpha");
  private static final ServerId BRAVO = new ServerId("bravo");

  private TestDatabase database;
  private String url;
  private Server alpha;
  private Server bravo;

  @BeforeEach
  void start(TestDatabase shared) throws Exception {
    database = shared;
    url = database.newDatabase();
    alpha = Server.start(database, url, "alpha", "a1");
    bravo = Server.start(database, url, "bravo", "b1");
  }

  @AfterEach
  void stop() {
    alpha.close();
    bravo.close();
  }

  @Test
  void aRunThatIsWrittenOffGetsNoTermAndHasNoSayAboutOthers() {
    var sleeper = new SessionName(ALPHA, "a1");
    var survivor = new SessionName(BRAVO, "b1");
    var writtenOff = new JdbcWrittenOff(alpha.databases());

    await(writtenOff.add(sleeper, survivor));
    await(writtenOff.add(sleeper, survivor));
    await(writtenOff.add(survivor, sleeper));

    assertThat(await(writtenOff.contains(sleeper))).isTrue();
    assertThat(await(writtenOff.contains(survivor))).isFalse();
    assertThat(await(alpha.terms().take(SERVICE, 0, ALPHA, "a1", "woke up", true)))
        .isEqualTo(new TermStore.RunIsWrittenOff());
    assertThat(await(alpha.terms().take(SERVICE, 0, ALPHA, "a2", "came back", true)))
        .isEqualTo(new Taken(new Activation(SERVICE, 1, ALPHA, "a2")));
  }

  @Test
  void whoeverWritesARunOffAndHoweverOftenTheSameIsStored() throws SQLException {
    var writtenOff = new JdbcWrittenOff(alpha.databases());
    var run = new SessionName(ALPHA, "a1");

    await(writtenOff.add(run, new SessionName(BRAVO, "b1")));
    await(writtenOff.add(run, new SessionName(BRAVO, "b1")));
    await(writtenOff.add(run, new SessionName(new ServerId("charlie"), "c1")));

    try (var session = database.connect(url);
        var rows = session.createStatement().executeQuery("select * from written_off")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getMetaData().getColumnCount()).isEqualTo(2);
      assertThat(rows.getString(1) + " " + rows.getString(2)).isEqualTo("alpha a1");
      assertThat(rows.next()).isFalse();
    }
  }

  @Test
  void theFirstTermIsOneAndEachTakeLeavesALineOfHistory() {
    assertThat(await(alpha.terms().current(SERVICE))).isEmpty();

    var first = await(alpha.terms().take(SERVICE, 0, ALPHA, "a1", "nobody was active", false));
    var second = await(bravo.terms().take(SERVICE, 1, BRAVO, "b1", "alpha is down", false));

    var held = new Activation(SERVICE, 2, BRAVO, "b1");
    assertThat(first).isEqualTo(new Taken(new Activation(SERVICE, 1, ALPHA, "a1")));
    assertThat(second).isEqualTo(new Taken(held));
    assertThat(await(alpha.terms().current(SERVICE))).contains(held);
    assertThat(await(alpha.terms().all())).containsOnlyKeys(SERVICE).containsValue(held);
    assertThat(await(alpha.terms().history(SERVICE, 10)))
        .extracting(entry -> entry.activation().term() + " " + entry.why())
        .containsExactly("2 alpha is down", "1 nobody was active");
    assertThat(await(alpha.terms().history(SERVICE, 1))).hasSize(1);
  }

  @Test
  void whatIsTriedAgainIsSaidAsTheFirstTimeSinceOneOfSeveralDatabasesMayHaveIt() throws Exception {
    var store = alpha.store();
    await(store.take(SERVICE, 0, ALPHA, "a1", "nobody was active", false));
    var first = await(store.history(SERVICE, 10));
    try (var session = database.connect(url);
        var lost = session.createStatement()) {
      lost.execute("delete from service_term_history");
      lost.execute("delete from service_term");
    }

    await(store.take(SERVICE, 0, ALPHA, "a1", "bravo has not come back", false));

    assertThat(await(store.history(SERVICE, 10))).isEqualTo(first).hasSize(1);
  }

  @Test
  void aTakeThatComesLateChangesNothingAndSaysWhoHoldsTheTerm() {
    var held = alpha.take(SERVICE, 0);

    assertThat(await(bravo.terms().take(SERVICE, 0, BRAVO, "b1", "late", true)))
        .isEqualTo(new Lost(held));
    assertThat(await(bravo.terms().history(SERVICE, 10))).hasSize(1);
  }

  @Test
  void termsThatAreKnownAndNotStoredArePassedOver() {
    alpha.take(SERVICE, 0);

    var eighth = new Activation(SERVICE, 8, BRAVO, "b1");
    assertThat(await(bravo.terms().take(SERVICE, 7, BRAVO, "b1", "seven were seen", true)))
        .isEqualTo(new Taken(eighth));
    assertThat(await(alpha.terms().take(SERVICE, 2, ALPHA, "a1", "late", true)))
        .isEqualTo(new Lost(eighth));
  }

  @Test
  void whereATermIsNotDecidedItFollowsUpwardsOnly() {
    var second = new Activation(SERVICE, 2, ALPHA, "a1");
    var seventh = new Activation(SERVICE, 7, BRAVO, "b1");

    await(alpha.store().follow(second, false));
    await(alpha.store().follow(second, false));
    await(bravo.store().follow(seventh, true));

    assertThat(await(alpha.terms().current(SERVICE))).contains(seventh);
    assertThatThrownBy(
            () -> alpha.store().follow(second, false).toCompletableFuture().get())
        .hasCauseInstanceOf(StaleTermException.class)
        .hasMessageContaining("term 7 is held by bravo/b1");
    assertThatThrownBy(() -> alpha
            .store()
            .follow(new Activation(SERVICE, 7, ALPHA, "a1"), false)
            .toCompletableFuture()
            .get())
        .hasCauseInstanceOf(StaleTermException.class);
    assertThat(await(alpha.terms().history(SERVICE, 10)))
        .extracting(entry -> entry.activation().term())
        .containsExactly(7L, 2L);
  }

  @Test
  void ofManyContendersExactlyOneWinsEachTerm() throws Exception {
    int contenders = 8;
    int rounds = 25;
    var threads = Executors.newFixedThreadPool(contenders);
    try {
      for (int round = 0; round < rounds; round++) {
        long expected = round;
        var barrier = new CyclicBarrier(contenders);
        List<Future<Take>> takes = new ArrayList<>();
        for (int i = 0; i < contenders; i++) {
          var store = i % 2 == 0 ? alpha.terms() : bravo.terms();
          var server = new ServerId("server-" + i);
          takes.add(threads.submit(() -> {
            barrier.await(10, TimeUnit.SECONDS);
            return await(store.take(SERVICE, expected, server, "x", "race", false));
          }));
        }
        var winners = new ArrayList<Activation>();
        for (Future<Take> take : takes) {
          if (take.get(30, TimeUnit.SECONDS) instanceof Taken taken) {
            winners.add(taken.activation());
          }
        }
        assertThat(winners).hasSize(1).allMatch(winner -> winner.term() == expected + 1);
        assertThat(await(alpha.terms().current(SERVICE))).contains(winners.get(0));
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(await(alpha.terms().history(SERVICE, 100))).hasSize(rounds);
  }

  @Test
  void aTakeWaitsForAWriteTransactionOfTheOldTerm() throws Exception {
    alpha.take(SERVICE, 0);
    CompletionStage<Take> take;
    try (var writer = database.connect(url)) {
      writer.setAutoCommit(false);
      database.holdAsWriter(writer, SERVICE);

      take = bravo.terms().take(SERVICE, 1, BRAVO, "b1", "takeover", false);
      awaitBlockedSession();
      assertThat(take.toCompletableFuture()).isNotDone();

      writer.commit();
    }
    assertThat(await(take)).isInstanceOf(Taken.class);
  }

  @Test
  void aTakeGivesUpAsNotDoneWhenAnOldTransactionStaysOpen() throws Exception {
    var held = alpha.take(SERVICE, 0);
    try (var writer = database.connect(url)) {
      writer.setAutoCommit(false);
      database.holdAsWriter(writer, SERVICE);

      var take =
          bravo.terms().take(SERVICE, 1, BRAVO, "b1", "takeover", false).toCompletableFuture();

      assertThatThrownBy(() -> take.get(20, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOfSatisfying(
              DatabaseUnavailableException.class,
              failure -> assertThat(failure.outcome()).isEqualTo(Outcome.NOT_DONE))
          .hasMessageContaining("take term 2 of dge/main");
    }
    assertThat(await(bravo.terms().current(SERVICE))).contains(held);
  }

  @Test
  void sessionsThatThePreviousHolderLeftInDoubtAreEndedAndNoOthers() throws Exception {
    alpha.take(SERVICE, 0);
    try (var inDoubt = database.connect(url, "mainstay/alpha/a1");
        var other = database.connect(url, "mainstay/alpha/a11")) {
      inDoubt.setAutoCommit(false);
      database.holdAsWriter(inDoubt, SERVICE);
      long start = System.nanoTime();

      var take = await(bravo.terms().take(SERVICE, 1, BRAVO, "b1", "alpha is cut off", true));

      assertThat(take).isInstanceOf(Taken.class);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
      assertThatThrownBy(() -> {
            inDoubt.createStatement().execute("select 1");
            inDoubt.commit();
          })
          .isInstanceOf(SQLException.class);
      assertThat(other.isValid(1)).isTrue();
    }
  }

  private void awaitBlockedSession() {
    Awaitility.await("a session that waits for the lock")
        .atMost(Duration.ofSeconds(2))
        .until(() -> database.waiting(url) == 1);
  }
}
