package mainstay.node.cluster;

import akka.actor.ActorSystem;
import akka.actor.Address;
import akka.cluster.Cluster;
import akka.management.cluster.bootstrap.ClusterBootstrapSettings;
import akka.management.cluster.bootstrap.JoinDecider;
import akka.management.cluster.bootstrap.JoinDecision;
import akka.management.cluster.bootstrap.JoinOtherSeedNodes;
import akka.management.cluster.bootstrap.JoinSelf;
import akka.management.cluster.bootstrap.KeepProbing;
import akka.management.cluster.bootstrap.SeedNodesInformation;
import akka.management.cluster.bootstrap.SeedNodesObservation;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import mainstay.node.failover.core.Company;
import mainstay.protocol.model.ServerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.Future;
import scala.concurrent.Promise;

/**
 * Forms the cluster in any order of starts, without the first server too: whoever finds a cluster joins it; otherwise,
 * when a majority of the voters answers and the picture has been stable for a moment, the first server of those that
 * answer begins, with a lease in the database, so that two halves that see different majorities cannot both begin.
 */
public final class MajorityJoinDecider implements JoinDecider {
  private static final Logger log = LoggerFactory.getLogger("mainstay.forming");

  private final ActorSystem system;
  private final List<Address> voters;
  private final List<Address> servers;
  private final List<ServerId> order;
  private final Map<ServerId, Address> addresses;
  private final ServerId self;
  private final Duration stable;
  private Set<Address> lastAnswering = Set.of();
  private Optional<ServerId> lastMissed = Optional.empty();
  private long unchangedSinceNanos = System.nanoTime();

  public MajorityJoinDecider(ActorSystem system, ClusterBootstrapSettings settings) {
    this.system = system;
    this.stable = settings.getContactPointDiscoveryStableMargin();
    this.voters = Addresses.ofVoters(system.settings().config(), system.name());
    this.servers = Addresses.ofServers(system.settings().config(), system.name());
    this.order = Addresses.order(system.settings().config());
    this.addresses = Addresses.byName(system.settings().config(), system.name());
    this.self = new ServerId(system.settings().config().getString("mainstay.server.name"));
  }

  @Override
  public synchronized Future<JoinDecision> decide(SeedNodesInformation info) {
    var own = Cluster.get(system).selfAddress();
    if (info.hasSeedNodes()) {
      var others = new HashSet<>(info.getAllSeedNodes());
      others.remove(own);
      if (!others.isEmpty()) {
        var missed = missed(info);
        if (missed.isPresent()) {
          if (!missed.equals(lastMissed)) {
            log.warn(
                "not joining the cluster of {}: there is no way to {}, which others hear; this server would be"
                    + " shut out again",
                others,
                missed.get());
          }
          lastMissed = missed;
          return KeepProbing.asCompletedFuture();
        }
        log.info("joining the cluster of {}", others);
        return new JoinOtherSeedNodes(others).asCompletedFuture();
      }
    }
    var answering = info.getSeedNodesObservations().stream()
        .map(SeedNodesObservation::sourceAddress)
        .filter(voters::contains)
        .collect(Collectors.toCollection(HashSet::new));
    answering.add(own);
    if (!answering.equals(lastAnswering)) {
      lastAnswering = answering;
      unchangedSinceNanos = System.nanoTime();
      log.info(
          "{} of {} voters answer and none is in a cluster; a majority is needed to form one;"
              + " no answer at the management port from {}",
          answering.size(),
          voters.size(),
          voters.stream()
              .filter(voter -> !answering.contains(voter))
              .map(Address::hostPort)
              .toList());
    }
    boolean majority = answering.size() * 2 > voters.size();
    boolean settled = System.nanoTime() - unchangedSinceNanos >= stable.toNanos();
    boolean first = servers.stream()
        .filter(answering::contains)
        .findFirst()
        .filter(own::equals)
        .isPresent();
    return majority && settled && first ? form(own) : KeepProbing.asCompletedFuture();
  }

  /**
   * One of those that go on together to which this server has no way: neither does its management port answer, nor is there
   * a way for datagrams in both directions. Where there is one, this server would be downed as soon as it had joined.
   */
  private Optional<ServerId> missed(SeedNodesInformation info) {
    var hearing = LatestHearing.get(system).now();
    var company = Company.of(order, hearing.hears().keySet(), hearing);
    if (company.isEmpty() || company.contains(self)) {
      return Optional.empty();
    }
    var answering = info.getSeedNodesObservations().stream()
        .map(SeedNodesObservation::sourceAddress)
        .collect(Collectors.toSet());
    return company.stream()
        .filter(server -> !hearing.both(self, server))
        .filter(server -> !answering.contains(addresses.get(server)))
        .findFirst();
  }

  private Future<JoinDecision> form(Address self) {
    Promise<JoinDecision> decision = scala.concurrent.Promise$.MODULE$.apply();
    ClusterLeaseActor.ofCluster(system, self.hostPort())
        .acquire()
        .whenComplete((granted, failure) -> {
          if (Boolean.TRUE.equals(granted)) {
            log.info("forming a new cluster: this is the first of the servers that answer");
            decision.success(JoinSelf.getInstance());
          } else {
            log.info(
                "not forming a cluster: another server holds the lease for it{}",
                failure == null ? "" : ", or it could not be asked for: " + failure.getMessage());
            decision.success(KeepProbing.getInstance());
          }
        });
    return decision.future();
  }
}
