package mainstay.node.databases;

import static mainstay.node.databases.CoordinatedServers.database;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import ch.qos.logback.classic.Level;
import com.typesafe.config.ConfigFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import mainstay.node.databases.core.Agreed;
import mainstay.node.databases.core.DatabaseList;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ServerId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The coordinator of bravo; the test speaks for all others. */
class DatabaseCoordinatorActorTest {
  private static final ServerId ALPHA = new ServerId(CoordinatedServers.ALPHA);
  private static final ServerId BRAVO = new ServerId(CoordinatedServers.BRAVO);
  private static final ServerId CHARLIE = new ServerId(CoordinatedServers.CHARLIE);
  private static final Duration NEVER = Duration.ofHours(1);
  private static final Agreed FIRST = new Agreed(
      "c1",
      ActiveSet.first(List.of(database(1), database(2))),
      "alpha",
      Instant.parse("2026-11-25T12:00:00Z"));

  private final ActorTestKit kit = ActorTestKit.create(ConfigFactory.parseMap(Map.of(
          "akka.actor.provider",
          "cluster",
          "akka.remote.artery.canonical.hostname",
          "127.0.0.1",
          "akka.remote.artery.canonical.port",
          0,
          "akka.cluster.jmx.enabled",
          "off",
          "akka.loglevel",
          "WARNING"))
      .withFallback(ConfigFactory.load("provisioning-test")));
  private final TestProbe<DatabaseAdmin.Message> alpha = kit.createTestProbe();
  private final TestProbe<DatabaseAdmin.Listing> client = kit.createTestProbe();
  private final LoggedSentences log = new LoggedSentences();
  private ActorRef<DatabaseAdmin.Message> coordinator;

  @BeforeEach
  void start() {
    ActorRef<Voting.Command> voter = kit.<Voting.Command>createTestProbe().ref();
    ActorRef<DatabaseAdmin.Message> silent =
        kit.<DatabaseAdmin.Message>createTestProbe().ref();
    coordinator =
        kit.spawn(DatabaseCoordinatorActor.create(new DatabaseCoordinatorActor.Environment(
            DatabaseList.INSTALLATION,
            BRAVO,
            Map.of(ALPHA, voter, BRAVO, voter, CHARLIE, voter),
            Map.of(ALPHA, alpha.ref(), BRAVO, silent, CHARLIE, silent),
            new Ballots(BRAVO, "run1"),
            new FakeDatabases().link("bravo", List.of(database(1), database(2))),
            new CoordinationSettings(
                NEVER,
                Duration.ofMillis(100),
                Duration.ofMillis(20),
                NEVER,
                NEVER,
                NEVER,
                NEVER,
                NEVER),
            Clock.systemUTC())));
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
    log.close();
  }

  @Test
  void aListingComesFromTheOneThatActs() {
    speaks(ALPHA, 0);
    coordinator.tell(new DatabaseAdmin.GetDatabases(client.ref()));

    var listing = new DatabaseAdmin.Listing(7, List.of());
    asked().replyTo().tell(listing);

    assertThat(client.receiveMessage()).isEqualTo(listing);
  }

  @Test
  void aListingComesFromTheAskedOneIfTheOneThatActsHasJustDied() {
    speaks(ALPHA, 0);
    coordinator.tell(new Coordination.Announced(FIRST));
    coordinator.tell(new DatabaseAdmin.GetDatabases(client.ref()));

    asked();

    assertThat(client.receiveMessage()).returns(1L, DatabaseAdmin.Listing::epoch);
  }

  @Test
  void aMissingMajorityIsNoAlarmBeforeAnySetWasKnown() {
    var sentence = "no majority of the voters";
    speaks(CHARLIE, 0);
    CoordinatedServers.await("said", () -> !log.of(Level.INFO, sentence).isEmpty());
    assertThat(log.of(Level.WARN, sentence)).isEmpty();

    coordinator.tell(new Coordination.Announced(FIRST));
    speaks(CHARLIE, FIRST.epoch() + 1);

    CoordinatedServers.await("warned", () -> !log.of(Level.WARN, sentence).isEmpty());
  }

  @Test
  void whatFailedInAnEpochThatIsOverIsNoSuspicion() {
    coordinator.tell(new Coordination.Announced(FIRST));
    speaks(CHARLIE, FIRST.epoch()); // so bravo acts

    coordinator.tell(new Coordination.Suspected(CHARLIE, "db1", FIRST.epoch() - 1, "it is over"));
    coordinator.tell(new Coordination.Suspected(CHARLIE, "db2", FIRST.epoch(), "refused"));

    assertThat(askedToProbe().suspects()).containsExactly("db2");
  }

  @Test
  void whatIsSuspectedGetsMoreThanAGlance() {
    coordinator.tell(new Coordination.AskProbe(
        ALPHA, 7, List.of(database(1), database(2)), Set.of("db2"), FIRST.cluster()));

    assertThat(List.of(probed(), probed()))
        .extracting(Coordination.Probed::database, probed -> probed.probe().detail())
        .containsExactlyInAnyOrder(tuple("db1", "answers at a glance"), tuple("db2", "answers"));
  }

  /** With bravo they are two of three, so the first by name of both acts. */
  private void speaks(ServerId server, long chosen) {
    coordinator.tell(new Coordination.Heard(server, 0, chosen, Optional.empty()));
  }

  private Coordination.AskProbe askedToProbe() {
    return received(Coordination.AskProbe.class);
  }

  private Coordination.Probed probed() {
    return received(Coordination.Probed.class);
  }

  private DatabaseAdmin.GetDatabases asked() {
    return (DatabaseAdmin.GetDatabases) received(Coordination.Forwarded.class).command();
  }

  private <T extends DatabaseAdmin.Message> T received(Class<T> type) {
    var messages = alpha.fishForMessage(
        CoordinatedServers.SOON,
        message -> type.isInstance(message)
            ? FishingOutcomes.complete()
            : FishingOutcomes.continueAndIgnore());
    return type.cast(messages.get(0));
  }
}
