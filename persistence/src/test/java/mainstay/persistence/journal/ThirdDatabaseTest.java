package mainstay.persistence.journal;

import static mainstay.persistence.testing.Server.await;
import static org.assertj.core.api.Assertions.assertThat;

import akka.persistence.JournalProtocol.WriteMessageFailure;
import akka.persistence.JournalProtocol.WriteMessageSuccess;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import mainstay.persistence.databases.DatabaseUnavailableException;
import mainstay.persistence.databases.DatabaseUnavailableException.Outcome;
import mainstay.persistence.databases.Suspicion;
import mainstay.persistence.samples.SampleStore;
import mainstay.persistence.term.StaleTermException;
import mainstay.persistence.term.TermStore;
import mainstay.persistence.testing.H2;
import mainstay.persistence.testing.Server;
import mainstay.persistence.testing.Server.Place;
import mainstay.persistence.testing.Writer;
import mainstay.persistence.testing.Writer.Noted;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ActiveSet.Role;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import org.awaitility.Awaitility;
import org.h2.api.Trigger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three databases in memory, the third of which fails while the others have done their part. */
class ThirdDatabaseTest {
  private static final ServiceName SERVICE = ServiceName.dge("main");
  private static final String IMPATIENT =
      "mainstay.persistence { replication { patience = 1500 ms, slow = 200 ms, retry = 20 ms }, "
          + "connections.checkout-timeout = 300 ms }";

  private final List<H2> servers = new CopyOnWriteArrayList<>();
  private final List<Place> places = new CopyOnWriteArrayList<>();
  private final List<Suspicion> suspicions = new CopyOnWriteArrayList<>();
  private Server alpha;
  private Activation active;
  private Connection lock;

  @BeforeEach
  void start() throws Exception {
    for (int i = 0; i < 3; i++) {
      servers.add(H2.start());
      places.add(new Place(servers.get(i), servers.get(i).newDatabase()));
    }
    alpha = Server.start(places, "alpha", "a1", IMPATIENT);
    active = alpha.take(SERVICE, 0);
    alpha.databases().onSuspicion(suspicions::add);
    lock = connect(2);
    lock.setAutoCommit(false);
    servers.get(2).holdAsWriter(lock, SERVICE);
  }

  @AfterEach
  void stop() throws Exception {
    alpha.close();
    for (var server : servers) {
      server.close();
    }
  }

  @Test
  void aWriteIsAcknowledgedWhenTheFailedOneCountsNoMoreAndNotBefore() throws Exception {
    var writer = new Writer(alpha.system(), "point|1");
    writer.send(List.of(writer.batch(1, Writer.fenced(active, new Noted("a")))));
    awaitStored("event_journal");

    servers.get(2).kill();

    awaitSuspected();
    assertThat(JournalHealth.get(alpha.system()).counters().events()).isZero();
    goOnWithout("db3");
    assertThat(writer.answersTo(1).get(1)).isInstanceOf(WriteMessageSuccess.class);
    assertThat(count(0, "event_journal")).isEqualTo(1);
    assertThat(count(1, "event_journal")).isEqualTo(1);
    assertThat(suspicions).allSatisfy(suspicion -> {
      assertThat(suspicion.database()).isEqualTo("db3");
      assertThat(suspicion.epoch()).isEqualTo(1);
    });
  }

  @Test
  void samplesAndATermWaitForTheSmallerSetToo() throws Exception {
    var sample = new Sample("cpu", Instant.EPOCH, Optional.of(1.0), Quality.GOOD);
    var samples = new SampleStore(alpha.databases());
    var stored = samples.write(active.fence(), List.of(sample)).toCompletableFuture();
    awaitStored("sample");
    servers.get(2).kill();
    awaitSuspected();
    assertThat(stored).isNotDone();
    goOnWithout("db3");
    await(stored);
    assertThat(await(samples.latest("cpu"))).contains(sample);

    var next = alpha.take(SERVICE, 1);

    assertThat(next.term()).isEqualTo(2);
    var late = new Writer(alpha.system(), "point|1")
        .write(active, 1, new Noted("late"))
        .get(1);
    assertThat(((WriteMessageFailure) late).cause()).isInstanceOf(StaleTermException.class);
    assertThat(failures()).as("of a term that has passed").isEqualTo(JournalHealth.Failures.NONE);
  }

