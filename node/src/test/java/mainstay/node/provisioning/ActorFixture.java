package mainstay.node.provisioning;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.persistence.testkit.PersistenceTestKitPlugin;
import akka.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import akka.persistence.testkit.javadsl.SnapshotTestKit;
import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.EventSeq;
import com.typesafe.config.ConfigFactory;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Optional;
import mainstay.node.host.Entity;
import mainstay.node.provisioning.core.Samples;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/** An actor system with a journal and snapshots in memory, where everything stored goes through its serializer. */
final class ActorFixture implements AutoCloseable {
  private final ActorTestKit testKit = ActorTestKit.create(PersistenceTestKitPlugin.config()
      .withFallback(PersistenceTestKitSnapshotPlugin.config())
      .withFallback(ConfigFactory.parseString("akka.persistence.testkit.events.serialize = on\n"
          + "akka.persistence.testkit.snapshots.serialize = on\n"
          + "akka.actor.testkit.typed.expect-no-message-default = 100 ms"))
      .withFallback(ConfigFactory.load("provisioning-test")));
  private final PersistenceTestKit journal = PersistenceTestKit.create(testKit.system());
  private final SnapshotTestKit snapshots = SnapshotTestKit.create(testKit.system());

  PersistenceTestKit journal() {
    return journal;
  }

  SnapshotTestKit snapshots() {
    return snapshots;
  }

  TestProbe<Entity.Executed> probe() {
    return testKit.createTestProbe(Entity.Executed.class);
  }

  ActorRef<Entity.Message> spawn(Behavior<Entity.Message> behavior) {
    return testKit.spawn(behavior);
  }

  void stop(ActorRef<Entity.Message> actor) {
    testKit.stop(actor);
  }

  EntityContext entity(String server, long term, ActorRef<Entity.Executed> host) {
    var activation =
        new Activation(ServiceName.CONFIGURATION, term, new ServerId(server), server + "-1");
    return new EntityContext(
        activation, Clock.fixed(Samples.NOON.plusNanos(123_456), ZoneOffset.UTC), host);
  }

  EntityContext continuing(
      String server, long term, ActorRef<Entity.Executed> host, long sequence, Object state) {
    var fresh = entity(server, term, host);
    return new EntityContext(fresh.activation(), fresh.clock(), host, sequence, Optional.of(state));
  }

  /** Stores events as they are. */
  static <E> EventAdapter<E, E> adapter() {
    return new EventAdapter<>() {
      @Override
      public E toJournal(E event) {
        return event;
      }

      @Override
      public String manifest(E event) {
        return "";
      }

      @Override
      public EventSeq<E> fromJournal(E stored, String manifest) {
        return EventSeq.single(stored);
      }
    };
  }

  @Override
  public void close() {
    testKit.shutdownTestKit();
  }
}
