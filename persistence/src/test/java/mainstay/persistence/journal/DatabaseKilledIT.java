package mainstay.persistence.journal;

import static mainstay.persistence.testing.Server.await;
import static org.assertj.core.api.Assertions.assertThat;

import akka.persistence.JournalProtocol.WriteMessageFailure;
import akka.persistence.JournalProtocol.WriteMessageSuccess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import mainstay.persistence.databases.DatabaseUnavailableException;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.SetStore;
import mainstay.persistence.testing.Postgres;
import mainstay.persistence.testing.Server;
import mainstay.persistence.testing.TestDatabase;
import mainstay.persistence.testing.Writer;
import mainstay.persistence.testing.Writer.Noted;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ServiceName;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class DatabaseKilledIT {
  private static final int WRITERS = 16;
  private static final Duration OUTAGE = Duration.ofSeconds(12);

  /** @param acknowledged last sequence number that the journal confirmed */
  private record Written(Writer writer, long acknowledged, Throwable failure) {}

  TestDatabase start() throws IOException {
    return Postgres.start();
  }

  @Test
  void nothingAcknowledgedIsLostAndWritingGoesOnAfterTheRestart() throws Exception {
    try (var database = start();
        var alpha = Server.start(database, database.newDatabase(), "alpha", "a1")) {
      var active = alpha.take(ServiceName.dge("main"), 0);
      var stored = new AtomicLong();
      var threads = Executors.newFixedThreadPool(WRITERS);
      List<Future<Written>> running = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        var writer = new Writer(alpha.system(), "point|" + i);
        running.add(threads.submit(() -> {
          for (long next = 1; ; next++) {
            var answer = writer.write(active, next, new Noted("n" + next)).get(1);
            if (!(answer instanceof WriteMessageSuccess)) {
              return new Written(writer, next - 1, ((WriteMessageFailure) answer).cause());
            }
            stored.incrementAndGet();
          }
        }));
      }
      Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> stored.get() > 5_000);

      database.kill();
      List<Written> written = new ArrayList<>();
      for (Future<Written> one : running) {
        written.add(one.get(30, TimeUnit.SECONDS));
      }
      threads.shutdown();
      assertThat(written)
          .allSatisfy(
              one -> assertThat(one.failure()).isInstanceOf(DatabaseUnavailableException.class));
      assertThat(Databases.get(alpha.system()).check().toCompletableFuture())
          .failsWithin(Duration.ofSeconds(20));
      database.restart();
      var databases = Databases.get(alpha.system());
      var address = databases.configured().get(0);
      await(databases.prepare(address, Duration.ofSeconds(20)));
      for (Written one : written) {
        var replayed = one.writer().replay();
        long highest = replayed.size() - 1L;
        assertThat(highest).isBetween(one.acknowledged(), one.acknowledged() + 1);
        for (int i = 0; i < highest; i++) {
          assertThat(replayed.get(i)).isEqualTo((i + 1) + ":" + new Noted("n" + (i + 1)));
        }
        assertThat(one.writer().write(active, highest + 1, new Noted("after")))
            .element(1)
            .isInstanceOf(WriteMessageSuccess.class);
      }
    }
  }

  @Test
  void whatWasGivenUpIsNotDoneLater() throws Exception {
    try (var database = start();
        var alpha = Server.start(database, database.newDatabase(), "alpha", "a1")) {
      var databases = Databases.get(alpha.system());
      var address = databases.configured().get(0);
      var used = databases.open(address);
      await(used.write("look", SetStore::read));

      database.kill();
      var times = new AtomicInteger();
      var given = databases
          .replicator()
          .on(
              "count",
              ActiveSet::written,
              Duration.ofMillis(300),
              (one, epoch) -> one.write("count", session -> {
                SetStore.read(session);
                return times.incrementAndGet();
              }));
      assertThat(given)
          .failsWithin(Duration.ofSeconds(5))
          .withThrowableThat()
          .havingCause()
          .isInstanceOf(DatabaseUnavailableException.class);
      assertThat(used.load()).as("still waits for a session").isPositive();
      database.restart();
      await(databases.prepare(address, Duration.ofSeconds(20)));

      Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> used.load() == 0);
      assertThat(times).hasValue(0);
    }
  }

  @Test
  void afterALongOutageWorkGoesOnAtOnce() throws Exception {
    try (var database = start();
        var alpha = Server.start(database, database.newDatabase(), "alpha", "a1")) {
      var databases = Databases.get(alpha.system());
      var address = databases.configured().get(0);
      var used = databases.open(address);
      await(used.read("look", SetStore::read));

      database.kill();
      long begin = System.nanoTime();
      Throwable last = null;
      while (System.nanoTime() - begin < OUTAGE.toNanos()) {
        var look = used.read("look", SetStore::read);
        last = look.handle((answer, failure) -> failure).get(20, TimeUnit.SECONDS);
        assertThat(last).isNotNull();
      }
      assertThat(last)
          .hasMessageContaining("gave no session within")
          .hasMessageContaining("refused"); // not only that time has run out
      database.restart();
      await(databases.prepare(address, Duration.ofSeconds(20)));

      assertThat(used.read("look", SetStore::read)).succeedsWithin(Duration.ofSeconds(2));
    }
  }
}
