package mainstay.node.failover.core;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import mainstay.protocol.model.ServerId;

/**
 * Who hears whom, by the beacons of the last moments. Published on the event stream of the actor system whenever it has changed.
 *
 * @param hears by each of which it is known, this server too
 * @param unfit those of them that say so of themselves
 */
public record Hearing(Map<ServerId, Set<ServerId>> hears, Set<ServerId> unfit) {
  public static final Hearing NOTHING = new Hearing(Map.of(), Set.of());

  public Hearing {
    hears = Collections.unmodifiableMap(new TreeMap<>(hears));
    unfit = Set.copyOf(unfit);
  }

  /** Whether each is known to hear the other. */
  public boolean both(ServerId one, ServerId other) {
    return hears(one, other) && hears(other, one);
  }

  public boolean hears(ServerId one, ServerId other) {
    return hears.getOrDefault(one, Set.of()).contains(other);
  }
}
