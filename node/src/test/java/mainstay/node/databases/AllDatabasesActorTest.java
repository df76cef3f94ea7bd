package mainstay.node.databases;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.model.Principal;
import mainstay.protocol.model.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class AllDatabasesActorTest {
  private static final ActorTestKit KIT =
      ActorTestKit.create(ConfigFactory.load("provisioning-test"));
  private static final Principal ADA = new Principal("ada", Role.ADMIN);
  private static final Duration SOON = Duration.ofSeconds(10);

  private final TestProbe<DatabaseAdmin.Command> installation = KIT.createTestProbe();
  private final TestProbe<DatabaseAdmin.Command> plant = KIT.createTestProbe();
  private final TestProbe<DatabaseAdmin.Listing> listings = KIT.createTestProbe();
  private final TestProbe<DatabaseAdmin.Reply> replies = KIT.createTestProbe();
  private final ActorRef<DatabaseAdmin.Command> all = KIT.spawn(AllDatabasesActor.create(
      coordinator(installation, 7, row("db1", "")),
      Map.of("plant", coordinator(plant, 3, row("plant1", "plant")))));

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void allListsAreOneTable() {
    all.tell(new DatabaseAdmin.GetDatabases(listings.ref()));

    var listing = listings.receiveMessage(SOON);
    assertThat(listing.epoch()).isEqualTo(7);
    assertThat(listing.databases())
        .extracting(DatabaseAdmin.Database::name)
        .containsExactly("db1", "plant1");
  }

  @Test
  void eachCommandGoesToTheListOfItsDatabase() {
    var deactivate = new DatabaseAdmin.Deactivate("plant1", ADA, replies.ref());
    var check = new DatabaseAdmin.Check("db1", ADA, replies.ref());
    var unknown = new DatabaseAdmin.Remove("nobody", ADA, replies.ref());
    all.tell(deactivate);
    all.tell(check);
    all.tell(unknown);

    assertThat(plant.receiveMessage(SOON)).isEqualTo(deactivate);
    assertThat(installation.receiveSeveralMessages(2, SOON))
        .containsExactlyInAnyOrder(check, unknown);
  }

  @Test
  void aDatabaseIsAddedToTheListThatIsNamedUnlessAnotherHasIt() {
    var added = new DatabaseAdmin.Add(CoordinatedServers.database(9), "plant", ADA, replies.ref());
    all.tell(added);
    all.tell(new DatabaseAdmin.Add(CoordinatedServers.database(1), "plant", ADA, replies.ref()));

    assertThat(plant.receiveMessage(SOON)).isEqualTo(added);
    assertThat(replies.receiveMessage(SOON).refusal())
        .hasValueSatisfying(
            refusal -> assertThat(refusal.reason()).isEqualTo(Reason.REFUSED_BY_RULE));
  }

  @Test
  void aListWhoseCoordinatorIsSilentHoldsUpNobodyForLong() {
    var silent = KIT.<DatabaseAdmin.Command>createTestProbe();
    var half = KIT.spawn(AllDatabasesActor.create(
        coordinator(installation, 7, row("db1", "")), Map.of("plant", silent.ref())));

    half.tell(new DatabaseAdmin.GetDatabases(listings.ref()));

    assertThat(listings.receiveMessage(SOON).databases())
        .extracting(DatabaseAdmin.Database::name)
        .containsExactly("db1");
  }

  /** Lists one database; the probe gets everything else. */
  private static ActorRef<DatabaseAdmin.Command> coordinator(
      TestProbe<DatabaseAdmin.Command> probe, long epoch, DatabaseAdmin.Database row) {
    return KIT.spawn(Behaviors.receive(DatabaseAdmin.Command.class)
        .onMessage(DatabaseAdmin.GetDatabases.class, get -> {
          get.replyTo().tell(new DatabaseAdmin.Listing(epoch, List.of(row)));
          return Behaviors.same();
        })
        .onAnyMessage(other -> {
          probe.ref().tell(other);
          return Behaviors.same();
        })
        .build());
  }

  private static DatabaseAdmin.Database row(String name, String cluster) {
    return new DatabaseAdmin.Database(
        name,
        cluster,
        "postgresql",
        "jdbc:postgresql://127.0.0.1:5000/" + name,
        true,
        "active",
        "",
        1,
        1,
        0,
        Optional.empty(),
        "",
        Optional.empty());
  }
}
