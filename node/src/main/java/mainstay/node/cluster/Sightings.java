package mainstay.node.cluster;

import akka.actor.Address;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * When the server at an address was last heard otherwise than by a heartbeat. Tables of the JVM, for the reason that
 * {@link CrashEvidence} gives.
 */
public final class Sightings {
  private static final Map<Address, Long> BEACONS = new ConcurrentHashMap<>();
  private static final Map<Address, Long> MESSAGES = new ConcurrentHashMap<>();

  private Sightings() {}

  /** By a beacon, and it had heard this server. */
  static void byBeacon(Address address) {
    BEACONS.put(address, System.nanoTime());
  }

  /** By an ordinary message, which comes over another connection than heartbeats do. */
  public static void byMessage(Address address) {
    MESSAGES.put(address, System.nanoTime());
  }

  static boolean byBeaconWithin(Address address, Duration time) {
    return millisSince(BEACONS, address) <= time.toMillis();
  }

  /** Very many if there never was one. */
  static long millisSinceMessage(Address address) {
    return millisSince(MESSAGES, address);
  }

  private static long millisSince(Map<Address, Long> table, Address address) {
    var nanos = table.get(address);
    return nanos == null
        ? Long.MAX_VALUE
        : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }
}
