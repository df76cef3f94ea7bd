package mainstay.node.supervisor.core;

import java.time.Instant;
import java.util.Optional;
import mainstay.protocol.message.CborSerializable;
import mainstay.protocol.message.ClusterSupervisor.DrillTerm;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/** What the cluster's supervisor remembers. */
public sealed interface SupervisorEvent extends CborSerializable {
  /**
   * A planned move has begun.
   *
   * @param requestId of the operator's request; empty if the rules asked for it
   * @param requestedBy name of the operator; empty if the rules asked for it
   */
  record MoveStarted(
      String operation,
      ServiceName service,
      ServerId from,
      ServerId to,
      long term,
      String why,
      String requestId,
      String requestedBy,
      Instant at)
      implements SupervisorEvent {}

  record MoveFinished(String operation, boolean done, String detail, long pauseMillis, Instant at)
      implements SupervisorEvent {}

  record DrillStarted(String drill, DrillPlan plan, Instant at) implements SupervisorEvent {}

  /**
   * The move has been ordered, or the process is told to die as soon as this is stored.
   *
   * @param operation the move; empty for a crash
   */
  record DrillBegun(String drill, Optional<String> operation, Instant at)
      implements SupervisorEvent {}

  /** Another term of the service has begun. */
  record DrillTermSeen(String drill, DrillTerm term, Instant at) implements SupervisorEvent {}

  record DrillFinished(String drill, boolean passed, String why, Instant at)
      implements SupervisorEvent {}
}
