package mainstay.node.databases.core;

import java.util.Set;
import java.util.TreeSet;
import mainstay.protocol.model.ServerId;

/** Whose findings about a database count when it is asked whether to go on without it. */
public final class Asked {
  private Asked() {}

  /**
   * Of a cluster that can agree to something, the servers that it has not downed: one that was downed does not come back
   * without learning what was agreed meanwhile. So with a witness one server alone can go on without a database. Otherwise
   * all that are configured: nothing can be agreed without a majority of the voters anyway.
   *
   * @param voters all that are configured
   * @param servers those of them that know databases
   * @param members voters that the cluster has neither downed nor removed
   */
  public static Set<ServerId> of(
      ServerId self, Set<ServerId> voters, Set<ServerId> servers, Set<ServerId> members) {
    if (!members.contains(self) || members.size() < Proposer.majority(voters.size())) {
      return servers;
    }
    var counting = new TreeSet<>(servers);
    counting.retainAll(members);
    return counting;
  }
}
