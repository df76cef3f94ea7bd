package mainstay.node.supervisor.core;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import mainstay.protocol.message.ClusterSupervisor.DrillTerm;
import mainstay.protocol.model.ServiceName;

/**
 * A drill as the supervisor remembers it. Its journal stands in the databases, so what is known of a drill survives the
 * server that died in it, even if that one was the supervisor's.
 *
 * @param operation of the move that a switchover began with
 * @param begunAt when the move was ordered or the process was told to die
 * @param turns the terms of the service since then, oldest first
 * @param orders when something was ordered that takes the service from its server, oldest first
 */
public record Drill(
    String id,
    DrillPlan plan,
    Instant startedAt,
    Optional<String> operation,
    Optional<Instant> begunAt,
    List<Turn> turns,
    List<Instant> orders,
    Optional<End> end) {

  /** @param seenAt when the supervisor noted it, by its own clock */
  public record Turn(DrillTerm term, Instant seenAt) {}

  /** @param why one sentence */
  public record End(boolean passed, String why, Instant at) {}

  static Drill started(String id, DrillPlan plan, Instant at) {
    return new Drill(
        id, plan, at, Optional.empty(), Optional.empty(), List.of(), List.of(), Optional.empty());
  }

  public ServiceName service() {
    return plan.service();
  }

  public boolean running() {
    return end.isEmpty();
  }

  /** The newest term of the service that it knows of. */
  public long lastTerm() {
    return turns.isEmpty() ? plan.term() : turns.get(turns.size() - 1).term().term();
  }

  /** Whether the service has to be kept from returning by the rules of failback. */
  public boolean keepsFromReturning(Instant now) {
    return running() && (plan.held() || stays(now));
  }

  /** Whether the time that the other server is to serve is not over. */
  boolean stays(Instant now) {
    return turns.isEmpty()
        || now.isBefore(turns.get(0).seenAt().plus(plan.request().stay()));
  }

  Drill begun(Optional<String> move, Instant at) {
    return new Drill(id, plan, startedAt, move, Optional.of(at), turns, orders, end);
  }

  Drill with(Turn turn) {
    return new Drill(id, plan, startedAt, operation, begunAt, appended(turns, turn), orders, end);
  }

  Drill ordered(Instant at) {
    return new Drill(id, plan, startedAt, operation, begunAt, turns, appended(orders, at), end);
  }

  Drill ended(End how) {
    return new Drill(id, plan, startedAt, operation, begunAt, turns, orders, Optional.of(how));
  }

  private static <T> List<T> appended(List<T> before, T last) {
    var all = new ArrayList<>(before);
    all.add(last);
    return List.copyOf(all);
  }
}
