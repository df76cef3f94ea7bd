package mainstay.node.cluster.core;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import mainstay.node.failover.core.Hearing;
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

  private record Heard(Beacon beacon, long at) {}

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
    heard.put(beacon.server(), new Heard(beacon, now));
    return incarnation.equals(beacon.heard().get(self));
  }

  /** What this server says now, and whether it is fit. */
  public Beacon own(boolean fit, long now) {
    forget(now);
    var lately = new TreeMap<ServerId, String>();
    var hears = new TreeMap<ServerId, Set<ServerId>>();
    heard.forEach((server, one) -> {
      lately.put(server, one.beacon().incarnation());
      hears.put(server, one.beacon().heard().keySet());
    });
    var unfit = new TreeSet<ServerId>();
    heard.values().stream()
        .filter(one -> one.beacon().unfit().contains(one.beacon().server()))
        .forEach(one -> unfit.add(one.beacon().server()));
    if (!fit) {
      unfit.add(self);
    }
    return new Beacon(self, incarnation, lately, hears, unfit);
  }

  /** Of servers that this one does not hear itself by those that it hears. */
  public Hearing hearing(boolean fit, long now) {
    forget(now);
    var hears = new HashMap<ServerId, Set<ServerId>>();
    var unfit = new TreeSet<ServerId>();
    heard.values().stream().sorted(Comparator.comparingLong(Heard::at)).forEach(one -> {
      var beacon = one.beacon();
      beacon.hears().forEach((server, whom) -> {
        hears.put(server, whom);
        note(server, beacon.unfit(), unfit);
      });
    });
    heard.forEach((server, one) -> {
      hears.put(server, one.beacon().heard().keySet());
      note(server, one.beacon().unfit(), unfit);
    });
    hears.put(self, Set.copyOf(heard.keySet()));
    note(self, fit ? Set.of() : Set.of(self), unfit);
    return new Hearing(hears, unfit);
  }

  /** What is said later, or by the server itself, counts. */
  private static void note(ServerId server, Set<ServerId> saidUnfit, Set<ServerId> unfit) {
    if (saidUnfit.contains(server)) {
      unfit.add(server);
    } else {
      unfit.remove(server);
    }
  }

  private void forget(long now) {
    heard.values().removeIf(one -> now - one.at() > within.toNanos());
  }
}
