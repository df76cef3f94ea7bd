package mainstay.node.supervisor.core;

import mainstay.protocol.message.ClusterSupervisor.DrillRequest;
import mainstay.protocol.model.DrillKind;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/**
 * A drill that is allowed.
 *
 * @param before who serves now
 * @param to who is to serve next
 * @param term of {@code before}
 * @param held whether an operator had moved the service to {@code before}, so that it has to be held there again; never
 *     for a crash, which ends the hold
 * @param requestedBy name of the operator
 */
public record DrillPlan(
    DrillRequest request,
    ServerId before,
    ServerId to,
    long term,
    boolean held,
    String requestId,
    String requestedBy) {

  public ServiceName service() {
    return request.service();
  }

  boolean crash() {
    return request.kind() == DrillKind.CRASH;
  }

  /** Whether it is over only when {@code before} serves again, and not where the rules let the service stay. */
  boolean mustReturn() {
    return request.back() || held;
  }
}
