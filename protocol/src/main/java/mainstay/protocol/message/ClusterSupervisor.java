package mainstay.protocol.message;

import akka.actor.typed.ActorRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import mainstay.protocol.model.DrillKind;
import mainstay.protocol.model.Principal;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/** Protocol of the cluster's one head: planned moves, drills and the history of terms. */
public final class ClusterSupervisor {
  private ClusterSupervisor() {}

  /** All that the supervisor receives. */
  public interface Message {}

  public sealed interface Command extends Message, CborSerializable
      permits Switchover, GetOperation, GetTerms, StartDrill, GetDrill, GetDrills {}

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

  /**
   * What is rehearsed.
   *
   * @param to empty for the first of the other servers in the list that could serve; always empty for a crash
   * @param back whether it fails unless the server that served before serves again at its end
   * @param stay how long the other server serves
   * @param confirm the server that is to die; only for a crash
   */
  public record DrillRequest(
      ServiceName service,
      DrillKind kind,
      Optional<ServerId> to,
      boolean back,
      Duration stay,
      Optional<ServerId> confirm) {}

  /** @param requestId repeating it answers with the same drill */
  public record StartDrill(
      DrillRequest request, Principal principal, String requestId, ActorRef<DrillReply> replyTo)
      implements Command {}

  public record GetDrill(ServiceName service, String drill, ActorRef<DrillReply> replyTo)
      implements Command {}

  /** The newest {@code limit} drills of a service, newest first. */
  public record GetDrills(ServiceName service, int limit, ActorRef<DrillReports> replyTo)
      implements Command {}

  /** Either a report or a refusal. */
  public record DrillReply(Optional<DrillReport> report, Optional<ServiceReply.Rejected> refusal)
      implements CborSerializable {}

  public record DrillReports(List<DrillReport> items) implements CborSerializable {}

  /**
   * What a drill has shown so far. Figures that are not known (yet) are empty.
   *
   * @param state {@code running}, {@code passed} or {@code failed}
   * @param why one sentence
   * @param begunAt when the move was ordered or the process was told to die
   * @param before who served at its start
   * @param then who served next
   * @param detectionMillis from the begin until {@code then} began to take the term: after a crash until it was noticed
   *     and settled who follows, in a planned move until what ran was finished
   * @param takeoverMillis from there until {@code then} was active
   * @param longestGapMillis no server was active for longer than this: the longest time from an order to the active server
   *     that followed it
   * @param backAt when {@code before} was active again
   * @param terms of the service since the start, oldest first
   * @param limits one sentence each: what the figures do not say
   */
  public record DrillReport(
      String id,
      ServiceName service,
      DrillKind kind,
      String requestedBy,
      Instant startedAt,
      Optional<Instant> begunAt,
      String state,
      String why,
      ServerId before,
      long termBefore,
      Optional<ServerId> then,
      Optional<Long> detectionMillis,
      Optional<Long> takeoverMillis,
      Optional<Long> longestGapMillis,
      Optional<Instant> backAt,
      List<DrillTerm> terms,
      List<String> limits) {}

  /**
   * A term of the service that began during a drill.
   *
   * @param takenAt by the clock of the server that took it
   * @param activeAt by the same clock; empty if it was not seen to be active
   */
  public record DrillTerm(
      long term, ServerId server, Instant takenAt, Optional<Instant> activeAt, String why) {}
}
