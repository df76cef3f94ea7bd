package mainstay.node.failover;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import mainstay.node.failover.core.Part;
import mainstay.protocol.model.ServerId;

/** How a member of the cluster says who it is. */
public final class ClusterRoles {
  /** Counts for the majority. */
  public static final String VOTER = "voter";

  /** Can serve, and so can carry the supervisor. */
  public static final String SERVER = Part.SERVER.word();

  private static final String SERVER_PREFIX = "server-";
  private static final String RUN_PREFIX = "run-";

  private ClusterRoles() {}

  /** @param incarnation of this run of the server's cluster part, the same that its terms and sessions carry */
  public static List<String> of(Part part, ServerId server, String incarnation) {
    return List.of(VOTER, part.word(), SERVER_PREFIX + server, RUN_PREFIX + incarnation);
  }

  public static Part partOf(Set<String> roles) {
    return roles.contains(Part.WITNESS.word()) ? Part.WITNESS : Part.SERVER;
  }

  /** Empty for a member that is not one of ours. */
  public static String incarnationOf(Set<String> roles) {
    return roles.stream()
        .filter(role -> role.startsWith(RUN_PREFIX))
        .map(role -> role.substring(RUN_PREFIX.length()))
        .findFirst()
        .orElse("");
  }

  public static Optional<ServerId> serverOf(Set<String> roles) {
    return roles.stream()
        .filter(role -> role.startsWith(SERVER_PREFIX))
        .map(role -> new ServerId(role.substring(SERVER_PREFIX.length())))
        .findFirst();
  }
}
