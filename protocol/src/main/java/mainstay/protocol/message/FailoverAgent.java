package mainstay.protocol.message;

import akka.actor.typed.ActorRef;
import java.util.List;
import java.util.Optional;
import mainstay.protocol.model.ClockReading;
import mainstay.protocol.model.Fitness;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/** Protocol between the failover agents of the servers. Each agent receives {@link ClusterOverview.Message}. */
public final class FailoverAgent {
  /** Name of the agent's actor on every server, below {@code /user}. */
  public static final String NAME = "failover-agent";

  private FailoverAgent() {}

  /** What crosses the network to an agent. */
  public sealed interface Command extends ClusterOverview.Message, CborSerializable
      permits Report, HandOver, AskCrash, Crash {}

  /**
   * What a server says of itself, at every change and several times a second.
   *
   * @param leaving it is about to stop or in maintenance: it takes no service and hands over what it has
   * @param clock empty if the server runs an earlier version, which does not say it
   */
  public record Report(
      ServerId server,
      String incarnation,
      String version,
      Fitness fitness,
      boolean leaving,
      long configurationVersion,
      Optional<ClockReading> clock,
      List<ServiceHost.Report> services)
      implements Command {}

  /** The supervisor asks the active server to move a service. Refused if it does not hold {@code term}. */
  public record HandOver(
      String operation,
      ServiceName service,
      long term,
      ServerId to,
      String why,
      int rule,
      boolean held,
      ActorRef<HandOverResult> replyTo)
      implements Command {}

  /**
   * @param term the successor's term if done
   * @param pauseMillis from the last accepted request to the announcement of the successor
   */
  public record HandOverResult(
      String operation, boolean done, long term, long pauseMillis, String detail)
      implements CborSerializable {}

  /** The supervisor asks whether a drill may let this process die while it holds {@code term}. Nothing is done. */
  public record AskCrash(ServiceName service, long term, ActorRef<CrashAnswer> replyTo)
      implements Command {}

  /** @param refusal one sentence; empty if the process may be let die */
  public record CrashAnswer(Optional<String> refusal) implements CborSerializable {}

  /** The process dies at once, for a drill. Nothing is done if it does not hold {@code term} or its settings forbid it. */
  public record Crash(ServiceName service, long term, String why) implements Command {}
}
