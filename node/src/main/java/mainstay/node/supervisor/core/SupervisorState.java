package mainstay.node.supervisor.core;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import mainstay.node.supervisor.core.SupervisorEvent.DrillBegun;
import mainstay.node.supervisor.core.SupervisorEvent.DrillFinished;
import mainstay.node.supervisor.core.SupervisorEvent.DrillStarted;
import mainstay.node.supervisor.core.SupervisorEvent.DrillTermSeen;
import mainstay.node.supervisor.core.SupervisorEvent.MoveFinished;
import mainstay.node.supervisor.core.SupervisorEvent.MoveStarted;
import mainstay.protocol.message.CborSerializable;
import mainstay.protocol.message.ClusterSupervisor.Operation;
import mainstay.protocol.model.ServiceName;

/**
 * Planned moves, the newest {@value #OPERATIONS}, and drills, the newest {@value #DRILLS}.
 *
 * @param moves by operation, oldest first
 * @param drills by id, oldest first
 */
public record SupervisorState(Map<String, Move> moves, Map<String, Drill> drills)
    implements CborSerializable {
  public static final int OPERATIONS = 200;
  public static final int DRILLS = 50;
  public static final SupervisorState EMPTY = new SupervisorState(Map.of(), Map.of());
  static final String RUNNING = "running";

  /** @param term of the server that hands over */
  public record Move(Operation operation, long term, String requestId) {
    boolean running() {
      return operation.state().equals(RUNNING);
    }
  }

  /** Snapshots that were made before there were drills have none. */
  public SupervisorState {
    drills = drills == null ? Map.of() : drills;
  }

  public SupervisorState apply(SupervisorEvent event) {
    if (event instanceof MoveStarted started) {
      var operation = new Operation(
          started.operation(),
          started.service(),
          started.from(),
          started.to(),
          RUNNING,
          started.why(),
          0,
          started.at());
      return with(new Move(operation, started.term(), started.requestId()))
          .withOrder(started.service(), started.at());
    }
    if (event instanceof MoveFinished finished) {
      var move = moves.get(finished.operation());
      if (move == null) {
        return this;
      }
      var was = move.operation();
      var operation = new Operation(
          was.id(),
          was.service(),
          was.from(),
          was.to(),
          finished.done() ? "done" : "failed",
          finished.detail(),
          finished.pauseMillis(),
          was.startedAt());
      return with(new Move(operation, move.term(), move.requestId()));
    }
    if (event instanceof DrillStarted started) {
      return with(Drill.started(started.drill(), started.plan(), started.at()));
    }
    if (event instanceof DrillBegun begun) {
      var state = changed(begun.drill(), drill -> drill.begun(begun.operation(), begun.at()));
      return begun.operation().isPresent()
          ? state
          : state.changed(begun.drill(), drill -> drill.ordered(begun.at()));
    }
    if (event instanceof DrillTermSeen seen) {
      return changed(seen.drill(), drill -> drill.with(new Drill.Turn(seen.term(), seen.at())));
    }
    if (event instanceof DrillFinished finished) {
      var end = new Drill.End(finished.passed(), finished.why(), finished.at());
      return changed(finished.drill(), drill -> drill.ended(end));
    }
    throw new IllegalStateException("unknown event of the supervisor: " + event);
  }

  private SupervisorState with(Move move) {
    return new SupervisorState(newest(moves, move.operation().id(), move, OPERATIONS), drills);
  }

  private SupervisorState with(Drill drill) {
    return new SupervisorState(moves, newest(drills, drill.id(), drill, DRILLS));
  }

  private SupervisorState changed(String drill, UnaryOperator<Drill> change) {
    return drill(drill).map(change).map(this::with).orElse(this);
  }

  private SupervisorState withOrder(ServiceName service, Instant at) {
    return runningDrill()
        .filter(drill -> drill.service().equals(service))
        .map(drill -> with(drill.ordered(at)))
        .orElse(this);
  }

  private static <T> Map<String, T> newest(Map<String, T> before, String id, T value, int limit) {
    var all = new LinkedHashMap<>(before);
    all.put(id, value);
    var oldest = all.keySet().iterator();
    while (all.size() > limit) {
      oldest.next();
      oldest.remove();
    }
    return Collections.unmodifiableMap(all);
  }

  public Optional<Move> running(ServiceName service) {
    return moves.values().stream()
        .filter(move -> move.running() && move.operation().service().equals(service))
        .findFirst();
  }

  public List<Move> running() {
    return moves.values().stream().filter(Move::running).toList();
  }

  public Optional<Operation> operation(String id) {
    return Optional.ofNullable(moves.get(id)).map(Move::operation);
  }

  public Optional<Operation> byRequest(String requestId) {
    return moves.values().stream()
        .filter(move -> move.requestId().equals(requestId))
        .map(Move::operation)
        .findFirst();
  }

  /** There is one at a time in the cluster. */
  public Optional<Drill> runningDrill() {
    return drills.values().stream().filter(Drill::running).findFirst();
  }

  public Optional<Drill> drill(String id) {
    return Optional.ofNullable(drills.get(id));
  }

  public Optional<Drill> drillByRequest(String requestId) {
    return drills.values().stream()
        .filter(drill -> drill.plan().requestId().equals(requestId))
        .findFirst();
  }

  /** Newest first. */
  public List<Drill> drills(ServiceName service, int limit) {
    var all = new ArrayList<>(drills.values());
    Collections.reverse(all);
    return all.stream()
        .filter(drill -> drill.service().equals(service))
        .limit(limit)
        .toList();
  }
}
