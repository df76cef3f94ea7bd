package mainstay.protocol.message;

import akka.actor.typed.ActorRef;

/** Asks a node's failover agent what it knows. Local to its node. */
public final class ClusterOverview {
  private ClusterOverview() {}

  /** All that a failover agent receives. */
  public interface Message {}

  public record Get(ActorRef<ClusterStatus> replyTo) implements Message {}
}
