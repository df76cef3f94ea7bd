package mainstay.node.failover.core;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import mainstay.protocol.message.FailoverAgent;
import mainstay.protocol.message.ServiceHost;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.DurationText;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/**
 * What one server knows of the cluster: members, the last report of each, the highest terms. Time is an argument, in
 * nanoseconds of a monotonic clock.
 */
public final class Knowledge {
  private final ServerId self;
  private final Patience patience;
  private final Duration failbackSettle;

  private final Map<ServerId, Member> members = new TreeMap<>();
  private final Map<ServerId, Long> memberSince = new HashMap<>();
  private final Map<ServerId, FailoverAgent.Report> reports = new HashMap<>();
  private final Map<ServerId, Long> heardAt = new HashMap<>();
  private final Map<ServiceName, Map<ServerId, Long>> synchronisedSince = new HashMap<>();
  private final Map<ServiceName, Long> lastTerms = new HashMap<>();
  private final Map<ServiceName, ServerId> lastActive = new HashMap<>();
  private final Map<ServiceName, Claim> claims = new HashMap<>();
  private final Map<ServiceName, UnfitMemory> unfit = new HashMap<>();
  private Optional<Long> upSince = Optional.empty();
  private Set<ServerId> company = Set.of();

  /**
   * How long this server waits for others before it does without them.
   *
   * @param forming after this server's start a service that nobody has served yet waits for servers that come earlier in
   *     its list
   * @param report a member that can be reached may take so long to report for the first time: until then it is not known
   *     whether it serves
   * @param claim a server that has taken a term in the databases may take so long to say so
   * @param silence whoever was silent for longer is not counted by a server that takes over from one that it cannot reach
   */
  public record Patience(Duration forming, Duration report, Duration claim, Duration silence) {}

  /** A term was taken by a server that has not reported it yet. */
  private record Claim(ServerId server, long until) {}

  /** @param failbackSettle how long a server must have been synchronised before a service returns to it */
  public Knowledge(ServerId self, Patience patience, Duration failbackSettle) {
    this.self = self;
    this.patience = patience;
    this.failbackSettle = failbackSettle;
  }

  public void member(Member member, long now) {
    var before = members.put(member.server(), member);
    if (before == null || !before.incarnation().equals(member.incarnation())) {
      forget(member.server());
      memberSince.put(member.server(), now);
    }
    if (member.server().equals(self) && member.counts() && upSince.isEmpty()) {
      upSince = Optional.of(now);
    }
  }

  /** @param company as {@link Company} says; empty where nothing is decided */
  public void company(Set<ServerId> company) {
    this.company = Set.copyOf(company);
  }

  public void gone(ServerId server, String incarnation) {
    var member = members.get(server);
    if (member != null && member.incarnation().equals(incarnation)) {
      members.remove(server);
      memberSince.remove(server);
      forget(server);
    }
  }

  private void forget(ServerId server) {
    reports.remove(server);
    heardAt.remove(server);
    synchronisedSince.values().forEach(since -> since.remove(server));
  }

  /** @return whether it was of a current member and so was taken */
  public boolean reported(FailoverAgent.Report report, long now) {
    var member = members.get(report.server());
    if (member == null || !member.incarnation().equals(report.incarnation())) {
      return false;
    }
    reports.put(report.server(), report);
    heardAt.put(report.server(), now);
    for (var service : report.services()) {
      var since = synchronisedSince.computeIfAbsent(service.service(), name -> new HashMap<>());
      if (service.synchronisationMode() == 0) {
        since.putIfAbsent(report.server(), now);
      } else {
        since.remove(report.server());
      }
      if (service.holdsTerm() && service.term() >= lastTerm(service.service())) {
        lastTerms.put(service.service(), service.term());
        lastActive.put(service.service(), report.server());
        claims.remove(service.service());
      }
    }
    return true;
  }

  /** The databases say that this is the newest term. */
  public void stored(Activation activation, long now) {
    if (activation.term() > lastTerm(activation.service())) {
      lastTerms.put(activation.service(), activation.term());
      claims.put(
          activation.service(),
          new Claim(activation.server(), now + patience.claim().toNanos()));
    }
  }