  @Test
  void aTermIsHeldOnlyWhenAllThatCountHaveIt() throws Exception {
    var taken = alpha
        .terms()
        .take(SERVICE, 1, new ServerId("alpha"), "a1", "the test says so", false)
        .toCompletableFuture();
    awaitStored("service_term where term = 2");

    servers.get(2).kill();

    awaitSuspected();
    assertThat(taken).isNotDone();
    goOnWithout("db3");
    assertThat(await(taken))
        .isEqualTo(new TermStore.Taken(new Activation(SERVICE, 2, new ServerId("alpha"), "a1")));
  }

  @Test
  void aCheckFailsForOneThatCountsAndNotForOneThatWasLeftOutMeanwhile() {
    servers.get(2).kill();

    assertThat(alpha.databases().check().toCompletableFuture())
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableThat()
        .withMessageContaining("db3");

    alpha.databases().onSuspicion(suspicion -> goOnWithout("db3"));
    assertThat(alpha.databases().check().toCompletableFuture())
        .succeedsWithin(Duration.ofSeconds(5));
    assertThat(alpha.databases().set().orElseThrow().written()).containsExactly("db1", "db2");
  }

  @Test
  void aCheckIsOverWhenOneThatCountsIsSlow() {
    var slow = alpha.databases().written().stream()
        .filter(database -> database.name().equals("db3"))
        .findFirst()
        .orElseThrow();
    var goesOn = new CompletableFuture<Void>();
    for (int i = 0; i < slow.limits().controlConnections(); i++) {
      slow.control("hang", session -> goesOn.join());
    }
    for (int i = 0; i < slow.limits().readers(); i++) {
      slow.read("hang", session -> goesOn.join());
    }

    for (int i = 0; i < 2; i++) {
      assertThat(alpha.databases().check().toCompletableFuture())
          .failsWithin(Duration.ofSeconds(5))
          .withThrowableThat()
          .withMessageContaining("database db3 did not answer a query within 200 ms");
    }
    goesOn.complete(null);

    Awaitility.await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() -> assertThat(alpha.databases().check().toCompletableFuture())
            .succeedsWithin(Duration.ofSeconds(1)));
  }

  /** Its taker died half-way, and those who had read of it know of a term that the others have never seen. */
  @Test
  void aTermThatStoodOnlyInALostDatabaseIsPassedOver() throws Exception {
    lock.rollback();
    try (var session = connect(0);
        var statement = session.createStatement()) {
      statement.execute("update service_term set term = 2, server = 'bravo', incarnation = 'b1'");
    }
    var known = await(alpha.terms().current(SERVICE)).orElseThrow();
    assertThat(known.term()).isEqualTo(2);
    goOnWithout("db1");

    var next = alpha.take(SERVICE, known.term());

    assertThat(next.term()).isEqualTo(3);
    assertThat(count(1, "service_term where term = 3")).isEqualTo(1);
    assertThat(count(2, "service_term where term = 3")).isEqualTo(1);
  }

  @Test
  void oneThatIsOnlySlowIsSuspectedAndTheWriteIsDoneInTheOldSet() throws Exception {
    var writer = new Writer(alpha.system(), "point|1");
    writer.send(List.of(writer.batch(1, Writer.fenced(active, new Noted("a")))));

    awaitSuspected();
    assertThat(suspicions.get(0).why()).isEqualTo("store events was not answered within 200 ms");
    lock.rollback();

    assertThat(writer.answersTo(1).get(1)).isInstanceOf(WriteMessageSuccess.class);
    assertThat(count(2, "event_journal")).isEqualTo(1);
    assertThat(alpha.databases().set().orElseThrow().epoch()).isEqualTo(1);
  }

  @Test
  void whenNobodyAgreesOnASetTheOutcomeIsUnknownAndTheSameWriteMayBeRepeated() throws Exception {
    var writer = new Writer(alpha.system(), "point|1");
    servers.get(2).kill();

    var answer = (WriteMessageFailure) writer.write(active, 1, new Noted("a")).get(1);

    assertThat(answer.cause())
        .isInstanceOfSatisfying(
            DatabaseUnavailableException.class,
            failure -> assertThat(failure.outcome()).isEqualTo(Outcome.UNKNOWN))
        .hasMessageContaining("db1 active, db2 active, db3 active within 1500 ms")
        .hasMessageContaining("database db3");
    assertThat(failures().inARow()).isEqualTo(1);
    assertThat(failures().last()).contains("database db3");
    goOnWithout("db3");
    assertThat(writer.write(active, 1, new Noted("a")).get(1))
        .isInstanceOf(WriteMessageSuccess.class);
    assertThat(count(0, "event_journal")).isEqualTo(1);
    assertThat(writer.write(active, 1, new Noted("b")).get(1))
        .as("another event of that number")
        .isInstanceOf(WriteMessageFailure.class);
    assertThat(failures())
        .as("one was stored, and another writer is no failure")
        .isEqualTo(JournalHealth.Failures.NONE);
  }

  @Test
  void whatADatabaseAdmitsThatItCannotStoreIsNoFailureOfTheServer() throws Exception {
    refuseRows(NoRoom.class);

    var answer = (WriteMessageFailure)
        new Writer(alpha.system(), "point|1").write(active, 1, new Noted("a")).get(1);

    assertThat(answer.cause()).hasMessageContaining("disk full");
    assertThat(alpha.databases().named("db3").complaint()).isPresent();
    assertThat(failures()).isEqualTo(JournalHealth.Failures.NONE);
  }

  @Test
  void afterARefusalEachAttemptToRollTheEventForwardIsAFailureToo() throws Exception {
    refuseRows(NotFromHere.class);
    var refused = new Writer(alpha.system(), "point|1").write(active, 1, new Noted("a"));
    assertThat(refused.get(1)).isInstanceOf(WriteMessageFailure.class);
    assertThat(failures().inARow()).isEqualTo(1);
    var reader = new JournalReader(alpha.system());

    for (int attempt = 1; attempt <= 2; attempt++) {
      assertThat(reader.align(List.of("point|1")).toCompletableFuture())
          .failsWithin(Duration.ofSeconds(5));
      assertThat(failures().inARow()).isEqualTo(1 + attempt);
    }

    assertThat(failures().last())
        .isEqualTo("roll events forward: database db3 refused it: not from here");
  }

  /** By the third database, for which nothing is held back any more. */
  private void refuseRows(Class<? extends Trigger> how) throws SQLException {
    lock.rollback();
    try (var session = connect(2);
        var statement = session.createStatement()) {
      statement.execute("create trigger refusing before insert on event_journal for each row call '"
          + how.getName() + "'");
    }
  }

  /** Refuses every row for a reason of its own. */
  public static final class NotFromHere implements Trigger {
    @Override
    public void fire(Connection session, Object[] before, Object[] after) throws SQLException {
      throw new SQLException("not from here\nWhere: in a trigger", "P0001");
    }
  }

  /** Refuses every row as a database does whose disk is full. */
  public static final class NoRoom implements Trigger {
    @Override
    public void fire(Connection session, Object[] before, Object[] after) throws SQLException {
      throw new SQLException("disk full", "53100");
    }
  }

  private JournalHealth.Failures failures() {
    return JournalHealth.get(alpha.system()).failures();
  }

  /** By the first two; the third holds its part back. */
  private void awaitStored(String rows) {
    Awaitility.await("the other two have it")
        .atMost(Duration.ofSeconds(5))
        .until(() -> count(0, rows) == 1 && count(1, rows) == 1);
  }

  private void awaitSuspected() {
    Awaitility.await("db3 is suspected")
        .atMost(Duration.ofSeconds(5))
        .until(
            () -> suspicions.stream().anyMatch(suspicion -> suspicion.database().equals("db3")));
  }

  /** As the coordinator does: the databases first, then the servers. */
  private void goOnWithout(String database) {
    var databases = alpha.databases();
    var next = databases.set().orElseThrow().with(database, Role.INACTIVE, false, "it is gone");
    next.written().forEach(name -> Server.stand(databases.named(name), next.epoch()));
    databases.adopt(next);
  }

  private Connection connect(int database) throws SQLException {
    return servers.get(database).connect(places.get(database).url());
  }

  private int count(int database, String rows) throws SQLException {
    try (var session = connect(database);
        var statement = session.createStatement();
        var row = statement.executeQuery("select count(*) from " + rows)) {
      row.next();
      return row.getInt(1);
    }
  }
}
