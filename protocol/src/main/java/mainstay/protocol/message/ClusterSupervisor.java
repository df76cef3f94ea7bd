package mainstay.protocol.message;

import akka.actor.typed.ActorRef;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import mainstay.protocol.model.Principal;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/** Protocol of the cluster's one head: planned moves and the history of terms. */
public final class ClusterSupervisor {
  private ClusterSupervisor() {}

  /** All that the supervisor receives. */
  public interface Message {}

  public sealed interface Command extends Message, CborSerializable
      permits Switchover, GetOperation, GetTerms {}

  /**
   * Moves a service on request.
   *
   * @param to empty for the server that comes first in the list among the others that could serve
   * @param requestId repeating it answers with the same operation
   */
  public record Switchover(
      ServiceName service,
      Optional<ServerId> to,
      Principal principal,
      String requestId,
      ActorRef<OperationReply> replyTo)
      implements Command {}

  public record GetOperation(String operation, ActorRef<OperationReply> replyTo)
      implements Command {}

  /** The newest {@code limit} terms of a service, newest first. */
  public record GetTerms(ServiceName service, int limit, ActorRef<Terms> replyTo)
      implements Command {}

  /** Either an operation or a refusal. */
  public record OperationReply(
      Optional<Operation> operation, Optional<ServiceReply.Rejected> refusal)
      implements CborSerializable {}

  /**
   * A planned move.
   *
   * @param state {@code running}, {@code done} or {@code failed}
   * @param detail one sentence
   * @param pauseMillis how long the service accepted nothing; 0 while running
   */
  public record Operation(
      String id,
      ServiceName service,
      ServerId from,
      ServerId to,
      String state,
      String detail,
      long pauseMillis,
      Instant startedAt) {}

  public record Terms(List<Term> items) implements CborSerializable {}

  public record Term(long term, ServerId server, Instant at, String why) {}
}
