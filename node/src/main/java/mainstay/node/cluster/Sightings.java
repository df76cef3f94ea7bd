package mainstay.node.cluster;

import akka.actor.Address;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When the server at an address was last heard by a beacon, and had heard this one. One table per JVM, for the reason that
 * {@link CrashEvidence} gives.
 */
final class Sightings {
  private static final Map<Address, Long> NANOS = new ConcurrentHashMap<>();

  private Sightings() {}

  static void add(Address address) {
    NANOS.put(address, System.nanoTime());
  }

  static boolean within(Address address, Duration time) {
    var seen = NANOS.get(address);
    return seen != null && System.nanoTime() - seen <= time.toNanos();
  }
}
