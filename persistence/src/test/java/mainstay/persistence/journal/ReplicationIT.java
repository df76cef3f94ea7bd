package mainstay.persistence.journal;

import static mainstay.persistence.testing.Server.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import akka.persistence.JournalProtocol.WriteMessageFailure;
import akka.persistence.JournalProtocol.WriteMessageSuccess;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import mainstay.persistence.databases.Database;
import mainstay.persistence.databases.DatabaseUnavailableException;
import mainstay.persistence.databases.DatabaseUnavailableException.Outcome;
import mainstay.persistence.databases.JdbcWriteBarrier;
import mainstay.persistence.databases.Suspicion;
import mainstay.persistence.samples.SampleStore;
import mainstay.persistence.samples.core.SampleRow;
import mainstay.persistence.term.JdbcTermStore;
import mainstay.persistence.term.StaleTermException;
import mainstay.persistence.term.TermStore;
import mainstay.persistence.testing.Postgres;
import mainstay.persistence.testing.Server;
import mainstay.persistence.testing.Server.Place;
import mainstay.persistence.testing.TestDatabase;
import mainstay.persistence.testing.Writer;
import mainstay.persistence.testing.Writer.Noted;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ActiveSet.Role;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two databases, each a PostgreSQL of its own; each test has them empty. */
@TestInstance(Lifecycle.PER_CLASS)
class ReplicationIT {
  private static final ServiceName SERVICE = ServiceName.dge("main");
  private static final String CONTENT =
      "select persistence_id, sequence_number, deleted, writer, write_timestamp, adapter_manifest, event_ser_id,"
          + " event_ser_manifest, event_payload, meta_ser_id, meta_ser_manifest, meta_payload, chain"
          + " from event_journal order by persistence_id, sequence_number";

  private TestDatabase first;
  private TestDatabase second;
  private List<Place> places;
  private Server alpha;

  TestDatabase startFirst() throws IOException {
    return Postgres.start();
  }

  TestDatabase startSecond() throws IOException {
    return Postgres.start();
  }

  @BeforeAll
  void startDatabases() throws IOException {
    first = startFirst();
    second = startSecond();
  }

  @AfterAll
  void stopDatabases() throws IOException {
    first.close();
    second.close();
  }

  @BeforeEach
  void start() throws Exception {
    places =
        List.of(new Place(first, first.newDatabase()), new Place(second, second.newDatabase()));
    alpha = Server.start(places, "alpha", "a1");
  }

  @AfterEach
  void stop() {
    alpha.close();
  }

  @Test
  void everythingIsInBothAndEqual() throws Exception {
    var active = alpha.take(SERVICE, 0);
    var writer = new Writer(alpha.system(), "point|1");
    writer.write(active, 1, new Noted("a"), new Noted("b"));
    writer.write(active, 3, new Noted("c"));
    var values =
        List.of(0.5, 0.1 + 0.2, -0.0, 1e-300, 123456789.125, Double.MIN_VALUE, Double.MAX_VALUE);
    var samples = new ArrayList<Sample>();
    for (double value : values) {
      samples.add(new Sample(
          "größe", Instant.ofEpochSecond(samples.size()), Optional.of(value), Quality.GOOD));
    }
    samples.add(new Sample("größe", Instant.ofEpochSecond(99), Optional.empty(), Quality.BAD));
    await(new SampleStore(alpha.databases()).write(active.fence(), samples));

    for (var table : List.of(
        CONTENT,
        "select service, term, server, incarnation, why, taken_at from service_term_history",
        "select service, term, server, incarnation from service_term",
        "select id, name from sample_series",
        "select series_id, ts_ms, val, quality, check_sum from sample order by series_id, ts_ms")) {
      assertThat(rows(0, table)).isNotEmpty().isEqualTo(rows(1, table));
    }
    for (int database : new int[] {0, 1}) {
      var taken = places.get(database).database().seconds("taken_at");
      assertThat(
              Double.parseDouble(value(database, "select " + taken + " from service_term_history")))
          .as("a point in time is UTC, whatever the time zone of this process")
          .isCloseTo(Instant.now().getEpochSecond(), within(120.0));
    }
    assertThat(writer.replay()).hasSize(4);
  }

