package mainstay.http;

import akka.actor.typed.ActorRef;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.util.function.Supplier;
import mainstay.protocol.message.ClusterOverview;
import mainstay.protocol.message.ClusterSupervisor;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.message.ServiceRouter;
import mainstay.protocol.query.SampleHistory;

/**
 * What the API needs from inside the server. Events come from the event stream of the actor system.
 *
 * @param router of this node
 * @param overview failover agent of this node
 * @param supervisor proxy of the cluster's one head
 * @param databases proxy of those that coordinate the databases
 * @param readiness asked at every {@code GET /ready}; must answer at once
 * @param metrics into which all modules register their own
 * @param clock for intervals that end now
 */
public record HttpApiPorts(
    ActorRef<ServiceRouter.Command> router,
    ActorRef<ClusterOverview.Message> overview,
    ActorRef<ClusterSupervisor.Command> supervisor,
    ActorRef<DatabaseAdmin.Command> databases,
    SampleHistory samples,
    Supplier<Readiness> readiness,
    PrometheusMeterRegistry metrics,
    Clock clock) {}
