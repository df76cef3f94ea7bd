package mainstay.node.failover;

import akka.cluster.MemberStatus;
import java.util.Optional;
import mainstay.node.failover.core.Member;
import mainstay.protocol.model.ServerId;

/** The cluster's members in the words of the rules. */
final class ClusterMembers {
  private ClusterMembers() {}

  /** Empty for a member that is not one of ours. */
  static Optional<ServerId> server(akka.cluster.Member member) {
    return ClusterRoles.serverOf(member.getRoles());
  }

  static String incarnation(akka.cluster.Member member) {
    return ClusterRoles.incarnationOf(member.getRoles());
  }

  static Member member(
      akka.cluster.Member member, ServerId server, Member.Status status, boolean reachable) {
    var part = ClusterRoles.partOf(member.getRoles());
    return new Member(server, incarnation(member), part, status, reachable);
  }

  static Member.Status status(MemberStatus status) {
    if (status == MemberStatus.up()) {
      return Member.Status.UP;
    }
    if (status == MemberStatus.leaving() || status == MemberStatus.exiting()) {
      return Member.Status.LEAVING;
    }
    return status == MemberStatus.down() || status == MemberStatus.removed()
        ? Member.Status.DOWN
        : Member.Status.JOINING;
  }
}
