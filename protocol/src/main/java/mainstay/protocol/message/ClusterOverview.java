package mainstay.protocol.message;

import akka.actor.typed.ActorRef;
import java.util.Set;
import mainstay.protocol.model.ServerId;

/** Asks a node's failover agent what it knows. Local to its node. */
public final class ClusterOverview {
  private ClusterOverview() {}

  /** All that a failover agent receives. */
  public interface Message {}

  public record Get(ActorRef<ClusterStatus> replyTo) implements Message {}

  /** Who would serve what if these servers died at once. */
  public record WhatIf(Set<ServerId> down, ActorRef<TakeoverOutlook> replyTo) implements Message {
    public WhatIf {
      down = Set.copyOf(down);
    }
  }
}
