package mainstay.node.supervisor.core;

import java.util.List;
import java.util.Optional;
import mainstay.node.failover.core.ServiceView;
import mainstay.protocol.message.ClusterSupervisor.Operation;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/** What an operator may ask of a service's place. */
public final class SwitchoverRules {
  private SwitchoverRules() {}

  /**
   * @param to where the service goes
   * @param held whether it stays there; false for the place that the rules would choose anyway
   */
  public record Move(ServerId from, ServerId to, boolean held) {}

  /** Either a move or a refusal. */
  public record Ruling(Optional<Move> move, Optional<Rejected> refusal) {
    private static Ruling refuse(Reason reason, String detail) {
      return new Ruling(Optional.empty(), Optional.of(Rejected.of(reason, detail)));
    }
  }

  /** @param to empty for the first available server of the list that is not active */
  public static Ruling rule(ServiceView view, Optional<ServerId> to, boolean moving) {
    if (moving) {
      return Ruling.refuse(
          Reason.REFUSED_BY_RULE, "service " + view.service() + " is moving already");
    }
    if (view.active().isEmpty()) {
      return Ruling.refuse(
          Reason.REFUSED_BY_RULE,
          "nobody is active for service " + view.service() + ", so there is nothing to move");
    }
    var active = view.active().get();
    var candidates = view.list().servers().stream()
        .filter(server -> !server.equals(active) && view.state(server).available())
        .toList();
    var target = to.or(() -> candidates.stream().findFirst());
    if (target.isEmpty()) {
      return Ruling.refuse(
          Reason.REFUSED_BY_RULE,
          "no other server of the list " + view.list() + " is available: "
              + shortcomings(view, active));
    }
    var server = target.get();
    if (server.equals(active)) {
      return Ruling.refuse(
          Reason.REFUSED_BY_RULE, server + " is active for service " + view.service() + " already");
    }
    if (!view.list().contains(server)) {
      return Ruling.refuse(
          Reason.INVALID,
          server + " is not in the list " + view.list() + " of service " + view.service());
    }
    if (!view.state(server).available()) {
      return Ruling.refuse(
          Reason.REFUSED_BY_RULE, server + " " + view.state(server).shortcoming());
    }
    return new Ruling(
        Optional.of(new Move(active, server, !view.list().primary().equals(server))),
        Optional.empty());
  }

  /**
   * A repeated request must ask for what it asked for the first time.
   *
   * @param to empty asks for nothing in particular, so it is the same as any
   */
  public static Optional<Rejected> sameMove(
      Operation known, ServiceName service, Optional<ServerId> to) {
    boolean same =
        known.service().equals(service) && to.filter(s -> !s.equals(known.to())).isEmpty();
    return same
        ? Optional.empty()
        : Optional.of(Rejected.of(
            Reason.INVALID,
            "this request id belongs to the move of " + known.service() + " to " + known.to()
                + "; another move needs another id"));
  }

  private static List<String> shortcomings(ServiceView view, ServerId active) {
    return view.list().servers().stream()
        .filter(server -> !server.equals(active))
        .map(server -> server + " " + view.state(server).shortcoming())
        .toList();
  }
}
