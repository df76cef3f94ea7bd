package mainstay.persistence.journal;

import static org.assertj.core.api.Assertions.assertThat;

import akka.persistence.JournalProtocol.WriteMessageFailure;
import akka.persistence.JournalProtocol.WriteMessageSuccess;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import mainstay.persistence.term.StaleTermException;
import mainstay.persistence.testing.Postgres;
import mainstay.persistence.testing.Server;
import mainstay.persistence.testing.SharedPostgres;
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

@ExtendWith(SharedPostgres.class)
class FenceIT {
  private static final ServiceName MAIN = ServiceName.dge("main");
  private static final ServiceName EAST = ServiceName.dge("east");

  private Postgres postgres;
  private String url;
  private Server alpha;
  private Server bravo;

  @BeforeEach
  void start(Postgres shared) throws Exception {
    postgres = shared;
    url = postgres.newDatabase();
    // one lane, so that writes of different services share their transactions
    alpha = Server.start(postgres, url, "alpha", "a1", "mainstay.persistence.journal.lanes = 1");
    bravo = Server.start(postgres, url, "bravo", "b1");
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
    assertThat(
            rows(
                "select sequence_number || ' ' || convert_from(meta_payload, 'UTF8') from event_journal"))
        .containsExactly("1 dge/main#1@alpha/a1");
    assertThat(JournalHealth.get(alpha.system()).counters().staleWrites()).isEqualTo(1);
  }

  @Test
  void aTermThatWasNeverTakenIsRefused() throws Exception {
    var never = new Activation(MAIN, 1, new mainstay.protocol.model.ServerId("alpha"), "a1");

    var answers = new Writer(alpha.system(), "point|1").write(never, 1, new Noted("x"));

    assertThat(((WriteMessageFailure) answers.get(1)).cause())
        .hasMessage("term 1 of service dge/main is not current: nobody has ever taken one");
    assertThat(rows("select 'row' from event_journal")).isEmpty();
  }

  @Test
  void inOneGroupTheStaleWriteIsRefusedAndTheOthersAreStored() throws Exception {
    var stale = alpha.take(MAIN, 0);
    var current = alpha.take(EAST, 0);
    bravo.take(MAIN, 1);
    var old = new Writer(alpha.system(), "point|old");
    var healthy = new Writer(alpha.system(), "point|healthy");
    try (var block = postgres.connect(url)) {
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
    assertThat(rows("select persistence_id from event_journal order by 1"))
        .containsExactly("point|first", "point|healthy");
    assertThat(JournalHealth.get(alpha.system()).counters())
        .isEqualTo(new JournalHealth.Counters(2, 2, 1, 0, 0));
  }

  /** The trap of one statement: it would wait for the lock and then still see the term of before. */
  @Test
  void aWriteThatWaitedForAChangeOfTermSeesTheNewOne() throws Exception {
    var first = alpha.take(MAIN, 0);
    var writer = new Writer(alpha.system(), "point|1");
    try (var change = postgres.connect(url);
        var statement = change.createStatement()) {
      holdExclusively(change, MAIN);
      writer.send(List.of(writer.batch(1, Writer.fenced(first, new Noted("waits")))));
      awaitBlockedSession();
      statement.execute("update service_term set term = 2, server = 'bravo', incarnation = 'b1'");
      change.commit();
    }

    assertThat(((WriteMessageFailure) writer.answersTo(1).get(1)).cause())
        .isInstanceOf(StaleTermException.class);
    assertThat(rows("select 'row' from event_journal")).isEmpty();
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
      for (int term = 1; term <= 40; term++) {
        long before = stored.get();
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> stored.get() > before + 8);
        var taker = term % 2 == 0 ? alpha : bravo;
        long rowsBefore = count("select count(*) from event_journal");
        var next = taker.take(MAIN, term);
        long old = count("select count(*) from event_journal where split_part(split_part("
            + "convert_from(meta_payload, 'UTF8'), '#', 2), '@', 1)::bigint <= " + term);
        assertThat(old).isGreaterThanOrEqualTo(rowsBefore);
        // the writers have not been told yet: what they send now claims the old term
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> refused.get() > 0);
        assertThat(count("select count(*) from event_journal where split_part(split_part("
                + "convert_from(meta_payload, 'UTF8'), '#', 2), '@', 1)::bigint <= " + term))
            .isEqualTo(old);
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
    assertThat(count("select count(*) from event_journal")).isEqualTo(stored.get());
    // within each stream, terms only grow
    assertThat(rows("select persistence_id from (select persistence_id, term, lag(term) over "
            + "(partition by persistence_id order by sequence_number) before from (select persistence_id, sequence_number, "
            + "split_part(split_part(convert_from(meta_payload, 'UTF8'), '#', 2), '@', 1)::bigint as term "
            + "from event_journal) t) u where before > term"))
        .isEmpty();
  }

  private static void holdExclusively(Connection session, ServiceName service) throws SQLException {
    session.setAutoCommit(false);
    try (var lock = session.prepareStatement("select pg_advisory_xact_lock(?)")) {
      lock.setLong(1, mainstay.persistence.term.TermLocks.of(service));
      lock.execute();
    }
  }

  private void awaitBlockedSession() {
    Awaitility.await("a session that waits for the lock")
        .atMost(Duration.ofSeconds(2))
        .until(() -> count(
                "select count(*) from pg_locks l join pg_database d on d.oid = l.database "
                    + "where locktype = 'advisory' and not granted and datname = current_database()")
            == 1);
  }

  private long count(String sql) throws SQLException {
    return Long.parseLong(rows(sql).get(0));
  }

  private List<String> rows(String sql) throws SQLException {
    try (var session = postgres.connect(url);
        var statement = session.createStatement();
        var row = statement.executeQuery(sql)) {
      var rows = new ArrayList<String>();
      while (row.next()) {
        rows.add(row.getString(1));
      }
      return rows;
    }
  }
}