  /**
   * What is left when these servers have died and the others have downed them: they are no members any more. This
   * knowledge does not change.
   *
   * @param viewer who sees it so, one of those that are left
   */
  public Knowledge without(Set<ServerId> dead, ServerId viewer) {
    var left = new Knowledge(viewer, patience, failbackSettle);
    left.members.putAll(members);
    left.memberSince.putAll(memberSince);
    left.reports.putAll(reports);
    left.heardAt.putAll(heardAt);
    synchronisedSince.forEach(
        (service, since) -> left.synchronisedSince.put(service, new HashMap<>(since)));
    left.lastTerms.putAll(lastTerms);
    left.lastActive.putAll(lastActive);
    left.claims.putAll(claims);
    unfit.forEach((service, memory) -> left.unfit.put(service, memory.copy()));
    left.upSince = upSince;
    left.company = company;
    dead.stream()
        .flatMap(server -> member(server).stream())
        .forEach(member -> left.gone(member.server(), member.incarnation()));
    return left;
  }

  public long lastTerm(ServiceName service) {
    return lastTerms.getOrDefault(service, 0L);
  }

  public Optional<Member> member(ServerId server) {
    return Optional.ofNullable(members.get(server));
  }

  public Map<ServerId, Member> members() {
    return members;
  }

  public Set<ServerId> counting() {
    return members.values().stream()
        .filter(Member::counts)
        .map(Member::server)
        .collect(Collectors.toSet());
  }

  /** The last report of a server that is a reachable member. */
  public Optional<FailoverAgent.Report> report(ServerId server) {
    return registered(server) ? Optional.of(reports.get(server)) : Optional.empty();
  }

  /** The last reports of all servers that are reachable members. */
  public List<FailoverAgent.Report> reports() {
    return members.keySet().stream().flatMap(server -> report(server).stream()).toList();
  }

  public Optional<ServiceHost.Report> report(ServerId server, ServiceName service) {
    return report(server)
        .flatMap(report -> report.services().stream()
            .filter(one -> one.service().equals(service))
            .findFirst());
  }

  /**
   * Only a full member takes a term. So one that holds the newest is a full member, even while the gossip that says so is
   * still on its way here.
   */
  private boolean registered(ServerId server) {
    var member = members.get(server);
    return member != null
        && member.reachable()
        && reports.containsKey(server)
        && (member.counts() || (member.joining() && holdsNewestTerm(reports.get(server))));
  }

  private boolean holdsNewestTerm(FailoverAgent.Report report) {
    return report.services().stream()
        .anyMatch(service -> service.holdsTerm() && service.term() >= lastTerm(service.service()));
  }

  public Right right() {
    var own = members.get(self);
    int voters = (int) members.values().stream().filter(Member::counts).count();
    int reachable =
        (int) members.values().stream().filter(m -> m.counts() && m.reachable()).count();
    return Right.of(own != null && own.counts(), voters, reachable);
  }

  /**
   * The right to take over. A server that is cut off from all others misses one of them first, and would think itself in
   * the majority with the rest until it misses those too. So while it cannot reach a voter that counts, it counts only
   * those that have spoken lately. And while others hear the one that it cannot reach, the {@link Company} decides.
   */
  private Right rightToTake(long now) {
    var right = right();
    if (right.mayAct()
        && right.reachable() < right.voters()
        && !company.isEmpty()
        && !company.contains(self)) {
      return new Right(
          right.voters(),
          right.reachable(),
          false,
          right.why() + ", but " + new TreeSet<>(company) + " hear each other and go on together");
    }
    var silent = members.values().stream()
        .filter(member -> member.counts() && member.reachable())
        .map(Member::server)
        .filter(server -> !server.equals(self) && !heardLately(server, now))
        .toList();
    int heard = right.reachable() - silent.size();
    return !right.mayAct() || right.reachable() == right.voters() || heard * 2 > right.voters()
        ? right
        : new Right(
            right.voters(),
            heard,
            false,
            right.why() + ", but has not heard from " + silent + " for "
                + DurationText.format(patience.silence()));
  }

  private boolean heardLately(ServerId server, long now) {
    var at = heardAt.get(server);
    return at != null && now - at <= patience.silence().toNanos();
  }

  /** The registered server that holds the newest term of a service. */
  public Optional<ServiceHost.Report> active(ServiceName service) {
    return members.keySet().stream()
        .flatMap(server -> report(server, service).stream())
        .filter(report -> report.holdsTerm() && report.term() >= lastTerm(service))
        .max(Comparator.comparingLong(ServiceHost.Report::term));
  }

