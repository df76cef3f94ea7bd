package mainstay.persistence.journal;

import static mainstay.persistence.testing.Server.await;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.ChildFailed;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import akka.persistence.typed.internal.JournalFailureException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import mainstay.persistence.term.StaleTermException;
import mainstay.persistence.testing.Counter;
import mainstay.persistence.testing.Counter.Total;
import mainstay.persistence.testing.Postgres;
import mainstay.persistence.testing.Server;
import mainstay.persistence.testing.SharedPostgres;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ServiceName;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The plugins under typed event-sourced actors, ours and those of Akka Persistence JDBC on the same tables. */
@ExtendWith(SharedPostgres.class)
class EventSourcedActorIT {
  private static final ServiceName MAIN = ServiceName.dge("main");
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private Postgres postgres;
  private String url;
  private Server alpha;
  private ActorTestKit kit;
  private Activation active;

  @BeforeEach
  void start(Postgres shared) throws Exception {
    postgres = shared;
    url = postgres.newDatabase();
    alpha = Server.start(postgres, url, "alpha", "a1", stock(url));
    kit = ActorTestKit.create(Adapter.toTyped(alpha.system()));
    active = alpha.take(MAIN, 0);
  }

  @AfterEach
  void stop() {
    alpha.close();
  }

  @Test
  void stockReplaysWhatOursWroteAndOursReplaysWhatStockWrote() {
    var ours = kit.spawn(Counter.create("counter|1", active));
    for (int i = 1; i <= 3; i++) {
      assertThat(add(ours, i).sum()).isEqualTo(i * (i + 1) / 2);
    }
    kit.stop(ours);

    var stock = kit.spawn(Counter.stock("counter|1"));
    assertThat(get(stock)).isEqualTo(new Total(6, 3));
    assertThat(add(stock, 10).sum()).isEqualTo(16);
    kit.stop(stock);

    var again = kit.spawn(Counter.create("counter|1", active));
    assertThat(get(again)).isEqualTo(new Total(16, 4));
  }

  @Test
  void stockLoadsOurSnapshotsAndOursLoadsThoseOfStock() throws Exception {
    var ours = kit.spawn(Counter.create("counter|1", active));
    for (int i = 0; i < 6; i++) {
      add(ours, 1);
    }
    awaitSnapshotAt(5);
    kit.stop(ours);

    var stock = kit.spawn(Counter.stock("counter|1"));
    assertThat(get(stock).sum()).isEqualTo(6);
    for (int i = 0; i < 6; i++) {
      add(stock, 1);
    }
    awaitSnapshotAt(10);
    kit.stop(stock);
    removeEventsUpTo(9);

    assertThat(get(kit.spawn(Counter.create("counter|1", active))).sum()).isEqualTo(12);
  }

  @Test
  void aHostFindsTheStaleTermUnderTheFailureOfItsActor() throws Exception {
    var failure = new CompletableFuture<Throwable>();
    var child = new CompletableFuture<ActorRef<Counter.Command>>();
    kit.spawn(host(failure, child));
    var counter = child.get(20, TimeUnit.SECONDS);
    add(counter, 1);
    var next = alpha.take(MAIN, 1);

    counter.tell(new Counter.Add(1, kit.<Total>createTestProbe().ref()));

    var cause = failure.get(20, TimeUnit.SECONDS);
    assertThat(cause).isInstanceOf(JournalFailureException.class);
    assertThat(cause)
        .cause()
        .isInstanceOfSatisfying(
            StaleTermException.class, stale -> assertThat(stale.current()).contains(next));
    assertThat(get(kit.spawn(Counter.create("counter|1", next)))).isEqualTo(new Total(1, 1));
  }

  private Behavior<Object> host(
      CompletableFuture<Throwable> failure, CompletableFuture<ActorRef<Counter.Command>> child) {
    return Behaviors.setup(context -> {
      var counter = context.spawn(Counter.create("counter|1", active), "counter");
      context.watch(counter);
      child.complete(counter);
      return Behaviors.receive(Object.class)
          .onSignal(ChildFailed.class, failed -> {
            failure.complete(failed.getCause());
            return Behaviors.stopped();
          })
          .build();
    });
  }

  private Total add(ActorRef<Counter.Command> counter, int amount) {
    return await(AskPattern.<Counter.Command, Total>ask(
        counter, replyTo -> new Counter.Add(amount, replyTo), LIMIT, kit.scheduler()));
  }

  private Total get(ActorRef<Counter.Command> counter) {
    return await(
        AskPattern.<Counter.Command, Total>ask(counter, Counter.Get::new, LIMIT, kit.scheduler()));
  }

  private void awaitSnapshotAt(long sequence) {
    Awaitility.await().atMost(LIMIT).until(() -> {
      try (var session = postgres.connect(url);
          var statement = session.createStatement();
          var row = statement.executeQuery("select max(sequence_number) from snapshot")) {
        row.next();
        return row.getLong(1) == sequence;
      }
    });
  }

  private void removeEventsUpTo(long sequence) throws Exception {
    try (var session = postgres.connect(url);
        var statement = session.createStatement()) {
      statement.executeUpdate("delete from event_journal where sequence_number <= " + sequence);
    }
  }

  private String stock(String address) {
    return """
        akka-persistence-jdbc.shared-databases.slick {
          profile = "slick.jdbc.PostgresProfile$"
          db { url = "%s", user = %s, password = "%s", driver = org.postgresql.Driver, numThreads = 2
            maxConnections = 2, minConnections = 1 }
        }
        jdbc-journal.use-shared-db = slick
        jdbc-snapshot-store.use-shared-db = slick
        """.formatted(address, postgres.user(), postgres.password());
  }
}
