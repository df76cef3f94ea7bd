package mainstay.node.supervisor.core;

import java.time.Instant;
import mainstay.protocol.message.CborSerializable;
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
}
