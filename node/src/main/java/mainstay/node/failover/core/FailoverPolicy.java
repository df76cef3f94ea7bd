package mainstay.node.failover.core;

import java.time.Duration;
import java.util.Optional;
import mainstay.node.failover.core.Decision.HandOver;
import mainstay.node.failover.core.Decision.Keep;
import mainstay.node.failover.core.Decision.TakeOver;
import mainstay.protocol.model.DurationText;
import mainstay.protocol.model.ServerId;

/**
 * The eight rules: who serves, as a function of what is known. The order of the branches is the safety argument. A
 * decision is a wish until the databases have agreed to the term.
 */
public final class FailoverPolicy {
  private FailoverPolicy() {}

  /** What a service's next step is in this view. */
  public static Decision decide(ServiceView view) {
    var selected = select(view);
    if (selected.isEmpty()) {
      return new Keep("no server of the list " + view.list() + " is there", 0);
    }
    var next = selected.get().server();
    int rule = selected.get().rule();

    if (view.active().isEmpty()) {
      if (!view.right().mayAct()) {
        return new Keep("nobody may take over on this side: " + view.right().why(), 0);
      }
      if (!view.unheard().isEmpty()) {
        return new Keep("waiting for the first word of " + view.unheard(), 0);
      }
      if (view.waitsForEarlier() && !next.equals(view.list().primary())) {
        return new Keep(
            "the cluster has just formed: waiting a moment for " + view.list().primary(), 0);
      }
      return next.equals(view.self())
          ? new TakeOver(view.lastTerm() + 1, reason(view, next, rule), rule)
          : new Keep("waiting for " + next + " to take over: " + reason(view, next, rule), rule);
    }

    var active = view.active().get();
    if (next.equals(active)) {
      return new Keep(reason(view, active, rule), rule);
    }
    return leave(view, active, next, rule);
  }

  /** An active server that was not selected goes, unless something lets it stay (rule 6). */
  private static Decision leave(ServiceView view, ServerId active, ServerId next, int rule) {
    var state = view.state(active);
    if (view.unheard()
        .contains(active)) { // whether an operator sent the service there is not known either
      return new Keep(
          active + " has taken term " + view.lastTerm() + " and has not reported it yet", rule);
    }
    if (!view.state(next).available()) {
      return new Keep(active + " stays: no other server of the list is available", 5);
    }
    if (state.leaving()) {
      return new HandOver(
          next,
          active + " is leaving and " + next + " is the next available server of " + view.list(),
          2);
    }
    if (!view.fit(active)) {
      return replaceUnfit(view, active, next, rule);
    }
    if (!view.list().contains(active)) {
      return new HandOver(next, active + " is no longer in the list " + view.list(), 6);
    }
    if (view.held()) {
      return new Keep(
          "an operator moved the service to " + active + "; it stays there until it is moved again",
          6);
    }
    String earlier =
        next + " comes before " + active + " in the list " + view.list() + " and is synchronised";
    return switch (view.policy().mode()) {
      case AUTOMATIC -> returns(view, next, view.failbackSettle(), earlier);
      case DELAYED -> returns(view, next, view.policy().delay(), earlier);
      case STICKY -> new Keep(earlier + ", but the service is sticky", 6);
      case MANUAL -> new Keep(earlier + ", but it returns only by an operator's switchover", 6);
    };
  }

  /**
   * What an unfit server lacks may keep it, and a supervisor that runs on it, from handing over. So a sound one does not
   * wait for them: it takes the term, as after a crash. Where all complain, a move is only tried.
   */
  private static Decision replaceUnfit(ServiceView view, ServerId active, ServerId next, int rule) {
    String why = active + " is unfit (" + view.state(active).complaint() + ") and " + next
        + " is the next available server of " + view.list();
    if (!view.state(next).complaint().isEmpty()) {
      return new HandOver(next, why, rule);
    }
    return next.equals(view.self()) && view.right().mayAct() && view.unheard().isEmpty()
        ? new TakeOver(view.lastTerm() + 1, why, rule)
        : new Keep("waiting for " + next + " to take over: " + why, rule);
  }

  private static Decision returns(ServiceView view, ServerId next, Duration wait, String earlier) {
    return view.state(next).synchronisedFor().compareTo(wait) >= 0
        ? new HandOver(next, earlier + " for " + DurationText.format(wait), 6)
        : new Keep(earlier + ", but not yet for " + DurationText.format(wait), 6);
  }

  private record Selected(ServerId server, int rule) {}

  private static Optional<Selected> select(ServiceView view) {
    return view.firstAvailableFit()
        .map(server -> new Selected(server, view.list().primary().equals(server) ? 1 : 2))
        .or(() -> view.firstAvailableButLast().map(server -> new Selected(server, 3)))
        .or(() -> whoServesUnsynchronised(view).map(server -> new Selected(server, 5)));
  }

  /** An active server defines what synchronised means; only without one the highest registered serves (rule 5). */
  private static Optional<ServerId> whoServesUnsynchronised(ServiceView view) {
    return view.active().isPresent() ? view.active() : view.firstRegistered();
  }

  /** Why {@code server} is the one, named with what keeps each earlier server from it. */
  private static String reason(ServiceView view, ServerId server, int rule) {
    var earlier = view.list().servers().stream()
        .limit(view.list().rank(server))
        .map(other -> other + " " + view.state(other).shortcoming())
        .toList();
    String because = switch (rule) {
      case 1 -> server + " is the primary of " + view.list() + " and available";
      case 2 -> server + " is the first available server of " + view.list();
      case 3 ->
        "every available server of " + view.list() + " is unfit, and " + server
            + " is the first of them that did not serve last";
      default ->
        "no server of " + view.list() + " is synchronised, and " + server
            + " is the first that is there";
    };
    return earlier.isEmpty() ? because : because + ": " + String.join(", ", earlier);
  }
}