  /** Its writes had reached one database only, and nobody else holds these samples. */
  @Test
  void samplesThatADeadWriterLeftInOneDatabaseAreInBothWhenItsSuccessorHasStored()
      throws Exception {
    var dead = alpha.take(SERVICE, 0);
    await(new SampleStore(alpha.databases())
        .write(dead.fence(), List.of(sample("cpu", 1), sample("cpu", 2), sample("disk", 1))));
    execute(0, "delete from sample where ts_ms = 2000");
    execute(1, "delete from sample where series_id = " + SampleRow.seriesId("disk"));
    execute(1, "delete from sample_series where name = 'disk'");
    var successor = alpha.take(SERVICE, 1);

    await(new SampleStore(alpha.databases())
        .write(successor.fence(), List.of(sample("cpu", 3), sample("disk", 3))));

    var samples =
        "select series_id, ts_ms, val, quality, check_sum from sample order by series_id, ts_ms";
    Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
      assertThat(rows(0, samples)).hasSize(5).isEqualTo(rows(1, samples));
      assertThat(rows(1, "select id, name from sample_series")).hasSize(2);
    });
  }

  private static Sample sample(String series, int second) {
    return new Sample(
        series, Instant.ofEpochSecond(second), Optional.of(second / 10.0), Quality.GOOD);
  }

  @Test
  void sessionsAreOpenedAnew() {
    var database = alpha.databases().named("db2");
    var before = sessions(database);

    database.renewSessions();

    assertThat(sessions(database)).isNotEmpty().doesNotContainAnyElementsOf(before);
  }

  private Set<String> sessions(Database database) {
    var query = "select " + second.sessionNumber();
    var seen = new HashSet<String>();
    for (int i = 0; i < 20; i++) {
      seen.add(await(database.write("name the session", session -> {
        try (var statement = session.createStatement();
            var row = statement.executeQuery(query)) {
          row.next();
          return row.getString(1);
        }
      })));
    }
    return seen;
  }

  @Test
  void aWriteWaitsForAKilledDatabaseUntilItCountsNoMore() throws Exception {
    var active = alpha.take(SERVICE, 0);
    var suspicions = new ArrayList<Suspicion>();
    alpha.databases().onSuspicion(suspicion -> {
      synchronized (suspicions) {
        suspicions.add(suspicion);
      }
    });
    var stored = new AtomicLong();
    var stop = new AtomicLong(Long.MAX_VALUE);
    var threads = Executors.newFixedThreadPool(8);
    List<Future<Object>> running = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      var writer = new Writer(alpha.system(), "point|" + i);
      running.add(threads.submit(() -> {
        for (long next = 1; ; next++) {
          var answer = writer.write(active, next, new Noted("n" + next)).get(1);
          if (!(answer instanceof WriteMessageSuccess) || stored.incrementAndGet() > stop.get()) {
            return answer;
          }
        }
      }));
    }
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> stored.get() > 500);

    try {
      second.kill();
      Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> {
        synchronized (suspicions) {
          return suspicions.stream().anyMatch(suspicion -> suspicion.database().equals("db2"));
        }
      });
      standAndAdopt(alpha, "db2", Role.INACTIVE);
      long resumed = stored.get();
      stop.set(resumed + 500);

      for (var one : running) {
        assertThat(one.get(20, TimeUnit.SECONDS)).isInstanceOf(WriteMessageSuccess.class);
      }
    } finally {
      threads.shutdown();
      second.close();
      second = startSecond();
    }
    assertThat(alpha.databases().reader().name()).isEqualTo("db1");
  }

  @Test
  void aWriterOfAnOldSetIsRefusedWhereTheNewOneStands() throws Exception {
    var active = alpha.take(SERVICE, 0);
    var late = Server.start(places, "bravo", "b1");
    try (late) {
      standAndAdopt(alpha, "db2", Role.INACTIVE);
      var writer = new Writer(late.system(), "point|1");
      var answers = Executors.newSingleThreadExecutor()
          .submit(() -> writer.write(active, 1, new Noted("old set")));

      Awaitility.await()
          .during(Duration.ofMillis(300))
          .until(() -> value(0, "select count(*) from event_journal").equals("0"));
      assertThat(answers).isNotDone();

      late.databases().adopt(alpha.databases().set().orElseThrow());
      assertThat(answers.get(10, TimeUnit.SECONDS).get(1)).isInstanceOf(WriteMessageSuccess.class);
      assertThat(value(0, "select count(*) from event_journal")).isEqualTo("1");
    }
  }

  @Test
  void aTermIsHeldInBothAndTheOldOneWritesInNeither() throws Exception {
    var old = alpha.take(SERVICE, 0);
    var bravo = Server.start(places, "bravo", "b1");
    try (bravo) {
      var won = bravo.take(SERVICE, 1);
      assertThat(await(alpha.terms().current(SERVICE))).contains(won);

      var refused = (WriteMessageFailure)
          new Writer(alpha.system(), "point|1").write(old, 1, new Noted("late")).get(1);
      assertThat(refused.cause()).isInstanceOf(StaleTermException.class);
      for (int database : new int[] {0, 1}) {
        assertThat(value(database, "select count(*) from event_journal")).isEqualTo("0");
        assertThat(value(database, "select term from service_term")).isEqualTo("2");
      }
    }
  }

  @Test
  void aTermThatStandsInOneDatabaseOnlyIsTakenOver() throws Exception {
    alpha.take(SERVICE, 0);
    execute(0, "update service_term set term = 2, server = 'charlie', incarnation = 'c1'");
    execute(
        0,
        "insert into service_term_history (term, server, incarnation, service, why, taken_at)"
            + " select 2, 'charlie', 'c1', service, 'alone', taken_at from service_term_history");

    var seen = await(alpha.terms().current(SERVICE)).orElseThrow();
    assertThat(seen.term()).isEqualTo(2);
    assertThat(await(take(1))).isEqualTo(new TermStore.Lost(seen));
    assertThat(await(take(2)))
        .isEqualTo(new TermStore.Taken(new Activation(SERVICE, 3, new ServerId("alpha"), "a1")));
    assertThat(value(1, "select term from service_term")).isEqualTo("3");
    Awaitility.await()
        .untilAsserted(() -> assertThat(
                value(1, "select count(*) from service_term_history where why = 'alone'"))
            .isEqualTo("1"));
  }

  @Test
  void whatADeadWriterLeftInOneDatabaseIsRolledForward() throws Exception {
    var active = alpha.take(SERVICE, 0);
    var writer = new Writer(alpha.system(), "point|1");
    writer.write(active, 1, new Noted("a"), new Noted("b"), new Noted("c"));
    execute(1, "delete from event_journal where sequence_number > 1");

    var reader = new JournalReader(alpha.system());
    assertThat(await(reader.align(List.of("point|1", "point|2"))))
        .containsEntry("point|1", 3L)
        .containsEntry("point|2", 0L);

    assertThat(rows(1, CONTENT)).isEqualTo(rows(0, CONTENT));
    assertThat(writer.write(active, 4, new Noted("d")).get(1))
        .isInstanceOf(WriteMessageSuccess.class);
    assertThat(rows(1, CONTENT)).isEqualTo(rows(0, CONTENT));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aWriteThatOneDatabaseRefusesHasFailedAndWhatAnotherStoredOfItIsOnAll(int refusing)
      throws Exception {
    var active = alpha.take(SERVICE, 0);
    execute(refusing, "update service_term set term = 2, server = 'charlie', incarnation = 'c1'");
    var writer = new Writer(alpha.system(), "point|1");

    var answer = (WriteMessageFailure) writer.write(active, 1, new Noted("a")).get(1);

    assertThat(answer.cause()).isInstanceOf(StaleTermException.class);
    assertThat(value(refusing, "select count(*) from event_journal")).isEqualTo("0");
    assertThat(value(1 - refusing, "select count(*) from event_journal")).isEqualTo("1");
    await(new JournalReader(alpha.system()).align(List.of("point|1")));
    assertThat(rows(1, CONTENT)).hasSize(1).isEqualTo(rows(0, CONTENT));
  }

  @Test
  void aWriteThatOneDatabaseHasAlreadyIsNotADuplicate() throws Exception {
    var active = alpha.take(SERVICE, 0);
    var writer = new Writer(alpha.system(), "point|1");
    writer.write(active, 1, new Noted("a"));
    execute(1, "delete from event_journal");

    assertThat(writer.write(active, 1, new Noted("a")).get(1))
        .as("an attempt whose answer was lost is repeated")
        .isInstanceOf(WriteMessageSuccess.class);
    assertThat(rows(1, CONTENT)).isEqualTo(rows(0, CONTENT));
    assertThat(writer.write(active, 1, new Noted("b")).get(1))
        .as("another event")
        .isInstanceOf(WriteMessageFailure.class);
  }

  @Test
  void aJoiningDatabaseIsWrittenAndNotRead() throws Exception {
    var active = alpha.take(SERVICE, 0);
    standAndAdopt(alpha, "db1", Role.JOINING);

    new Writer(alpha.system(), "point|1").write(active, 1, new Noted("a"));

    assertThat(value(0, "select count(*) from event_journal")).isEqualTo("1");
    assertThat(alpha.databases().reader().name()).isEqualTo("db2");
  }

  @Test
  void aReadThatFailsOnOneDatabaseIsDoneOnTheOther() {
    var asked = Collections.synchronizedList(new ArrayList<String>());

    var answer = await(alpha.databases().replicator().onReader("read", (database, epoch) -> {
      asked.add(database.name());
      return asked.size() == 1
          ? CompletableFuture.failedFuture(
              new DatabaseUnavailableException(Outcome.NOT_DONE, "the test says so", null))
          : CompletableFuture.completedFuture(database.name());
    }));

    assertThat(asked).hasSize(2).doesNotHaveDuplicates().endsWith(answer);
  }

  @Test
  void noWriteRunsWhileTheBarrierIsUp() throws Exception {
    var active = alpha.take(SERVICE, 0);
    var writer = new Writer(alpha.system(), "point|1");
    writer.write(active, 1, new Noted("before"));

    var counted = await(new JdbcWriteBarrier(alpha.databases())
        .hold("test", Duration.ofSeconds(2), sessions -> {
          writer.send(List.of(writer.batch(2, Writer.fenced(active, new Noted("meanwhile")))));
          for (var place : places) {
            Awaitility.await()
                .atMost(Duration.ofSeconds(2))
                .until(() -> place.database().waiting(place.url()) > 0);
          }
          return count(sessions.get("db1")) + count(sessions.get("db2"));
        }));

    assertThat(counted).isEqualTo(2);
    assertThat(writer.answersTo(1).get(1)).isInstanceOf(WriteMessageSuccess.class);
  }

  private static int count(Connection session) throws SQLException {
    try (var statement = session.createStatement();
        var row = statement.executeQuery("select count(*) from event_journal")) {
      row.next();
      return row.getInt(1);
    }
  }

  private CompletionStage<TermStore.Take> take(long expected) {
    return new JdbcTermStore(alpha.databases(), Clock.systemUTC())
        .take(SERVICE, expected, new ServerId("alpha"), "a1", "the test says so", false);
  }

  /** As the coordinator does: the databases first, then the servers. */
  private static void standAndAdopt(Server server, String database, Role role) {
    var databases = server.databases();
    var next = databases.set().orElseThrow().with(database, role, false, "the test says so");
    next.written().forEach(name -> Server.stand(databases.named(name), next.epoch()));
    databases.adopt(next);
  }

  private String value(int database, String sql) throws Exception {
    var place = places.get(database);
    try (var session = place.database().connect(place.url());
        var statement = session.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  /** Each row as text, the same for the same content whatever the vendor. */
  private List<String> rows(int database, String sql) throws Exception {
    var place = places.get(database);
    try (var session = place.database().connect(place.url());
        var statement = session.createStatement();
        var row = statement.executeQuery(sql)) {
      var rows = new ArrayList<String>();
      while (row.next()) {
        var columns = new ArrayList<String>();
        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
          columns.add(
              switch (row.getMetaData().getColumnType(i)) {
                case Types.TIMESTAMP -> row.getTimestamp(i).toInstant().toString();
                case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB ->
                  row.getBytes(i) == null ? null : HexFormat.of().formatHex(row.getBytes(i));
                case Types.BIT, Types.BOOLEAN, Types.TINYINT -> Boolean.toString(row.getBoolean(i));
                case Types.DOUBLE -> Double.toString(row.getDouble(i));
                default -> row.getString(i);
              });
        }
        rows.add(String.join(" | ", columns));
      }
      return rows;
    }
  }

  private void execute(int database, String sql) throws Exception {
    var place = places.get(database);
    try (var session = place.database().connect(place.url());
        var statement = session.createStatement()) {
      statement.execute(sql);
    }
  }
}
