package mainstay.node.cluster.core;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import mainstay.protocol.model.ServerId;

/**
 * Whom this server has heard by {@link Beacon}s. A way that leads only one way is no connection: who is heard counts only
 * if it has heard this server too. Time is an argument, in nanoseconds of a monotonic clock.
 */
public final class BeaconLog {
  private final ServerId self;
  private final String incarnation;
  private final Duration within;
  private final Map<ServerId, Heard> heard = new HashMap<>();

  private record Heard(String incarnation, long at) {}

  /** @param within what is older is forgotten */
  public BeaconLog(ServerId self, String incarnation, Duration within) {
    this.self = self;
    this.incarnation = incarnation;
    this.within = within;
  }

  /** @return whether there is a way in both directions */
  public boolean heard(Beacon beacon, long now) {
    if (beacon.server().equals(self)) {
      return false;
    }
    heard.put(beacon.server(), new Heard(beacon.incarnation(), now));
    return incarnation.equals(beacon.heard().get(self));
  }

  /** What this server says now. */
  public Beacon own(long now) {
    heard.values().removeIf(one -> now - one.at() > within.toNanos());
    var lately = new TreeMap<ServerId, String>();
    heard.forEach((server, one) -> lately.put(server, one.incarnation()));
    return new Beacon(self, incarnation, lately);
  }
}
