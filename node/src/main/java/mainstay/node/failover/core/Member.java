package mainstay.node.failover.core;

import mainstay.protocol.model.ServerId;

/**
 * A server as the cluster's membership knows it.
 *
 * @param incarnation of this run of its cluster part
 */
public record Member(
    ServerId server, String incarnation, Part part, Status status, boolean reachable) {
  public enum Status {
    JOINING,
    UP,
    LEAVING,
    /** Downed or removed in all but name: it counts for nothing. */
    DOWN
  }

  public boolean joining() {
    return status == Status.JOINING;
  }

  public boolean counts() {
    return status == Status.UP || status == Status.LEAVING;
  }
}