  public Optional<ServerId> activeServer(ServiceName service) {
    return members.keySet().stream()
        .filter(server -> report(server, service)
            .filter(report -> report.holdsTerm() && report.term() >= lastTerm(service))
            .isPresent())
        .findFirst();
  }

  public ServiceView view(ServiceName service, ServiceDirectory directory, long now) {
    var settings = directory.services().get(service);
    var reporting = active(service);
    var active = activeServer(service).or(() -> claimant(service, now));
    var unheard = unheard(now);
    if (reporting.isEmpty()) {
      active.ifPresent(unheard::add);
    }
    var list = settings.serverList();
    var sayFit = new TreeMap<ServerId, Boolean>();
    list.servers()
        .forEach(server -> report(server)
            .ifPresent(report -> sayFit.put(server, report.fitness().fit())));
    var fits = unfit
        .computeIfAbsent(service, name -> new UnfitMemory())
        .countAsFit(sayFit, Optional.ofNullable(lastActive.get(service)));

    var servers = new TreeMap<ServerId, ServerState>();
    for (var server : list.servers()) {
      servers.put(server, state(server, service, active, fits.contains(server), now));
    }
    active.ifPresent(
        server -> servers.computeIfAbsent(server, s -> state(s, service, active, true, now)));
    boolean neverServed = lastActive.get(service) == null;
    boolean justFormed =
        upSince.filter(since -> now - since < patience.forming().toNanos()).isPresent();
    return new ServiceView(
        service,
        list,
        settings.policy(),
        failbackSettle,
        self,
        rightToTake(now),
        active,
        reporting.map(ServiceHost.Report::held).orElse(false),
        lastTerm(service),
        neverServed && justFormed,
        unheard,
        servers);
  }

  /** Members that could be active without this server's knowing it: one that has just joined has heard of nobody. */
  private Set<ServerId> unheard(long now) {
    long patienceNanos = patience.report().toNanos();
    return members.values().stream()
        .filter(member -> !member.server().equals(self) && member.reachable())
        .filter(member -> member.counts()
            ? !reports.containsKey(member.server())
            : member.joining() && hasClaimed(member.server(), now))
        .map(Member::server)
        .filter(
            server -> now - Math.max(memberSince.get(server), upSince.orElse(now)) < patienceNanos)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private boolean hasClaimed(ServerId server, long now) {
    return claims.values().stream()
        .anyMatch(claim -> claim.server().equals(server) && now < claim.until());
  }

  /** One that says by now that it is unfit is not waited for: what it lacks is what its attempt waits for. */
  private Optional<ServerId> claimant(ServiceName service, long now) {
    var claim = claims.get(service);
    return claim == null || now >= claim.until()
        ? Optional.empty()
        : report(claim.server())
            .filter(report -> report.fitness().fit())
            .map(FailoverAgent.Report::server);
  }

  /**
   * A server that has just joined does not know yet that somebody is active, so its word counts only when it follows
   * the newest term. Without an active server a copy is whole when it is as the journal is.
   */
  private boolean hasWholeCopy(ServerId server, ServiceName service) {
    var report = report(server, service);
    return report
        .filter(copy -> copy.synchronisationMode() == 0
            && (active(service).isEmpty() || copy.term() >= lastTerm(service)))
        .isPresent();
  }

  private ServerState state(
      ServerId server, ServiceName service, Optional<ServerId> active, boolean fit, long now) {
    var report = report(server);
    if (report.isEmpty()) {
      return ServerState.ABSENT;
    }
    var own = report(server, service);
    boolean serves = active.filter(server::equals).isPresent();
    boolean synchronised = serves
        || (hasWholeCopy(server, service)
            && (!service.isDge() || hasWholeCopy(server, ServiceName.CONFIGURATION)));
    var since = synchronised ? synchronisedSince.getOrDefault(service, Map.of()).get(server) : null;
    return new ServerState(
        true,
        synchronised,
        since == null ? Duration.ZERO : Duration.ofNanos(now - since),
        own.map(ServiceHost.Report::behind).orElse(0L),
        report.get().leaving(),
        fit,
        String.join("; ", report.get().fitness().complaints()));
  }
}
