package mainstay.persistence.journal;

import static org.assertj.core.api.Assertions.assertThat;

import akka.persistence.JournalProtocol.WriteMessageFailure;
import akka.persistence.JournalProtocol.WriteMessageSuccess;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import mainstay.persistence.databases.dialect.Dialect;
import mainstay.persistence.journal.core.FenceStamp;
import mainstay.persistence.term.StaleTermException;
import mainstay.persistence.testing.Server;
import mainstay.persistence.testing.SharedDatabase;
import mainstay.persistence.testing.TestDatabase;
import mainstay.persistence.testing.Writer;
import mainstay.persistence.testing.Writer.Noted;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.Fence;
import mainstay.protocol.model.ServiceName;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedDatabase.class)
class FenceIT {
  private static final ServiceName MAIN = ServiceName.dge("main");
  private static final ServiceName EAST = ServiceName.dge("east");

  private TestDatabase database;
  private String url;
  private Server alpha;
  private Server bravo;

  @BeforeEach
  void start(TestDatabase shared) throws Exception {
    database = shared;
    url = database.newDatabase();
    // one lane, so that writes of different services share their transactions
    alpha = Server.start(database, url, "alpha", "a1", "mainstay.persistence.journal.lanes = 1");
    bravo = Server.start(database, url, "bravo", "b1");
  }

  @AfterEach
  void stop() {
    alpha.close();
    bravo.close();
  }

  @Test
  void aWriterOfAnOldTermIsRefusedAndLearnsWhoIsActive() throws Exception {
    var first = alpha.take(MAIN, 0);
    var late = new Writer(alpha.system(), "point|1");
    assertThat(late.write(first, 1, new Noted("in time")))
        .element(1)
        .isInstanceOf(WriteMessageSuccess.class);
    var second = bravo.take(MAIN, 1);

    var answers = late.write(first, 2, new Noted("late"), new Noted("later"));

    assertThat(answers.subList(1, 3)).allSatisfy(answer -> {
      var cause = ((WriteMessageFailure) answer).cause();
      assertThat(cause)
          .isInstanceOfSatisfying(StaleTermException.class, stale -> {
            assertThat(stale.fence()).isEqualTo(new Fence(MAIN, 1));
            assertThat(stale.current()).contains(second);
          })
          .hasMessage("term 1 of service dge/main is not current: term 2 is held by bravo/b1");
    });
    assertThat(events()).containsExactly(new Stored("point|1", 1, "dge/main#1@alpha/a1"));
    assertThat(JournalHealth.get(alpha.system()).counters().staleWrites()).isEqualTo(1);
  }

  @Test
  void aTermThatWasNeverTakenIsRefused() throws Exception {
    var never = new Activation(MAIN, 1, new mainstay.protocol.model.ServerId("alpha"), "a1");

    var answers = new Writer(alpha.system(), "point|1").write(never, 1, new Noted("x"));

    assertThat(((WriteMessageFailure) answers.get(1)).cause())
        .hasMessage("term 1 of service dge/main is not current: nobody has ever taken one");
    assertThat(events()).isEmpty();
  }

  @Test
  void inOneGroupTheStaleWriteIsRefusedAndTheOthersAreStored() throws Exception {
    var stale = alpha.take(MAIN, 0);
    var current = alpha.take(EAST, 0);
    bravo.take(MAIN, 1);
    var old = new Writer(alpha.system(), "point|old");
    var healthy = new Writer(alpha.system(), "point|healthy");
    try (var block = database.connect(url)) {
      holdExclusively(block, EAST); // the first write waits, the others form a group
      var first = new Writer(alpha.system(), "point|first");
      first.send(List.of(first.batch(1, Writer.fenced(current, new Noted("first")))));
      awaitBlockedSession();
      old.send(List.of(old.batch(1, Writer.fenced(stale, new Noted("old")))));
      healthy.send(List.of(healthy.batch(1, Writer.fenced(current, new Noted("healthy")))));
      block.rollback();
    }

    assertThat(old.answersTo(1)).element(1).isInstanceOf(WriteMessageFailure.class);
    assertThat(healthy.answersTo(1)).element(1).isInstanceOf(WriteMessageSuccess.class);
    assertThat(events()).extracting(Stored::stream).containsExactly("point|first", "point|healthy");
    assertThat(JournalHealth.get(alpha.system()).counters())
        .isEqualTo(new JournalHealth.Counters(2, 2, 1, 0, 0));
  }

