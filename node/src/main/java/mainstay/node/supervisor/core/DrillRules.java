package mainstay.node.supervisor.core;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import mainstay.node.failover.core.ServiceView;
import mainstay.protocol.message.ClusterStatus;
import mainstay.protocol.message.ClusterSupervisor.DrillRequest;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.model.DrillKind;
import mainstay.protocol.model.FieldError;
import mainstay.protocol.model.ServerId;

/** What may be rehearsed: only what would go well if nothing else happened. */
public final class DrillRules {
  private DrillRules() {}

  /**
   * What is known when a drill is asked for.
   *
   * @param moving services of planned moves that are under way
   * @param running the drill that is under way
   * @param databases those of the installation; empty as long as they are not known
   */
  public record Situation(
      ServiceView view,
      List<String> moving,
      Optional<Drill> running,
      List<ClusterStatus.Database> databases) {}

  /** Either a plan or a refusal. */
  public record Ruling(Optional<DrillPlan> plan, Optional<Rejected> refusal) {
    private static Ruling refuse(String detail) {
      return refuse(Rejected.of(Reason.REFUSED_BY_RULE, detail));
    }

    private static Ruling refuse(Rejected refusal) {
      return new Ruling(Optional.empty(), Optional.of(refusal));
    }
  }

  /** @param requestedBy name of the operator */
  public static Ruling rule(
      DrillRequest request, Situation situation, String requestId, String requestedBy) {
    var view = situation.view();
    var service = request.service();
    if (situation.running().isPresent()) {
      var drill = situation.running().get();
      return Ruling.refuse("drill " + drill.id() + " of service " + drill.service()
          + " is under way; there is one at a time");
    }
    var moving = situation.moving().stream()
        .filter(moved -> request.kind() == DrillKind.CRASH || moved.equals(service.value()))
        .toList();
    if (!moving.isEmpty()) {
      return Ruling.refuse("service " + moving.get(0) + " is moving; wait until it has moved");
    }
    if (view.active().isEmpty()) {
      return Ruling.refuse("nobody is active for service " + service + ", so nothing can be tried");
    }
    var before = view.active().get();
    var unconfirmed = unconfirmed(request, before);
    if (unconfirmed.isPresent()) {
      return Ruling.refuse(unconfirmed.get());
    }
    var named = request.to();
    if (named.filter(server -> !view.list().contains(server)).isPresent()) {
      return Ruling.refuse(Rejected.of(
          Reason.INVALID,
          named.get() + " is not in the list " + view.list() + " of service " + service));
    }
    if (named.filter(before::equals).isPresent()) {
      return Ruling.refuse(before + " is active for service " + service + " already");
    }
    var to = named.or(() -> candidate(view, before));
    if (to.isEmpty()) {
      return Ruling.refuse("no other server of the list " + view.list()
          + " is synchronised and fit: " + shortcomings(view, before));
    }
    boolean holdAgain = view.held() && request.kind() != DrillKind.CRASH; // a crash ends the hold
    var plan = new DrillPlan(
        request, before, to.get(), view.lastTerm(), holdAgain, requestId, requestedBy);
    return obstacle(plan, view, situation.databases())
        .map(Ruling::refuse)
        .orElseGet(() -> new Ruling(Optional.of(plan), Optional.empty()));
  }

  /** A crash hits more than the service that is named, so its sender has to say which server it is that dies. */
  private static Optional<Rejected> unconfirmed(DrillRequest request, ServerId before) {
    if (request.kind() != DrillKind.CRASH) {
      return Optional.empty();
    }
    String would = "the process of " + before + ", the active server of service "
        + request.service() + ", would die with all that it serves";
    if (request.confirm().isEmpty()) {
      var error = new FieldError("/confirm", "is missing; it must be \"" + before + "\"");
      return Optional.of(
          new Rejected(Reason.INVALID, would + "; confirm that by its name", List.of(error)));
    }
    return request
        .confirm()
        .filter(server -> !server.equals(before))
        .map(server -> Rejected.of(
            Reason.REFUSED_BY_RULE, would + ", but " + server + " is what was confirmed"));
  }

  /** What keeps a planned drill from beginning now, as a sentence. */
  static Optional<String> obstacle(
      DrillPlan plan, ServiceView view, List<ClusterStatus.Database> databases) {
    if (view.active().filter(plan.before()::equals).isEmpty() || view.lastTerm() != plan.term()) {
      return Optional.of(plan.before() + " does not serve " + plan.service() + " in term "
          + plan.term() + " any more");
    }
    if (databases.isEmpty()) {
      return Optional.of("it is not known yet which databases are active; ask again in a moment");
    }
    var missing = databases.stream().filter(database -> !database.active()).toList();
    if (!missing.isEmpty()) {
      return Optional.of("not all databases are active: "
          + missing.stream()
              .map(database -> database.name() + " (" + database.state() + ")")
              .collect(Collectors.joining(", ")));
    }
    var next = view.state(plan.to());
    return next.available() && next.fit()
        ? Optional.empty()
        : Optional.of(plan.to() + " " + next.shortcoming());
  }

  private static Optional<ServerId> candidate(ServiceView view, ServerId before) {
    return view.list().servers().stream()
        .filter(server -> !server.equals(before))
        .filter(server -> view.state(server).available() && view.state(server).fit())
        .findFirst();
  }

  private static String shortcomings(ServiceView view, ServerId before) {
    var others = view.list().servers().stream()
        .filter(server -> !server.equals(before))
        .map(server -> server + " " + view.state(server).shortcoming())
        .collect(Collectors.joining(", "));
    return others.isEmpty() ? "it names no other one" : others;
  }

  /** A repeated request must ask for what it asked for the first time. */
  public static Optional<Rejected> sameDrill(Drill known, DrillRequest request) {
    return known.plan().request().equals(request)
        ? Optional.empty()
        : Optional.of(Rejected.of(
            Reason.INVALID,
            "this request id belongs to drill " + known.id() + " of service " + known.service()
                + ", which asked for something else; another drill needs another id"));
  }
}
