package mainstay.node.provisioning;

import static mainstay.node.provisioning.core.Samples.ALL;
import static mainstay.node.provisioning.core.Samples.ENGINEER;
import static mainstay.node.provisioning.core.Samples.NOON;
import static mainstay.node.provisioning.core.Samples.device;
import static mainstay.node.provisioning.core.Samples.point;
import static mainstay.node.provisioning.core.Samples.put;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import java.util.List;
import java.util.Set;
import mainstay.node.host.Entity;
import mainstay.node.provisioning.core.Configuration;
import mainstay.node.provisioning.core.ConfigurationEvent;
import mainstay.protocol.message.Points.SetValue;
import mainstay.protocol.message.Precondition;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.message.ServiceReply.Written;
import mainstay.protocol.message.ServiceRequest;
import mainstay.protocol.model.Device;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProvisioningAuthorityActorTest {
  private static final String STREAM = "configuration|main";

  private final ActorFixture fixture = new ActorFixture();
  private final TestProbe<Entity.Executed> host = fixture.probe();
  private final TestProbe<Entity.Executed> client = fixture.probe();

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void theFirstStartStoresTheDefaultSettingsAndReportsThemToTheHost() {
    start("alpha", 1);

    assertThat(host.receiveMessage())
        .isEqualTo(new Entity.Executed(
            STREAM,
            "",
            new Written(1, 1, 1, true),
            List.of(stored(1, Configuration.beginning(ALL, NOON, 1)))));
    fixture.journal().expectNextPersisted(STREAM, Configuration.beginning(ALL, NOON, 1));
  }

  @Test
  void requestsThatComeBeforeTheFirstSettingsAreStoredAreExecutedAfterThemInTheirOrder() {
    var actor = start("alpha", 1);
    for (int i = 0; i < 20; i++) {
      execute(actor, "r" + i, put(point("p" + i)));
    }

    assertThat(host.receiveMessage().events())
        .extracting(Entity.Stored::sequence)
        .containsExactly(1L);
    for (int i = 0; i < 20; i++) {
      var executed = client.receiveMessage();
      assertThat(executed.requestId()).isEqualTo("r" + i);
      assertThat(executed.reply()).isEqualTo(new Written(i + 2, 1, 1, true));
      assertThat(executed.events()).extracting(Entity.Stored::sequence).containsExactly(i + 2L);
    }
  }

  @Test
  void itGoesOnFromTheCopyOfItsHostWithoutStoringDefaultSettingsAgain() {
    fixture.stop(started("alpha", 1));
    var copy = Configuration.initial().apply(Configuration.beginning(ALL, NOON, 1));

    var second = fixture.spawn(ProvisioningAuthorityActor.create(
        fixture.continuing("alpha", 2, host.ref(), 1, copy),
        ActorFixture.adapter(),
        ALL,
        Set.of()));
    execute(second, "r", put(device("db-1")));

    assertThat(client.receiveMessage().reply()).isEqualTo(new Written(2, 1, 2, true));
    host.expectNoMessage();
  }

  @Test
  void aChangeIsAnsweredWhenItIsStoredWithItsPlaceInTheStream() {
    var actor = started("alpha", 3);

    execute(actor, "r", put(device("db-1")));

    var event =
        new ConfigurationEvent.ObjectPut(device("db-1"), 2, 1, true, "r", "eve", "", NOON, 3);
    assertThat(client.receiveMessage())
        .isEqualTo(new Entity.Executed(
            STREAM, "r", new Written(2, 1, 3, true), List.of(stored(2, event))));
    fixture.journal().expectNextPersisted(STREAM, Configuration.beginning(ALL, NOON, 3));
    fixture.journal().expectNextPersisted(STREAM, event);
  }

  @Test
  void aRefusalStoresNothing() {
    var actor = started("alpha", 1);

    execute(actor, "r", put(new Device("?", "", "main", "127.0.0.1", true)));

    var executed = client.receiveMessage();
    assertThat(executed.reply())
        .isInstanceOfSatisfying(
            Rejected.class, rejected -> assertThat(rejected.reason()).isEqualTo(Reason.INVALID));
    assertThat(executed.events()).isEmpty();
    assertThat(fixture.journal().persistedInStorage(STREAM)).hasSize(1);
  }

  @Test
  void theNextActiveServerGoesOnWhereTheLastOneStopped() {
    var first = started("alpha", 1);
    execute(first, "r", put(device("db-1")));
    var reply = client.receiveMessage().reply();
    fixture.stop(first);

    var second = start("bravo", 2);
    execute(second, "r", put(device("db-1")));
    var repeated = client.receiveMessage();
    execute(second, "s", put(device("db-2")));
    var refused = client.receiveMessage();

    assertThat(repeated.reply()).isEqualTo(reply);
    assertThat(repeated.events()).isEmpty();
    assertThat(refused.reply())
        .isInstanceOfSatisfying(
            Rejected.class,
            rejected -> assertThat(rejected.reason()).isEqualTo(Reason.REFUSED_BY_RULE));
    assertThat(fixture.journal().persistedInStorage(STREAM)).hasSize(2);
    host.expectNoMessage();
  }

  @Test
  void itRecoversFromASnapshotAndTheEventsAfterIt() {
    var first = started("alpha", 1);
    for (int i = 1; i <= 250; i++) {
      execute(first, "r" + i, put(new Device("db-1", "Name " + i, "main", "127.0.0.1", true)));
      client.receiveMessage();
    }
    fixture.stop(first);
    assertThat(fixture.snapshots().persistedInStorage(STREAM)).hasSize(1);

    var second = start("alpha", 2);
    execute(second, "s", put(device("db-1")));

    assertThat(client.receiveMessage())
        .returns(new Written(252, 251, 2, false), Entity.Executed::reply)
        .satisfies(executed -> assertThat(executed.events().get(0).sequence()).isEqualTo(252));
  }

  @Test
  void itStopsWhenAChangeCannotBeStored() {
    var actor = started("alpha", 1);
    fixture.journal().failNextPersisted(STREAM);

    execute(actor, "r", put(device("db-1")));

    client.expectTerminated(actor);
    client.expectNoMessage();
  }

  @Test
  void itStopsWhenItIsGivenARequestOfAnotherStream() {
    var actor = started("alpha", 1);

    execute(actor, "r", new SetValue("p", 1, Precondition.NONE));

    client.expectTerminated(actor);
  }

  private ActorRef<Entity.Message> started(String server, long term) {
    var actor = start(server, term);
    host.receiveMessage();
    return actor;
  }

  private ActorRef<Entity.Message> start(String server, long term) {
    return fixture.spawn(ProvisioningAuthorityActor.create(
        fixture.entity(server, term, host.ref()), ActorFixture.adapter(), ALL, Set.of()));
  }

  private void execute(
      ActorRef<Entity.Message> actor, String requestId, ServiceRequest.Write write) {
    actor.tell(new Entity.Execute(requestId, ENGINEER, write, client.ref()));
  }

  private static Entity.Stored stored(long sequence, ConfigurationEvent event) {
    return new Entity.Stored(sequence, event);
  }
}
