package mainstay.node.cluster;

import akka.actor.ActorSystem;
import akka.actor.Address;

/** Where crash evidence enters the cluster part of a server. */
public final class CrashEvents {
  private CrashEvents() {}

  /** The process at this address is proven to be gone. */
  public static void crashed(ActorSystem system, Address address) {
    CrashEvidence.add(address);
    system.getEventStream().publish(new FastDowningProvider.Crashed(address));
  }

  /** A process answers at this address again. */
  public static void alive(ActorSystem system, Address address) {
    CrashEvidence.remove(address);
    system.getEventStream().publish(new FastDowningProvider.Alive(address));
  }
}