  /** The trap of one statement: it would wait for the lock and then still see the term of before. */
  @Test
  void aWriteThatWaitedForAChangeOfTermSeesTheNewOne() throws Exception {
    var first = alpha.take(MAIN, 0);
    var writer = new Writer(alpha.system(), "point|1");
    try (var change = database.connect(url);
        var statement = change.createStatement()) {
      holdExclusively(change, MAIN);
      writer.send(List.of(writer.batch(1, Writer.fenced(first, new Noted("waits")))));
      awaitBlockedSession();
      statement.execute("update service_term set term = 2, server = 'bravo', incarnation = 'b1'");
      change.commit();
    }

    assertThat(((WriteMessageFailure) writer.answersTo(1).get(1)).cause())
        .isInstanceOf(StaleTermException.class);
    assertThat(events()).isEmpty();
  }

  /** Every event of term n must be committed before term n+1 is taken: seen from inside one database. */
  @Test
  void whileTermsChangeNoEventOfAnOldTermIsStoredAfterATake() throws Exception {
    var running = new AtomicBoolean(true);
    var current = new java.util.concurrent.atomic.AtomicReference<>(alpha.take(MAIN, 0));
    var stored = new AtomicLong();
    var refused = new AtomicLong();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Future<?>> writers = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        var server = i % 2 == 0 ? alpha : bravo;
        var writer = new Writer(server.system(), "point|" + i);
        writers.add(threads.submit(() -> {
          long next = 1;
          while (running.get()) {
            var answers = writer.write(current.get(), next, new Noted("n" + next));
            if (answers.get(1) instanceof WriteMessageSuccess) {
              next++;
              stored.incrementAndGet();
            } else {
              assertThat(((WriteMessageFailure) answers.get(1)).cause())
                  .isInstanceOf(StaleTermException.class);
              refused.incrementAndGet();
            }
          }
        }));
      }
      for (int term = 1; term <= terms(); term++) {
        long before = stored.get();
        soon(() -> stored.get() > before + 8);
        var taker = term % 2 == 0 ? alpha : bravo;
        long rowsBefore = events().size();
        var next = taker.take(MAIN, term);
        long old = eventsUpTo(term);
        assertThat(old).isGreaterThanOrEqualTo(rowsBefore);
        // the writers have not been told yet: what they send now claims the old term
        soon(() -> refused.get() > 0);
        assertThat(eventsUpTo(term)).isEqualTo(old);
        current.set(next);
        refused.set(0);
      }
    } finally {
      running.set(false);
      threads.shutdown();
      assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
    for (Future<?> writer : writers) {
      writer.get();
    }
    var events = events();
    assertThat(events).hasSize(stored.intValue());
    for (int i = 1; i < events.size(); i++) { // within each stream, terms only grow
      if (events.get(i).stream().equals(events.get(i - 1).stream())) {
        assertThat(events.get(i).term())
            .isGreaterThanOrEqualTo(events.get(i - 1).term());
      }
    }
  }

  /** So many that a gap of a moment shows. */
  int terms() {
    return 40;
  }

  private static void holdExclusively(Connection session, ServiceName service) throws SQLException {
    session.setAutoCommit(false);
    Dialect.of(session).lockTerm(session, service, Duration.ofSeconds(2));
  }

  private void awaitBlockedSession() {
    Awaitility.await("a session that waits for the lock")
        .atMost(Duration.ofSeconds(2))
        .until(() -> database.waiting(url) == 1);
  }

  /** An event in the database: its stream and number, and the term in which it was stored. */
  private record Stored(String stream, long sequence, String stamp) {
    private long term() {
      return FenceStamp.parse(stamp).orElseThrow().fence().term();
    }
  }

  private List<Stored> events() throws SQLException {
    try (var session = database.connect(url);
        var statement = session.createStatement();
        var row = statement.executeQuery("select persistence_id, sequence_number, meta_payload "
            + "from event_journal order by persistence_id, sequence_number")) {
      var rows = new ArrayList<Stored>();
      while (row.next()) {
        rows.add(new Stored(row.getString(1), row.getLong(2), JournalSql.text(row.getBytes(3))));
      }
      return rows;
    }
  }

  private long eventsUpTo(long term) throws SQLException {
    return events().stream().filter(event -> event.term() <= term).count();
  }

  /** Looked at often: it is waited for many times. */
  private static void soon(Callable<Boolean> condition) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(10))
        .atMost(Duration.ofSeconds(10))
        .until(condition);
  }
}
