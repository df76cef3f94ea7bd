package mainstay.node.cluster;

import akka.actor.AbstractActorWithTimers;
import akka.actor.ActorSystem;
import akka.actor.Address;
import akka.actor.Props;
import akka.cluster.Cluster;
import akka.cluster.ClusterEvent;
import akka.cluster.DowningProvider;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.UniqueAddress;
import akka.cluster.sbr.SplitBrainResolverProvider;
import akka.coordination.lease.javadsl.Lease;
import akka.coordination.lease.javadsl.LeaseProvider;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mainstay.node.failover.ClusterRoles;
import mainstay.node.failover.core.Company;
import mainstay.node.failover.core.Hearing;
import mainstay.node.failover.core.QuorumMode;
import mainstay.node.failover.core.Right;
import mainstay.protocol.model.ServerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;
import scala.concurrent.duration.FiniteDuration;
import scala.jdk.javaapi.OptionConverters;

/**
 * Akka's split brain resolver, and beside it two short ways. A crashed member, by proof, is downed at once if the rest is a
 * majority of the voters, or gets the lease where there is one. And where voters cannot reach each other though others hear
 * them all, those outside of the {@link Company} are downed; the resolver would down both ends of the cut. Everything else
 * goes the resolver's way.
 */
public final class FastDowningProvider extends DowningProvider {
  private final SplitBrainResolverProvider resolver;

  public FastDowningProvider(ActorSystem system) {
    this.resolver = new SplitBrainResolverProvider(system);
  }

  @Override
  public FiniteDuration downRemovalMargin() {
    return resolver.downRemovalMargin();
  }

  @Override
  public Option<Props> downingActorProps() {
    var stock = OptionConverters.toJava(resolver.downingActorProps()).orElseThrow();
    return Option.apply(Props.create(FastDowning.class, () -> new FastDowning(stock))
        .withDispatcher(stock.dispatcher()));
  }

  /** Published on the system's event stream by the crash watch. */
  record Crashed(Address address) {}

  /** Published on the system's event stream by the crash watch. */
  record Alive(Address address) {}

  private record LeaseAnswered(boolean granted, Throwable failure) {}

  private enum Timeout {
    RELEASE_LEASE,
    LEFT_OUT
  }

  private static final class FastDowning extends AbstractActorWithTimers {
    private static final Logger log = LoggerFactory.getLogger("mainstay.failover");
    private static final String RESOLVER = "akka.cluster.split-brain-resolver";
    private static final String LEASE_SECTION = RESOLVER + ".lease-majority";
    /** A server that has lost its databases by the same cut knows it by then; and the resolver waits for longer. */
    private static final Duration LEFT_OUT_AFTER = Duration.ofMillis(700);

    private final Props stock;
    private final boolean hasLease = QuorumMode.of(
            getContext().getSystem().settings().config().getString(RESOLVER + ".active-strategy"))
        == QuorumMode.LEASE_MAJORITY;
    private final Cluster cluster = Cluster.get(getContext().getSystem());
    private final Map<UniqueAddress, Member> members = new HashMap<>();
    private final Set<UniqueAddress> unreachable = new HashSet<>();
    private final Set<UniqueAddress> crashed = new HashSet<>();
    private final List<ServerId> order =
        Addresses.order(getContext().getSystem().settings().config());
    private Hearing hearing = Hearing.NOTHING;
    private boolean asking;
    private boolean leased;

    FastDowning(Props stock) {
      this.stock = stock;
    }

    @Override
    public void preStart() {
      getContext().actorOf(stock, "resolver");
      cluster.subscribe(
          getSelf(),
          ClusterEvent.initialStateAsEvents(),
          ClusterEvent.MemberEvent.class,
          ClusterEvent.ReachabilityEvent.class);
      getContext().getSystem().getEventStream().subscribe(getSelf(), Crashed.class);
      getContext().getSystem().getEventStream().subscribe(getSelf(), Alive.class);
      getContext().getSystem().getEventStream().subscribe(getSelf(), Hearing.class);
    }

    @Override
    public void postStop() {
      cluster.unsubscribe(getSelf());
      getContext().getSystem().getEventStream().unsubscribe(getSelf());
    }

    @Override
    public Receive createReceive() {
      return receiveBuilder()
          .match(Crashed.class, event -> {
            // Those that are members now: one that joins at this address later is another process.
            members.keySet().stream()
                .filter(member -> member.address().equals(event.address()))
                .forEach(crashed::add);
            downCrashed();
          })
          .match(Alive.class, event -> {
            crashed.removeIf(member -> member.address().equals(event.address()));
            releaseWhenQuiet();
          })
          .match(ClusterEvent.MemberRemoved.class, event -> {
            members.remove(event.member().uniqueAddress());
            crashed.remove(event.member().uniqueAddress());
            unreachable.remove(event.member().uniqueAddress());
            releaseWhenQuiet();
          })
          .match(
              ClusterEvent.MemberEvent.class,
              event -> members.put(event.member().uniqueAddress(), event.member()))
          .match(ClusterEvent.UnreachableMember.class, event -> {
            unreachable.add(event.member().uniqueAddress());
            getTimers().cancel(Timeout.RELEASE_LEASE);
            lookForLeftOutLater();
          })
          .match(Hearing.class, event -> {
            hearing = event;
            lookForLeftOutLater();
          })
          .matchEquals(Timeout.LEFT_OUT, event -> downLeftOut())
          .match(ClusterEvent.ReachableMember.class, event -> {
            unreachable.remove(event.member().uniqueAddress());
            releaseWhenQuiet();
          })
          .match(LeaseAnswered.class, this::onLeaseAnswered)
          .matchEquals(Timeout.RELEASE_LEASE, event -> release())
          .build();
    }

