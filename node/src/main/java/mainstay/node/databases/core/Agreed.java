package mainstay.node.databases.core;

import java.time.Instant;
import mainstay.protocol.model.ActiveSet;

/**
 * What the voters agree to.
 *
 * @param cluster chosen with the first set and never changed; each database carries it, so that one of another cluster
 *     is found out
 * @param by who wanted it: an operator or a server
 * @param at when it was proposed, in whole microseconds, so that all databases store the same
 */
public record Agreed(String cluster, ActiveSet set, String by, Instant at) {
  public long epoch() {
    return set.epoch();
  }

  /** @throws IllegalArgumentException if this is not the next epoch */
  public Agreed next(ActiveSet following, String who, Instant when) {
    if (following.epoch() != epoch() + 1) {
      throw new IllegalArgumentException(
          "epoch " + following.epoch() + " does not follow epoch " + epoch());
    }
    return new Agreed(cluster, following, who, when);
  }
}
