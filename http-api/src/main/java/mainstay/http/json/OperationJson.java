package mainstay.http.json;

import java.time.Instant;
import mainstay.protocol.message.ClusterSupervisor;

/**
 * A planned move of a service.
 *
 * @param state {@code running}, {@code done} or {@code failed}
 * @param pauseMillis how long the service accepted nothing; 0 while running
 */
public record OperationJson(
    String operation,
    String service,
    String from,
    String to,
    String state,
    String detail,
    long pauseMillis,
    Instant startedAt) {
  public static OperationJson of(ClusterSupervisor.Operation operation) {
    return new OperationJson(
        operation.id(),
        operation.service().value(),
        operation.from().value(),
        operation.to().value(),
        operation.state(),
        operation.detail(),
        operation.pauseMillis(),
        operation.startedAt());
  }
}