    private void lookForLeftOutLater() {
      if (!unreachable.isEmpty() && !getTimers().isTimerActive(Timeout.LEFT_OUT)) {
        getTimers().startSingleTimer(Timeout.LEFT_OUT, Timeout.LEFT_OUT, LEFT_OUT_AFTER);
      }
    }

    private void downLeftOut() {
      if (unreachable.isEmpty() || !counts(cluster.selfMember())) {
        return;
      }
      var voters = new HashMap<ServerId, Member>();
      members.values().stream()
          .filter(FastDowning::counts)
          .forEach(member -> ClusterRoles.serverOf(member.getRoles())
              .ifPresent(server -> voters.put(server, member)));
      var company = Company.of(order, voters.keySet(), hearing);
      var self = ClusterRoles.serverOf(cluster.selfMember().getRoles());
      if (self.filter(company::contains).isEmpty()) {
        return;
      }
      for (var server : Company.leftOut(company, voters.keySet(), hearing)) {
        var member = voters.get(server);
        if (unreachable.contains(member.uniqueAddress())) {
          log.info(
              "downing {}: it is there, but {} hear each other and not all of them hear it and are heard",
              member.address(),
              company);
          cluster.down(member.address());
        }
      }
    }

    private void downCrashed() {
      var targets = members.values().stream()
          .filter(member -> crashed.contains(member.uniqueAddress()) && counts(member))
          .toList();
      if (targets.isEmpty()) {
        return;
      }
      var voters = members.values().stream()
          .filter(member -> counts(member) && member.getRoles().contains(ClusterRoles.VOTER))
          .toList();
      int reachable = (int) voters.stream()
          .filter(member -> !crashed.contains(member.uniqueAddress())
              && !unreachable.contains(member.uniqueAddress()))
          .count();
      var right = Right.of(counts(cluster.selfMember()), voters.size(), reachable);
      if (right.mayAct()) {
        targets.forEach(this::down);
      } else if (!hasLease) {
        log.info("{}, so the split brain resolver decides", right.why());
      } else if (counts(cluster.selfMember()) && !asking) {
        askForLease();
      }
    }

    private static boolean counts(Member member) {
      return member.status() == MemberStatus.up() || member.status() == MemberStatus.leaving();
    }

    private void down(Member member) {
      log.info("downing {} at once: its process is proven to be gone", member.address());
      cluster.down(member.address());
    }

    private void askForLease() {
      asking = true;
      getTimers().cancel(Timeout.RELEASE_LEASE);
      var self = getSelf();
      lease()
          .acquire()
          .whenComplete((granted, failure) ->
              self.tell(new LeaseAnswered(Boolean.TRUE.equals(granted), failure), self));
    }

    /** The resolver's own lease, the very same instance, so that both speak with one voice. */
    private Lease lease() {
      var system = getContext().getSystem();
      var configured = system.settings().config().getString(LEASE_SECTION + ".lease-name");
      var name = configured.isEmpty() ? system.name() + "-akka-sbr" : configured;
      return LeaseProvider.get(system)
          .getLease(
              name,
              system.settings().config().getString(LEASE_SECTION + ".lease-implementation"),
              cluster.selfAddress().hostPort());
    }

    /**
     * The resolver gives back only what it acquired itself. A lease that was kept would refuse the next majority that
     * asks for it from another server, and that majority would down itself.
     */
    private void releaseWhenQuiet() {
      boolean quiet = unreachable.isEmpty()
          && members.values().stream()
              .noneMatch(member -> crashed.contains(member.uniqueAddress()));
      if (leased && !asking && quiet && !getTimers().isTimerActive(Timeout.RELEASE_LEASE)) {
        var after = getContext()
            .getSystem()
            .settings()
            .config()
            .getDuration(LEASE_SECTION + ".release-after");
        getTimers().startSingleTimer(Timeout.RELEASE_LEASE, Timeout.RELEASE_LEASE, after);
      }
    }

    private void release() {
      leased = false;
      lease().release().whenComplete((done, failure) -> {
        if (failure != null) {
          log.warn("the lease was not given back and runs out by itself: {}", failure.toString());
        }
      });
    }

    private void onLeaseAnswered(LeaseAnswered answer) {
      asking = false;
      if (answer.granted()) {
        leased = true;
        members.values().stream()
            .filter(member -> crashed.contains(member.uniqueAddress()) && counts(member))
            .toList()
            .forEach(this::down);
      } else {
        log.info(
            "the lease was not granted, so the split brain resolver decides{}",
            answer.failure() == null ? "" : ": " + answer.failure());
      }
      releaseWhenQuiet();
    }
  }
}
