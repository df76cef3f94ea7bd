package mainstay.persistence.journal;

import static org.assertj.core.api.Assertions.assertThat;

import akka.persistence.JournalProtocol.WriteMessageFailure;
import akka.persistence.JournalProtocol.WriteMessageSuccess;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import mainstay.persistence.databases.DatabaseUnavailableException;
import mainstay.persistence.databases.DatabaseUnavailableException.Outcome;
import mainstay.persistence.testing.H2;
import mainstay.persistence.testing.Server;
import mainstay.persistence.testing.Writer;
import mainstay.persistence.testing.Writer.Noted;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ServiceName;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One lane, while the database lets no write through. */
class WriteLaneTest {
  private static final ServiceName MAIN = ServiceName.dge("main");
  // The limits are those of a machine that has much else to do.
  private static final String ONE =
      "mainstay.persistence { journal.lanes = 1, replication.patience = 18 s, "
          + "connections { lock-timeout = 15 s, statement-timeout = 16 s, socket-timeout = 17 s } }";

  private H2 database;
  private String url;
  private Server alpha;
  private Activation active;
  private Connection lock;
  private Writer first;

  @BeforeEach
  void start() throws Exception {
    database = H2.start();
    url = database.newDatabase();
  }

  @AfterEach
  void stop() throws Exception {
    alpha.close();
    database.close();
  }

  /** The first write is on its way and waits for the lock. */
  private void hold(String... settings) throws SQLException {
    alpha = Server.start(
        database,
        url,
        "alpha",
        "a1",
        Stream.concat(Stream.of(ONE), Stream.of(settings)).toArray(String[]::new));
    active = alpha.take(MAIN, 0);
    lock = database.connect(url);
    lock.setAutoCommit(false);
    database.holdAsWriter(lock, MAIN);
    first = new Writer(alpha.system(), "point|0");
    send(first, 1);
    Awaitility.await("the first write waits for the lock")
        .atMost(Duration.ofSeconds(5))
        .until(() -> database.waiting(url) == 1);
  }

  private void letGo() throws SQLException {
    lock.close();
  }

  private Writer writer(int number) {
    return new Writer(alpha.system(), "point|" + number);
  }

  private void send(Writer writer, int events) {
    var noted = Stream.generate(() -> Writer.fenced(active, new Noted("n"))).limit(events);
    writer.send(List.of(writer.batch(1, noted.toArray())));
  }

  /** What was sent before stands in the lane: the journal answers in the order in which it is asked. */
  private void awaitSent() {
    assertThat(writer(99).replay()).containsExactly("highest 0");
  }

  private static void stored(Writer writer, int events) {
    assertThat(writer.answersTo(events).subList(1, 1 + events))
        .allSatisfy(answer -> assertThat(answer).isInstanceOf(WriteMessageSuccess.class));
  }

  private static void refused(Writer writer, String why) {
    assertThat(((WriteMessageFailure) writer.answersTo(1).get(1)).cause())
        .isInstanceOfSatisfying(DatabaseUnavailableException.class, failure -> {
          assertThat(failure.outcome()).isEqualTo(Outcome.NOT_DONE);
          assertThat(failure.databaseAtFault()).isFalse();
        })
        .hasMessageContaining(why);
  }

  @Test
  void whatGathersMeanwhileGoesTogetherUpToTheLimitAndNoBatchIsTornApart() throws Exception {
    hold("mainstay.persistence.journal.group-limit = 4");
    var sizes = List.of(1, 2, 1, 3, 2, 5, 1);
    var writers =
        Stream.iterate(1, n -> n + 1).limit(sizes.size()).map(this::writer).toList();
    for (int i = 0; i < sizes.size(); i++) {
      send(writers.get(i), sizes.get(i));
    }
    awaitSent();

    letGo();

    stored(first, 1);
    for (int i = 0; i < sizes.size(); i++) {
      stored(writers.get(i), sizes.get(i));
    }
    assertThat(JournalHealth.get(alpha.system()).counters())
        .as("1 alone, then 1+2+1, 3, 2, 5 although it is more than the limit, 1")
        .isEqualTo(new JournalHealth.Counters(6, 16, 0, 0, 0));
  }

  @Test
  void aWriteWhoseTurnComesTooLateIsNotAttempted() throws Exception {
    hold("mainstay.persistence.journal.write-timeout = 300 ms");
    var late = writer(1);
    send(late, 1);
    awaitSent();
    TimeUnit.MILLISECONDS.sleep(300);

    letGo();

    stored(first, 1);
    refused(late, "mainstay.persistence.journal.write-timeout = 300 ms");
    assertThat(late.replay()).containsExactly("highest 0");
  }

  @Test
  void aLaneThatIsFullRefusesMoreAndStoresWhatItHas() throws Exception {
    hold("mainstay.persistence.connections.queue-limit = 2");
    var waiting = List.of(writer(1), writer(2));
    waiting.forEach(writer -> send(writer, 1));
    var surplus = writer(3);
    send(surplus, 1);

    awaitSent();

    letGo();

    stored(first, 1);
    waiting.forEach(writer -> stored(writer, 1));
    refused(surplus, "2 other writes wait in its lane");
    assertThat(surplus.replay()).containsExactly("highest 0");
    assertThat(failures()).as("it was not tried").isEqualTo(JournalHealth.Failures.NONE);
  }

  @Test
  void whatFailsIsCountedUntilSomethingIsStoredAndOfOneStreamOnlyOnce() throws Exception {
    hold("mainstay.persistence.connections.lock-timeout = 1 s");
    failed(first);
    assertThat(failures().inARow()).isEqualTo(1);

    send(first, 1);
    failed(first);
    assertThat(failures().inARow()).as("its content may be at fault").isEqualTo(1);

    var second = writer(1);
    send(second, 1);
    failed(second);
    assertThat(failures().inARow()).isEqualTo(2);
    assertThat(failures().last()).startsWith("store events: database db1 refused it: ");

    letGo();
    send(second, 1);

    stored(second, 1);
    assertThat(failures()).isEqualTo(JournalHealth.Failures.NONE);
  }

  private JournalHealth.Failures failures() {
    return JournalHealth.get(alpha.system()).failures();
  }

  private static void failed(Writer writer) {
    assertThat(writer.answersTo(1).get(1)).isInstanceOf(WriteMessageFailure.class);
  }
}
