package mainstay.node.cluster;

import akka.actor.Address;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Addresses at which, by proof, no process runs any more. One set per JVM, because a failure detector is built by
 * Akka with nothing but its configuration; addresses are unique over the actor systems of a JVM.
 */
final class CrashEvidence {
  private static final Set<Address> CRASHED = ConcurrentHashMap.newKeySet();

  private CrashEvidence() {}

  static void add(Address address) {
    CRASHED.add(address);
  }

  static void remove(Address address) {
    CRASHED.remove(address);
  }

  static boolean holds(Address address) {
    return CRASHED.contains(address);
  }
}
