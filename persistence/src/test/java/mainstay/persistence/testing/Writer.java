package mainstay.persistence.testing;

import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.persistence.AtomicWrite;
import akka.persistence.JournalProtocol;
import akka.persistence.Persistence;
import akka.persistence.PersistentEnvelope;
import akka.persistence.PersistentRepr;
import akka.testkit.javadsl.TestKit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import mainstay.persistence.journal.Fenced;
import mainstay.protocol.message.CborSerializable;
import mainstay.protocol.model.Activation;
import scala.jdk.javaapi.CollectionConverters;

/** Speaks to the journal plugin as a persistent actor does, and shows each of its answers. */
public final class Writer {
  /** What the tests store. */
  public record Noted(String text) implements CborSerializable {}

  private final TestKit probe;
  private final ActorRef journal;
  private final String persistenceId;
  private final String uuid = UUID.randomUUID().toString();

  public Writer(ActorSystem system, String plugin, String persistenceId) {
    this.probe = new TestKit(system);
    this.journal =
        Persistence.get(system).journalFor(plugin, com.typesafe.config.ConfigFactory.empty());
    this.persistenceId = persistenceId;
  }

  public Writer(ActorSystem system, String persistenceId) {
    this(system, "mainstay.persistence.journal", persistenceId);
  }

  /** One atomic batch. */
  public List<Object> write(long firstSequence, Object... events) {
    return writeAll(List.of(batch(firstSequence, events)), events.length);
  }

  /** One atomic batch whose events claim a term. */
  public List<Object> write(Activation activation, long firstSequence, Object... events) {
    return write(
        firstSequence, Stream.of(events).map(event -> fenced(activation, event)).toArray());
  }

  /** Several batches in one message. */
  public List<Object> writeAll(List<AtomicWrite> batches, int events) {
    send(batches);
    return answersTo(events);
  }

  public void send(List<AtomicWrite> batches) {
    List<PersistentEnvelope> envelopes = new ArrayList<>(batches);
    journal.tell(
        new JournalProtocol.WriteMessages(
            CollectionConverters.asScala(envelopes).toSeq(), probe.getRef(), 1),
        probe.getRef());
  }

  /** One answer for the message, then one for each event. */
  public List<Object> answersTo(int events) {
    return probe.receiveN(1 + events, java.time.Duration.ofSeconds(30)).stream().toList();
  }

  public AtomicWrite batch(long firstSequence, Object... events) {
    var representations = new ArrayList<PersistentRepr>();
    for (Object event : events) {
      representations.add(PersistentRepr.apply(
          event,
          firstSequence + representations.size(),
          persistenceId,
          "",
          false,
          probe.getRef(),
          uuid));
    }
    return new AtomicWrite(CollectionConverters.asScala(representations).toSeq());
  }

  public static Fenced fenced(Activation activation, Object event) {
    return new Fenced(event, activation.fence(), activation.server(), activation.incarnation());
  }

  /** What a persistent actor would see while recovering, as {@code sequence:event}; the last is the highest number. */
  public List<String> replay(long from, long to, long max) {
    journal.tell(
        new JournalProtocol.ReplayMessages(from, to, max, persistenceId, probe.getRef()),
        probe.getRef());
    var seen = new ArrayList<String>();
    while (true) {
      Object answer = probe.receiveOne(java.time.Duration.ofSeconds(30));
      if (answer instanceof JournalProtocol.ReplayedMessage replayed) {
        seen.add(
            replayed.persistent().sequenceNr() + ":" + replayed.persistent().payload());
      } else if (answer instanceof JournalProtocol.RecoverySuccess success) {
        seen.add("highest " + success.highestSequenceNr());
        return seen;
      } else {
        throw new AssertionError("unexpected answer " + answer);
      }
    }
  }

  public List<String> replay() {
    return replay(1, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  public Object deleteTo(long sequence) {
    journal.tell(
        new JournalProtocol.DeleteMessagesTo(persistenceId, sequence, probe.getRef()),
        probe.getRef());
    return probe.receiveOne(java.time.Duration.ofSeconds(30));
  }
}
