package mainstay.node.failover.core;

/**
 * Whether this server's side may act.
 *
 * @param why one sentence
 */
public record Right(int voters, int reachable, boolean mayAct, String why) {

  /**
   * The rule of the majority over the members that count: those that the cluster has not removed or downed. A side that
   * is no majority gets the right by the lease, where the {@link QuorumMode} has one: with it it downs the others, so that
   * they no longer count.
   *
   * @param selfUp whether this server itself is a full member; one that was downed sees all others leave and must
   *     never conclude that it is alone and next
   * @param voters voting members, this server among them
   * @param reachable those of them that are reachable, this server among them
   */
  public static Right of(boolean selfUp, int voters, int reachable) {
    if (!selfUp) {
      return new Right(voters, reachable, false, "this server is not a full member of the cluster");
    }
    boolean majority = reachable * 2 > voters;
    return new Right(
        voters,
        reachable,
        majority,
        majority
            ? "this side reaches " + reachable + " of " + voters + " voters"
            : "this side reaches only " + reachable + " of " + voters
                + " voters, which is no majority");
  }
}
