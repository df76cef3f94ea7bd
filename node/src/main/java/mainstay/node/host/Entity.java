package mainstay.node.host;

import akka.actor.typed.ActorRef;
import java.util.List;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceRequest;
import mainstay.protocol.model.Principal;

/** Protocol between the host of a service and the event-sourced actors that it runs. Local to one server. */
public final class Entity {
  private Entity() {}

  /** All that an entity receives, its own timers and results too. */
  public interface Message {}

  /** The host has few of these outstanding at a time per entity, so an entity's stash stays small. */
  public record Execute(
      String requestId,
      Principal principal,
      ServiceRequest.Write request,
      ActorRef<Executed> replyTo)
      implements Message {}

  /**
   * Sent after the events are stored, or at once if nothing had to be.
   *
   * @param events what this request stored, in order; empty for a refusal and for a repetition
   */
  public record Executed(
      String persistenceId, String requestId, ServiceReply reply, List<Stored> events) {}

  /** An event at its place in the stream. */
  public record Stored(long sequence, Object event) {}
}
