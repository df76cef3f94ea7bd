package mainstay.node.provisioning;

import akka.actor.typed.ActorRef;
import java.time.Clock;
import java.util.Optional;
import mainstay.node.host.Entity;
import mainstay.protocol.model.Activation;

/**
 * What a host gives to every actor that it starts.
 *
 * @param activation the term that the actor acts in
 * @param clock gives the times that are stored, which are cut to the millisecond
 * @param host learns of events that no request asked for
 * @param sequence number of events that {@code state} was built from
 * @param state the host's copy of the stream, from which the actor goes on without a replay; it stops if the journal
 *     holds more or fewer events. Empty to recover from the journal
 */
public record EntityContext(
    Activation activation,
    Clock clock,
    ActorRef<Entity.Executed> host,
    long sequence,
    Optional<Object> state) {
  /** For a host without a copy. */
  public EntityContext(Activation activation, Clock clock, ActorRef<Entity.Executed> host) {
    this(activation, clock, host, 0, Optional.empty());
  }
}
