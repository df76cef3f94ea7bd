package mainstay.node.failover;

import akka.Done;
import akka.actor.typed.ActorRef;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import mainstay.node.failover.core.Decision;
import mainstay.node.failover.core.ServiceDirectory;
import mainstay.node.failover.core.ServiceView;
import mainstay.protocol.message.ClusterOverview;
import mainstay.protocol.message.ServiceHost;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/** What other parts of the same server say to its failover agent. */
public final class AgentControl {
  private AgentControl() {}

  /** This server's copy of the configuration now names these services. */
  public record DirectoryChanged(ServiceDirectory directory) implements ClusterOverview.Message {}

  /** The cluster's supervisor runs on this server and wants every view from now on. */
  public record Watch(ActorRef<Views> watcher) implements ClusterOverview.Message {}

  /** What the rules say now of every service. */
  public record Views(List<View> services) {}

  /**
   * @param activeSince since when the active server accepts requests in its term, by its own clock; empty as long as it
   *     does not
   */
  public record View(ServiceView view, Decision decision, Optional<Instant> activeSince) {}

  /** Tells where a service is active now, for the router of this server. */
  public interface Locations {
    void active(
        ServiceName service,
        ServerId server,
        long term,
        long generation,
        ActorRef<ServiceHost.Message> host);

    void none(ServiceName service);

    /** This server's own host, for reads from its copy. */
    void local(ServiceName service, ActorRef<ServiceHost.Message> host);
  }

  /** The server stops: answered when it serves nothing any more, or nobody else can. */
  public record PrepareToLeave(ActorRef<Done> replyTo) implements ClusterOverview.Message {}
}
