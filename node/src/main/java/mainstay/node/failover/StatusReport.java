package mainstay.node.failover;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import mainstay.node.failover.core.Clocks;
import mainstay.node.failover.core.Decision;
import mainstay.node.failover.core.Knowledge;
import mainstay.node.failover.core.Member;
import mainstay.node.failover.core.Part;
import mainstay.node.failover.core.ServerState;
import mainstay.node.failover.core.ServiceView;
import mainstay.protocol.message.ClusterStatus;
import mainstay.protocol.message.FailoverAgent;
import mainstay.protocol.message.ServiceHost;
import mainstay.protocol.model.Fitness;
import mainstay.protocol.model.Position;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/** What an agent knows, in the words that people and programs outside read. */
final class StatusReport {
  private StatusReport() {}

  static ClusterStatus.Service service(
      ServiceView view, Decision decision, Knowledge knowledge, List<String> warnings) {
    var holder = knowledge.active(view.service());
    boolean active =
        holder.filter(report -> report.state() == ServiceHost.State.ACTIVE).isPresent();
    String state =
        active ? "active" : holder.isPresent() || view.active().isPresent() ? "moving" : "none";
    var standbys = new ArrayList<ClusterStatus.Standby>();
    for (var server : view.list().servers()) {
      if (view.active().filter(server::equals).isEmpty()) {
        standbys.add(standby(server, view, knowledge));
      }
    }
    return new ClusterStatus.Service(
        view.service(),
        view.list(),
        view.policy(),
        view.active(),
        view.lastTerm(),
        state,
        why(view, decision, holder),
        decision.rule(),
        standbys,
        warnings);
  }

  private static String why(
      ServiceView view, Decision decision, Optional<ServiceHost.Report> holder) {
    if (view.active().isEmpty()) {
      return "nobody is active: " + decision.why();
    }
    var active = view.active().get();
    String does =
        holder.map(ServiceHost.Report::state).map(StatusReport::does).orElse("is taking over");
    String sentence = active + " " + does + " in term " + view.lastTerm() + ": ";
    if (holder.filter(report -> report.state() == ServiceHost.State.SUSPENDED).isPresent()) {
      return sentence + holder.get().why();
    }
    String complaint =
        holder.flatMap(ServiceHost.Report::complaint).map(text -> "; " + text).orElse("");
    return decision instanceof Decision.HandOver move
        ? sentence + "it moves to " + move.successor() + ", because " + move.why() + complaint
        : sentence + decision.why() + complaint;
  }

  private static String does(ServiceHost.State state) {
    return switch (state) {
      case ACTIVE -> "is active";
      case ACTIVATING -> "is taking over";
      case DRAINING -> "is handing over";
      case SUSPENDED -> "is suspended";
      case STANDBY, SYNCHRONISING -> "is stepping down";
    };
  }

  private static ClusterStatus.Standby standby(
      ServerId server, ServiceView view, Knowledge knowledge) {
    var report = knowledge.report(server, view.service());
    var known = view.state(server);
    String watches = view.active().map(active -> "watches " + active).orElse("waits");
    return report
        .map(own -> new ClusterStatus.Standby(
            server,
            own.state().name().toLowerCase(Locale.ROOT),
            server + " " + watches + " and " + known.shortcoming(),
            known.synchronised() ? 0 : Math.max(1, own.synchronisationMode()),
            own.position().sequence(),
            own.position().hash()))
        .orElseGet(() -> new ClusterStatus.Standby(
            server,
            "absent",
            server + " " + ServerState.ABSENT.shortcoming(),
            2,
            Position.EMPTY.sequence(),
            Position.EMPTY.hash()));
  }

  static ClusterStatus.Server server(ServerId server, Knowledge knowledge) {
    var report = knowledge.report(server);
    var configuration = knowledge.report(server, ServiceName.CONFIGURATION);
    var member = knowledge.member(server);
    return new ClusterStatus.Server(
        server,
        member.isPresent() ? List.of(ClusterRoles.VOTER) : List.of(),
        member.map(StatusReport::word).orElse("absent"),
        member.map(Member::incarnation).orElse(""),
        configuration.map(ServiceHost.Report::synchronisationMode).orElse(2),
        configuration.map(ServiceHost.Report::behind).orElse(0L),
        report.map(FailoverAgent.Report::fitness).orElse(Fitness.FIT),
        report.flatMap(own -> Clocks.fromMedian(own, knowledge.reports())),
        report.map(FailoverAgent.Report::version).orElse(""));
  }

  /** It has no copy of anything that could be behind. */
  static ClusterStatus.Server witness(ServerId server, Knowledge knowledge) {
    var known = server(server, knowledge);
    return new ClusterStatus.Server(
        server,
        List.of(ClusterRoles.VOTER, Part.WITNESS.word()),
        known.status(),
        known.incarnation(),
        0,
        0,
        known.fitness(),
        known.clock(),
        known.version());
  }

  static String word(Member member) {
    return switch (member.status()) {
      case JOINING -> "joining";
      case UP -> member.reachable() ? "up" : "unreachable";
      case LEAVING -> "leaving";
      case DOWN -> "absent";
    };
  }
}
