package mainstay.node.cluster.core;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Whether this cluster is the one that there is: whose members have the lease for it. A second one can come into being where
 * the last server of a cluster is cut off and the others, started anew, form one without it.
 */
public final class ClusterClaim {
  private final long patienceNanos;
  private Optional<String> stranger = Optional.empty();
  private long since;

  /** @param patience for so long the lease of a server that is gone may live on, and longer */
  public ClusterClaim(Duration patience) {
    this.patienceNanos = patience.toNanos();
  }

  /** A member has it: whoever had it before is forgotten. */
  public void held() {
    stranger = Optional.empty();
  }

  /**
   * @param owner who has the lease, if anybody has
   * @param members of this cluster that count, as owners of leases are named
   * @param now nanoseconds of a monotonic clock
   * @return whether somebody else has had it for so long that there must be another cluster
   */
  public boolean isLost(Optional<String> owner, Set<String> members, long now) {
    var other = owner.filter(name -> !members.contains(name));
    if (other.isEmpty() || !other.equals(stranger)) {
      stranger = other;
      since = now;
      return false;
    }
    return now - since >= patienceNanos;
  }
}
