package mainstay.node;

import akka.actor.AbstractExtensionId;
import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import mainstay.http.Readiness;
import mainstay.protocol.message.ClusterStatus;
import mainstay.protocol.model.ServiceName;

/** Whether this server can take requests: the same answer for load balancers and for Akka Management. */
public final class ServerReadiness implements Extension {
  private static final int LOADING = 2;

  private volatile Readiness readiness = Readiness.notReady("the server is starting");

  private ServerReadiness() {}

  public static ServerReadiness get(ActorSystem system) {
    return Id.INSTANCE.get(system);
  }

  public Readiness now() {
    return readiness;
  }

  /** Of a witness, which takes no requests. */
  void witness(boolean member) {
    readiness =
        member ? Readiness.READY : Readiness.notReady("the witness is not in the cluster yet");
  }

  void update(ClusterStatus status) {
    readiness = judge(status);
  }

  /** Requests reach an active server through any server that is in the cluster, has its copy and sees who is active. */
  static Readiness judge(ClusterStatus status) {
    var own = status.servers().stream()
        .filter(server -> server.name().equals(status.reportedBy()))
        .findFirst();
    if (own.isEmpty() || !own.get().status().equals("up")) {
      return Readiness.notReady(
          status.reportedBy() + " is not in the cluster yet: " + status.quorum().why());
    }
    if (own.get().synchronisationMode() == LOADING) {
      return Readiness.notReady(status.reportedBy() + " is loading its copy of the configuration");
    }
    return status
        .service(ServiceName.CONFIGURATION)
        .filter(service -> service.state().equals("active"))
        .map(active -> Readiness.READY)
        .orElseGet(
            () -> Readiness.notReady("nobody is active for service " + ServiceName.CONFIGURATION));
  }

  private static final class Id extends AbstractExtensionId<ServerReadiness> {
    private static final Id INSTANCE = new Id();

    @Override
    public ServerReadiness createExtension(ExtendedActorSystem system) {
      return new ServerReadiness();
    }
  }
}
