package mainstay.node.provisioning;

import static mainstay.node.provisioning.core.Samples.ENGINEER;
import static mainstay.node.provisioning.core.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import java.util.List;
import java.util.Optional;
import mainstay.node.host.Entity;
import mainstay.node.provisioning.core.PointEvent;
import mainstay.node.provisioning.core.PointState;
import mainstay.protocol.message.Points.SetValue;
import mainstay.protocol.message.Precondition;
import mainstay.protocol.message.ServiceReply.PointValue;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.model.Quality;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PointActorTest {
  private static final String STREAM = "point|setpoint";

  private final ActorFixture fixture = new ActorFixture();
  private final TestProbe<Entity.Executed> host = fixture.probe();
  private final TestProbe<Entity.Executed> client = fixture.probe();

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void aValueIsAnsweredWhenItIsStoredWithItsPlaceInTheStream() {
    execute(start("alpha", 4), "r", 21.5, Precondition.NONE);

    var event = new PointEvent.ValueSet("setpoint", 21.5, 1, 4, NOON, "eve", "r");
    assertThat(client.receiveMessage())
        .isEqualTo(new Entity.Executed(
            STREAM,
            "r",
            new PointValue("setpoint", Optional.of(21.5), 1, 4, Optional.of(NOON), Quality.GOOD),
            List.of(new Entity.Stored(1, event))));
    fixture.journal().expectNextPersisted(STREAM, event);
  }

  @Test
  void pointsAreSetOnABackupToo() {
    execute(start("bravo", 4), "r", 21.5, Precondition.NONE);

    assertThat(client.receiveMessage().events()).hasSize(1);
  }

  @Test
  void aRequestThatIsRepeatedAfterATakeoverGetsItsFirstReply() {
    var first = start("alpha", 4);
    execute(first, "r", 1, Precondition.revision(0));
    var reply = client.receiveMessage().reply();
    fixture.stop(first);

    var second = start("bravo", 5);
    execute(second, "r", 1, Precondition.revision(0));
    var repeated = client.receiveMessage();
    execute(second, "s", 2, Precondition.revision(0));
    var stale = client.receiveMessage();
    execute(second, "t", 2, Precondition.revision(1));
    var next = client.receiveMessage();

    assertThat(repeated).isEqualTo(new Entity.Executed(STREAM, "r", reply, List.of()));
    assertThat(stale.reply()).isInstanceOf(Rejected.class);
    assertThat(next.reply())
        .isEqualTo(
            new PointValue("setpoint", Optional.of(2.0), 2, 5, Optional.of(NOON), Quality.GOOD));
    assertThat(next.events()).extracting(Entity.Stored::sequence).containsExactly(2L);
  }

  @Test
  void itGoesOnFromTheCopyOfItsHostWithoutAReplay() {
    var first = start("alpha", 4);
    execute(first, "r", 1, Precondition.NONE);
    client.receiveMessage();
    fixture.stop(first);
    var onlyInTheCopy = new PointEvent.ValueSet("setpoint", 99, 1, 4, NOON, "eve", "copy");

    var second = continuing(1, PointState.initial().apply(onlyInTheCopy));
    execute(second, "copy", 99, Precondition.NONE);
    var repeated = client.receiveMessage();
    execute(second, "s", 2, Precondition.revision(1));

    assertThat(repeated.reply())
        .isEqualTo(
            new PointValue("setpoint", Optional.of(99.0), 1, 4, Optional.of(NOON), Quality.GOOD));
    assertThat(client.receiveMessage().events())
        .extracting(Entity.Stored::sequence)
        .containsExactly(2L);
  }

  @Test
  void itStopsWhenTheCopyOfItsHostIsNotWhatTheJournalHolds() {
    var first = start("alpha", 4);
    execute(first, "r", 1, Precondition.NONE);
    var event = (PointEvent) client.receiveMessage().events().get(0).event();
    execute(first, "s", 2, Precondition.NONE);
    client.receiveMessage();
    fixture.stop(first);

    var second = continuing(1, PointState.initial().apply(event));

    client.expectTerminated(second);
    assertThat(fixture.journal().persistedInStorage(STREAM)).hasSize(2);
  }

  @Test
  void itStopsWhenAValueCannotBeStored() {
    var actor = start("alpha", 4);
    fixture.journal().failNextPersisted(STREAM);

    execute(actor, "r", 1, Precondition.NONE);

    client.expectTerminated(actor);
    client.expectNoMessage();
  }

  @Test
  void itStopsWhenItIsGivenAnotherPoint() {
    var actor = start("alpha", 4);

    actor.tell(new Entity.Execute(
        "r", ENGINEER, new SetValue("other", 1, Precondition.NONE), client.ref()));

    client.expectTerminated(actor);
  }

  private ActorRef<Entity.Message> start(String server, long term) {
    return fixture.spawn(PointActor.create(
        "setpoint", fixture.entity(server, term, host.ref()), ActorFixture.adapter()));
  }

  private ActorRef<Entity.Message> continuing(long sequence, PointState state) {
    return fixture.spawn(PointActor.create(
        "setpoint",
        fixture.continuing("bravo", 5, host.ref(), sequence, state),
        ActorFixture.adapter()));
  }

  private void execute(
      ActorRef<Entity.Message> actor, String requestId, double value, Precondition precondition) {
    actor.tell(new Entity.Execute(
        requestId, ENGINEER, new SetValue("setpoint", value, precondition), client.ref()));
  }
}
