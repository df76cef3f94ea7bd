package mainstay.node.host;

import akka.actor.typed.ActorRef;
import mainstay.protocol.message.ClusterOverview;
import mainstay.protocol.message.FailoverAgent;
import mainstay.protocol.message.ServiceHost;
import mainstay.protocol.message.ServiceRequest;
import mainstay.protocol.message.ServiceRouter;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/** What the failover agent and the hosts of one server say to each other. Never leaves the server. */
public final class HostControl {
  private HostControl() {}

  /** The databases have agreed to the term: serve in it. */
  public record Activate(Activation activation, String why, int rule, boolean held)
      implements ServiceHost.Message {}

  /** Nothing may be accepted or acknowledged until {@link Resume}: this server's side has lost the right to act. */
  public record Suspend(String why) implements ServiceHost.Message {}

  /** The right is back: prove the term and go on, or step down. */
  public record Resume() implements ServiceHost.Message {}

  /** Another server holds {@code term}; a host that holds an older one steps down. */
  public record ActiveServer(ServerId server, long term, ActorRef<ServiceHost.Message> host)
      implements ServiceHost.Message {}

  /** The server that this host followed has gone and nobody has taken over yet. */
  public record ActiveGone() implements ServiceHost.Message {}

  /** The supervisor's order, with the successor's host. */
  public record MoveTo(FailoverAgent.HandOver order, ActorRef<ServiceHost.Message> successor)
      implements ServiceHost.Message {}

  /** Answer of the agent to {@link TakeTerm}, unless it has activated the host instead. */
  public record TermRefused(String detail) implements ServiceHost.Message {}

  /** A read that may be answered from this server's copy. */
  public record ReadLocally(ServiceRequest.Read request, ActorRef<ServiceRouter.Answer> replyTo)
      implements ServiceHost.Message {}

  /** At every change of a host, and as the answer to nothing else. */
  public record HostReport(ServiceHost.Report report) implements ClusterOverview.Message {}

  /** A drained predecessor hands over: take the next term after {@code expectedTerm} for this server. */
  public record TakeTerm(ServiceName service, long expectedTerm, String why, int rule, boolean held)
      implements ClusterOverview.Message {}

  /** The database holds a newer term than this host. */
  public record Superseded(Activation newer) implements ClusterOverview.Message {}
}
