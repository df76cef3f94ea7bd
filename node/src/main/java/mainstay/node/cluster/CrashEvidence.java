package mainstay.node.cluster;

import akka.actor.Address;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Addresses at which, by proof, no process runs any more, and since when. One table per JVM, because a failure detector is
 * built by Akka with nothing but its configuration; addresses are unique over the actor systems of a JVM.
 */
final class CrashEvidence {
  private static final Map<Address, Long> NANOS = new ConcurrentHashMap<>();

  private CrashEvidence() {}

  static void add(Address address) {
    NANOS.put(address, System.nanoTime());
  }

  static void remove(Address address) {
    NANOS.remove(address);
  }

  /** When it came, by {@link System#nanoTime}; empty if there is none. */
  static OptionalLong since(Address address) {
    var nanos = NANOS.get(address);
    return nanos == null ? OptionalLong.empty() : OptionalLong.of(nanos);
  }
}
