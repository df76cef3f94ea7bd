package mainstay.node.failover.core;

import java.time.Duration;

/**
 * What is known of one server with regard to one service.
 *
 * @param registered its process is a reachable member of the cluster and its agent has reported
 * @param synchronisedFor how long its copy has been complete without a break; empty duration as long as it is not
 * @param synchronised its copy of the service's state is complete
 * @param behind events that its copy lacks
 * @param leaving it stops or is in maintenance
 * @param fit it has no complaint, or rule 3 has cleared it
 * @param complaint why it is unfit; empty if it has no complaint
 */
public record ServerState(
    boolean registered,
    boolean synchronised,
    Duration synchronisedFor,
    long behind,
    boolean leaving,
    boolean fit,
    String complaint) {

  public static final ServerState ABSENT =
      new ServerState(false, false, Duration.ZERO, 0, false, false, "");

  /** Registered, synchronised and not leaving. */
  public boolean available() {
    return registered && synchronised && !leaving;
  }

  /** Why it could not serve now, as the end of a sentence that begins with the server's name. */
  public String shortcoming() {
    if (!registered) {
      return "is not there";
    }
    if (leaving) {
      return "is leaving";
    }
    if (!synchronised) {
      return "is synchronising (" + behind + " events behind)";
    }
    return fit ? "is available" : "is unfit: " + complaint;
  }
}
