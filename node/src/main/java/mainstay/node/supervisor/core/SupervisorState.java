package mainstay.node.supervisor.core;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mainstay.node.supervisor.core.SupervisorEvent.MoveFinished;
import mainstay.node.supervisor.core.SupervisorEvent.MoveStarted;
import mainstay.protocol.message.CborSerializable;
import mainstay.protocol.message.ClusterSupervisor.Operation;
import mainstay.protocol.model.ServiceName;

/**
 * Planned moves, the newest {@value #OPERATIONS}.
 *
 * @param moves by operation, oldest first
 */
public record SupervisorState(Map<String, Move> moves) implements CborSerializable {
  public static final int OPERATIONS = 200;
  public static final SupervisorState EMPTY = new SupervisorState(Map.of());
  static final String RUNNING = "running";

  /** @param term of the server that hands over */
  public record Move(Operation operation, long term, String requestId) {
    boolean running() {
      return operation.state().equals(RUNNING);
    }
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
      return new SupervisorState(
          with(started.operation(), new Move(operation, started.term(), started.requestId())));
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
      return new SupervisorState(
          with(was.id(), new Move(operation, move.term(), move.requestId())));
    }
    throw new IllegalStateException("unknown event of the supervisor: " + event);
  }

  private Map<String, Move> with(String operation, Move move) {
    var all = new LinkedHashMap<>(moves);
    all.put(operation, move);
    var oldest = all.keySet().iterator();
    while (all.size() > OPERATIONS) {
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
}
