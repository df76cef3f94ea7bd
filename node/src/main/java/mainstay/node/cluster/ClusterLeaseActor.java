package mainstay.node.cluster;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.typed.Cluster;
import akka.coordination.lease.javadsl.Lease;
import akka.coordination.lease.javadsl.LeaseProvider;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import mainstay.node.cluster.core.ClusterClaim;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One for the whole cluster. It has, or tries to get, the lease without which nobody forms a cluster, so that no second one
 * comes into being while this one lives; and where another cluster has it all the same, this one ends.
 */
public final class ClusterLeaseActor extends AbstractBehavior<ClusterLeaseActor.Message> {
  private static final Logger log = LoggerFactory.getLogger("mainstay.forming");
  private static final String NAME = "mainstay-forming";
  private static final String SECTION = "mainstay.jdbc-lease";

  /** What it receives, from itself alone. */
  public sealed interface Message {}

  private record Look() implements Message {}

  private record Acquired(boolean granted, Throwable failure) implements Message {}

  private record Owner(Optional<String> name, Throwable failure) implements Message {}

  /**
   * What it works with.
   *
   * @param owner who has a lease
   * @param members of this cluster, as owners of leases are named
   * @param interval between two looks
   * @param patience with a stranger that has the lease
   * @param endOfRun ends this server's membership; it returns as a new incarnation
   */
  public record Environment(
      Lease lease,
      Function<String, CompletionStage<Optional<String>>> owner,
      Supplier<Set<String>> members,
      Duration interval,
      Duration patience,
      Runnable endOfRun) {
    /** @param owner as of {@link mainstay.persistence.lease.LeaseTable} */
    public static Environment of(
        ActorSystem<?> system,
        Function<String, CompletionStage<Optional<String>>> owner,
        Runnable endOfRun) {
      var section = system.settings().config().getConfig(SECTION);
      var cluster = Cluster.get(system);
      return new Environment(
          ofCluster(system.classicSystem(), cluster.selfMember().address().hostPort()),
          owner,
          () -> StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
              .map(member -> member.address().hostPort())
              .collect(Collectors.toSet()),
          section.getDuration("heartbeat-interval"),
          section.getDuration("heartbeat-timeout").multipliedBy(2),
          endOfRun);
    }
  }

  private final Environment environment;
  private final ClusterClaim claim;
  private boolean asking;

  private ClusterLeaseActor(
      ActorContext<Message> context, TimerScheduler<Message> timers, Environment environment) {
    super(context);
    this.environment = environment;
    this.claim = new ClusterClaim(environment.patience());
    timers.startTimerWithFixedDelay(new Look(), Duration.ZERO, environment.interval());
  }

  public static Behavior<Message> create(Environment environment) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> new ClusterLeaseActor(context, timers, environment)));
  }

  /** The same object whenever this server asks for it. */
  static Lease ofCluster(akka.actor.ActorSystem system, String owner) {
    return LeaseProvider.get(system).getLease(NAME, SECTION, owner);
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder()
        .onMessage(Look.class, look -> {
          if (!asking && !environment.lease().checkLease()) {
            asking = true;
            getContext()
                .pipeToSelf(
                    environment.lease().acquire(),
                    (granted, failure) -> new Acquired(Boolean.TRUE.equals(granted), failure));
          }
          return this;
        })
        .onMessage(Acquired.class, this::onAcquired)
        .onMessage(Owner.class, this::onOwner)
        .onSignal(PostStop.class, stop -> {
          environment.lease().release();
          return this;
        })
        .build();
  }

  private Behavior<Message> onAcquired(Acquired acquired) {
    asking = false;
    if (acquired.granted()) {
      claim.held();
      log.info("this cluster has the lease for forming one");
    } else if (acquired.failure() == null) {
      getContext().pipeToSelf(environment.owner().apply(NAME), Owner::new);
    }
    return this;
  }

  private Behavior<Message> onOwner(Owner owner) {
    if (owner.failure() == null
        && claim.isLost(owner.name(), environment.members().get(), System.nanoTime())) {
      log.warn(
          "another cluster has formed: {} has the lease for it and is no member of this one, which ends",
          owner.name().orElseThrow());
      environment.endOfRun().run();
    }
    return this;
  }
}
