package mainstay.node.failover;

import akka.Done;
import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.Behavior;
import akka.actor.typed.eventstream.EventStream;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.ClusterEvent;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Subscribe;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import mainstay.node.failover.core.Ailments;
import mainstay.node.failover.core.Clocks;
import mainstay.node.failover.core.Company;
import mainstay.node.failover.core.ConfigurationLag;
import mainstay.node.failover.core.Decision;
import mainstay.node.failover.core.FailoverPolicy;
import mainstay.node.failover.core.Hearing;
import mainstay.node.failover.core.JournalFailures;
import mainstay.node.failover.core.Knowledge;
import mainstay.node.failover.core.Lags;
import mainstay.node.failover.core.Member;
import mainstay.node.failover.core.QuorumMode;
import mainstay.node.failover.core.Redundancy;
import mainstay.node.failover.core.ServiceDirectory;
import mainstay.node.failover.core.WhatIf;
import mainstay.node.host.HostControl;
import mainstay.persistence.databases.SessionName;
import mainstay.persistence.journal.JournalHealth;
import mainstay.persistence.term.TermStore;
import mainstay.persistence.term.WrittenOff;
import mainstay.protocol.message.ClusterOverview;
import mainstay.protocol.message.ClusterStatus;
import mainstay.protocol.message.FailoverAgent;
import mainstay.protocol.message.LiveEvent;
import mainstay.protocol.message.ServiceHost;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ClockReading;
import mainstay.protocol.model.Failures;
import mainstay.protocol.model.Fitness;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches members, fitness, synchronisation and lists, asks {@link FailoverPolicy}, and where the answer is this
 * server takes the next term in the databases and activates. Nobody else has to be asked, so a crash costs
 * milliseconds; two candidates cannot both win a term.
 */
public final class FailoverAgentActor extends AbstractBehavior<ClusterOverview.Message> {
  private static final Logger log = LoggerFactory.getLogger("mainstay.failover");
  private static final int BAD_LOOKS_UNTIL_UNFIT = 2;

  /**
   * What the agent works with.
   *
   * @param databaseCheck completes when this server reaches every database that counts
   * @param diskCheck what is wrong with this server's disk, as the end of a sentence; empty if nothing is
   * @param journalFailures failed writes of this server's journal
   * @param databases the databases as this server knows them, for people outside
   * @param heard told where a report has come from
   * @param fit told whether this server is fit, whenever that changes
   * @param initialDirectory names all servers of {@code mainstay.servers}
   * @param witnesses in {@code mainstay.servers}
   * @param clock the wall clock that is compared with those of the others
   * @param crash ends this process at once, for a drill; empty where the settings do not allow it
   */
  public record Environment(
      ServerId self,
      String incarnation,
      String version,
      TermStore terms,
      WrittenOff writtenOff,
      Supplier<CompletionStage<Void>> databaseCheck,
      Supplier<CompletionStage<Optional<String>>> diskCheck,
      Supplier<JournalHealth.Failures> journalFailures,
      Supplier<List<ClusterStatus.Database>> databases,
      HostFactory hosts,
      AgentControl.Locations locations,
      Consumer<Address> heard,
      Consumer<Boolean> fit,
      ServiceDirectory initialDirectory,
      Set<ServerId> witnesses,
      QuorumMode quorum,
      FailoverSettings settings,
      Clock clock,
      Runnable endOfRun,
      Optional<Runnable> crash) {

    /** The servers of {@code mainstay.servers}, in its order. */
    private List<ServerId> configured() {
      return initialDirectory.services().values().stream()
          .flatMap(settings -> settings.serverList().servers().stream())
          .distinct()
          .toList();
    }
  }

  public interface HostFactory {
    Behavior<ServiceHost.Message> create(
        ServiceName service, ActorRef<ClusterOverview.Message> agent);
  }

  private record ClusterChanged(ClusterEvent.ClusterDomainEvent event)
      implements ClusterOverview.Message {}

  private record Heard(Hearing hearing) implements ClusterOverview.Message {}

  private record Tick() implements ClusterOverview.Message {}

  private record TermsRead(Map<ServiceName, Activation> terms, Throwable failure)
      implements ClusterOverview.Message {}

  private record TermTaken(
      HostControl.TakeTerm order, boolean planned, TermStore.Take result, Throwable failure)
      implements ClusterOverview.Message {}

  private record LookAtSelf() implements ClusterOverview.Message {}

  private record SelfLookedAt(Optional<String> databases, Optional<String> disk)
      implements ClusterOverview.Message {}

  private record OwnRunLookedUp(boolean writtenOff) implements ClusterOverview.Message {}

  private record LeaveTimedOut() implements ClusterOverview.Message {}

  /** What was last told to the router and the local host of a service. */
  private record Told(Optional<ServiceHost.Report> report, Optional<ServerId> server) {
    static final Told NOTHING = new Told(Optional.empty(), Optional.empty());

    boolean sameAs(Told other) {
      return server.equals(other.server)
          && report.map(Told::essence).equals(other.report.map(Told::essence));
    }

    private static List<Object> essence(ServiceHost.Report report) {
      return List.of(report.term(), report.generation(), report.state(), report.host());
    }
  }

  private final Environment environment;
  private final TimerScheduler<ClusterOverview.Message> timers;
  private final Knowledge knowledge;
  private final Map<ServerId, ActorRef<ClusterOverview.Message>> peers = new TreeMap<>();
  private final Map<ServiceName, ActorRef<ServiceHost.Message>> hosts = new TreeMap<>();
  private final Map<ServiceName, ServiceHost.Report> ownReports = new TreeMap<>();
  private final Map<ServiceName, Told> told = new HashMap<>();
  private final Map<ServiceName, String> lastWhy = new HashMap<>();
  private final Map<ServiceName, Long> retryAt = new HashMap<>();
  private final Set<ServiceName> taking = new HashSet<>();
  private final List<ServerId> order;
  private Hearing hearing = Hearing.NOTHING;
  private ServiceDirectory directory;
  private Optional<ActorRef<AgentControl.Views>> watcher = Optional.empty();
  private Optional<ActorRef<Done>> leaving = Optional.empty();
  private Fitness fitness = Fitness.FIT;
  private final Ailments ailments;
  private final Lags lags;
  private final JournalFailures journalFailures;
  private final ConfigurationLag configurationLag = new ConfigurationLag();
  private Map<String, Duration> leastLags = Map.of();
  private long lookBegunNanos;
  private boolean termsKnown;
  private boolean ending;
  private boolean mayAct;
  private long lastReportNanos;
  private int spawned;

  private FailoverAgentActor(
      ActorContext<ClusterOverview.Message> context,
      TimerScheduler<ClusterOverview.Message> timers,
      Environment environment) {
    super(context);
    this.environment = environment;
    this.timers = timers;
    var settings = environment.settings();
    this.knowledge = new Knowledge(
        environment.self(),
        new Knowledge.Patience(
            settings.formingGrace(),
            settings.reportGrace(),
            settings.claimGrace(),
            settings.voterSilence()),
        settings.failbackSettle());
    this.ailments = new Ailments(BAD_LOOKS_UNTIL_UNFIT, settings.fitAfter());
    this.lags = new Lags(settings.clockWindow());
    this.journalFailures = new JournalFailures(settings.journalRest());
    this.directory = environment.initialDirectory();
    this.order = new ArrayList<>(environment.configured());
    environment.witnesses().stream().sorted().forEach(order::add);
    context
        .getSystem()
        .eventStream()
        .tell(new EventStream.Subscribe<>(
            Hearing.class, context.messageAdapter(Hearing.class, Heard::new)));
    var events = context.messageAdapter(ClusterEvent.ClusterDomainEvent.class, ClusterChanged::new);
    Cluster.get(context.getSystem())
        .subscriptions()
        .tell(Subscribe.create(events, ClusterEvent.ClusterDomainEvent.class));
    timers.startTimerWithFixedDelay(new Tick(), settings.tick());
    spawnHosts();
    readTerms();
    lookAtSelf();
  }

  public static Behavior<ClusterOverview.Message> create(Environment environment) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> new FailoverAgentActor(context, timers, environment)));
  }

  @Override
  public Receive<ClusterOverview.Message> createReceive() {
    return newReceiveBuilder()
        .onMessage(FailoverAgent.Report.class, this::onReport)
        .onMessage(FailoverAgent.HandOver.class, this::onHandOver)
        .onMessage(FailoverAgent.AskCrash.class, this::onAskCrash)
        .onMessage(FailoverAgent.Crash.class, this::onCrash)
        .onMessage(HostControl.HostReport.class, this::onHostReport)
        .onMessage(HostControl.TakeTerm.class, this::onTakeTerm)
        .onMessage(HostControl.Superseded.class, this::onSuperseded)
        .onMessage(AgentControl.DirectoryChanged.class, this::onDirectoryChanged)
        .onMessage(AgentControl.Watch.class, this::onWatch)
        .onMessage(AgentControl.PrepareToLeave.class, this::onPrepareToLeave)
        .onMessage(OwnRunLookedUp.class, this::onOwnRunLookedUp)
        .onMessage(LeaveTimedOut.class, timeout -> onLeaveTimedOut())
        .onMessage(ClusterOverview.Get.class, this::onGet)
        .onMessage(ClusterOverview.WhatIf.class, this::onWhatIf)
        .onMessage(ClusterChanged.class, this::onClusterChanged)
        .onMessage(TermsRead.class, this::onTermsRead)
        .onMessage(TermTaken.class, this::onTermTaken)
        .onMessage(LookAtSelf.class, look -> {
          lookAtSelf();
          lookUpOwnRun();
          return this;
        })
        .onMessage(SelfLookedAt.class, this::onSelfLookedAt)
        .onMessage(Heard.class, heard -> {
          hearing = heard.hearing();
          changed();
          return this;
        })
        .onMessage(Tick.class, tick -> onTick())
        .build();
  }

  // ---- what comes in

  private Behavior<ClusterOverview.Message> onClusterChanged(ClusterChanged changed) {
    var event = changed.event();
    if (event instanceof ClusterEvent.MemberRemoved removed) {
      ClusterMembers.server(removed.member()).ifPresent(server -> {
        knowledge.gone(server, ClusterMembers.incarnation(removed.member()));
        if (knowledge.member(server).isEmpty()) {
          peers.remove(server);
        }
        announce("server-status", Map.of("server", server.value(), "status", "absent"));
      });
    } else if (event instanceof ClusterEvent.MemberEvent member) {
      boolean reachable = ClusterMembers.server(member.member())
          .flatMap(knowledge::member)
          .filter(known -> known.incarnation().equals(ClusterMembers.incarnation(member.member())))
          .map(Member::reachable)
          .orElse(true);
      note(member.member(), ClusterMembers.status(member.member().status()), reachable);
    } else if (event instanceof ClusterEvent.UnreachableMember unreachable) {
      note(unreachable.member(), ClusterMembers.status(unreachable.member().status()), false);
    } else if (event instanceof ClusterEvent.ReachableMember reachable) {
      note(reachable.member(), ClusterMembers.status(reachable.member().status()), true);
    } else {
      return this;
    }
    changed();
    broadcast();
    downed(event).ifPresent(this::writeOff); // last: nothing that takes over waits for it
    return this;
  }

  private static Optional<akka.cluster.Member> downed(ClusterEvent.ClusterDomainEvent event) {
    if (event instanceof ClusterEvent.MemberRemoved removed) {
      return Optional.of(removed.member())
          .filter(member -> removed.previousStatus() == akka.cluster.MemberStatus.down());
    }
    return event instanceof ClusterEvent.MemberDowned downed
        ? Optional.of(downed.member())
        : Optional.empty();
  }

  private void note(akka.cluster.Member member, Member.Status status, boolean reachable) {
    ClusterMembers.server(member).ifPresent(server -> {
      var known = ClusterMembers.member(member, server, status, reachable);
      knowledge.member(known, System.nanoTime());
      if (!server.equals(environment.self())) {
        peers.put(server, agentAt(member.address()));
      }
      announce(
          "server-status", Map.of("server", server.value(), "status", StatusReport.word(known)));
    });
  }

  /** So that it finds out when it wakes up, and gets neither lease nor term. */
  private void writeOff(akka.cluster.Member member) {
    var by = new SessionName(environment.self(), environment.incarnation());
    ClusterMembers.server(member)
        .filter(server -> !server.equals(environment.self()))
        .map(server -> new SessionName(server, ClusterMembers.incarnation(member)))
        .ifPresent(run -> environment.writtenOff().add(run, by).whenComplete((done, failure) -> {
          if (failure != null) {
            log.warn(
                "server={} could not write off {}: {}",
                environment.self(),
                run.text(),
                failure.toString());
          }
        }));
  }

  private void lookUpOwnRun() {
    getContext()
        .pipeToSelf(
            environment
                .writtenOff()
                .contains(new SessionName(environment.self(), environment.incarnation())),
            (writtenOff, failure) -> new OwnRunLookedUp(Boolean.TRUE.equals(writtenOff)));
  }

  private Behavior<ClusterOverview.Message> onOwnRunLookedUp(OwnRunLookedUp look) {
    if (look.writtenOff()) {
      endRun();
    }
    return this;
  }

  private void endRun() {
    if (ending) {
      return;
    }
    ending = true;
    log.warn(
        "server={} incarnation={} was downed by the others; it ends and returns as a new incarnation",
        environment.self(),
        environment.incarnation());
    hosts
        .values()
        .forEach(host -> host.tell(new HostControl.Suspend("this run was downed by the others")));
    environment.endOfRun().run();
  }

  private ActorRef<ClusterOverview.Message> agentAt(Address address) {
    return ActorRefResolver.get(getContext().getSystem())
        .resolveActorRef(address + "/user/" + FailoverAgent.NAME);
  }

  private Behavior<ClusterOverview.Message> onReport(FailoverAgent.Report report) {
    var arrival = environment.clock().instant();
    if (knowledge.reported(report, System.nanoTime())) {
      Optional.ofNullable(peers.get(report.server()))
          .ifPresent(peer -> environment.heard().accept(peer.path().address()));
      changed();
      report
          .clock()
          .ifPresent(reading -> lags.arrived(
              report.server(),
              report.incarnation(),
              Duration.between(reading.at(), arrival),
              System.nanoTime()));
    }
    return this;
  }

  private Behavior<ClusterOverview.Message> onHostReport(HostControl.HostReport message) {
    var report = message.report();
    if (!hosts.containsKey(report.service())) {
      return this;
    }
    var before = ownReports.put(report.service(), report);
    boolean essential = before == null
        || before.state() != report.state()
        || before.term() != report.term()
        || before.generation() != report.generation()
        || before.synchronisationMode() != report.synchronisationMode();
    knowledge.reported(ownReport(), System.nanoTime());
    if (essential) {
      broadcast();
      changed();
    }
    return this;
  }

  private Behavior<ClusterOverview.Message> onSuperseded(HostControl.Superseded message) {
    knowledge.stored(message.newer(), System.nanoTime());
    changed();
    return this;
  }

  private Behavior<ClusterOverview.Message> onDirectoryChanged(
      AgentControl.DirectoryChanged message) {
    // A copy that is loaded anew passes through old versions once more.
    if (message.directory().version() > directory.version()) {
      directory = message.directory();
      spawnHosts();
      changed();
    }
    return this;
  }

  private void spawnHosts() {
    for (var service : directory.services().keySet()) {
      hosts.computeIfAbsent(service, name -> {
        var host = getContext()
            .spawn(
                environment.hosts().create(name, getContext().getSelf()),
                "host-" + name.value().replace('/', '~') + "-" + ++spawned);
        // Not handled: a host that fails takes the agent and with it this incarnation down, and
        // another server serves.
        getContext().watch(host);
        environment.locations().local(name, host);
        return host;
      });
    }
    var gone = new ArrayList<>(hosts.keySet());
    gone.removeAll(directory.services().keySet());
    for (var service : gone) {
      log.info(
          "service={} server={} is no longer in the configuration", service, environment.self());
      var host = hosts.remove(service);
      getContext().unwatch(host);
      getContext().stop(host);
      ownReports.remove(service);
      told.remove(service);
      environment.locations().none(service);
    }
  }

  private Behavior<ClusterOverview.Message> onTick() {
    if (System.nanoTime() - lastReportNanos
        >= environment.settings().reportInterval().toNanos()) {
      broadcast();
    }
    changed();
    return this;
  }

  private void readTerms() {
    getContext().pipeToSelf(environment.terms().all(), TermsRead::new);
  }

  private Behavior<ClusterOverview.Message> onTermsRead(TermsRead read) {
    if (read.failure() == null) {
      read.terms().values().forEach(activation -> knowledge.stored(activation, System.nanoTime()));
      termsKnown = true;
      changed();
    } else {
      log.warn(
          "server={} the terms could not be read from the database: {}",
          environment.self(),
          read.failure().toString());
    }
    return this;
  }

  private void lookAtSelf() {
    lookBegunNanos = System.nanoTime();
    var look = environment
        .databaseCheck()
        .get()
        .handle((done, failure) -> Optional.ofNullable(failure)
            .map(why -> "a database is unreachable: " + Failures.message(why)))
        .thenCombine(
            environment
                .diskCheck()
                .get()
                .exceptionally(failure ->
                    Optional.of("its disk cannot be looked at: " + Failures.message(failure))),
            SelfLookedAt::new);
    getContext().pipeToSelf(look, (seen, impossible) -> seen);
  }

  private Behavior<ClusterOverview.Message> onSelfLookedAt(SelfLookedAt seen) {
    long moment = System.nanoTime();
    ailments.looked(Ailments.Aspect.DATABASES, seen.databases(), moment);
    ailments.looked(Ailments.Aspect.DISK, seen.disk(), moment);
    var failures = environment.journalFailures().get();
    ailments.looked(
        Ailments.Aspect.JOURNAL,
        journalFailures.looked(
            failures.inARow(), failures.last(), seen.databases().isEmpty(), moment),
        moment);
    leastLags = lags.least(moment);
    Clocks.look(
        ownReport(),
        knowledge.reports(),
        environment.settings().clockOffsetLimit(),
        ailments,
        moment);
    configurationLag.looked(
        knowledge
            .activeServer(ServiceName.CONFIGURATION)
            .flatMap(knowledge::report)
            .map(FailoverAgent.Report::configurationVersion),
        knowledge.reports(),
        moment);
    var now = ailments.fitness();
    boolean news = now.fit() != fitness.fit();
    fitness = now;
    if (news) {
      environment.fit().accept(now.fit());
      log.warn(
          "server={} fit={} {}",
          environment.self(),
          now.fit(),
          String.join("; ", now.complaints()));
      knowledge.reported(ownReport(), System.nanoTime());
      broadcast();
      changed();
    }
    if (!termsKnown && seen.databases().isEmpty()) {
      readTerms();
    }
    getContext().scheduleOnce(untilNextLook(), getContext().getSelf(), new LookAtSelf());
    return this;
  }

  /** A database that hangs makes a look long, so the next follows soon. */
  private Duration untilNextLook() {
    var interval = environment.settings().databaseCheck();
    var rest = interval.minusNanos(System.nanoTime() - lookBegunNanos);
    var shortest = interval.dividedBy(4);
    return rest.compareTo(shortest) > 0 ? rest : shortest;
  }

  // ---- what follows from it

  /** Looks at the right to act, tells router and hosts who is active, and asks the rules about every service. */
  private void changed() {
    knowledge.company(Company.of(order, knowledge.counting(), hearing));
    var right = knowledge.right();
    if (right.mayAct() != mayAct) {
      mayAct = right.mayAct();
      lookUpOwnRun();
      log.info("server={} mayAct={} why=\"{}\"", environment.self(), mayAct, right.why());
      ServiceHost.Message order =
          mayAct ? new HostControl.Resume() : new HostControl.Suspend(right.why());
      hosts.values().forEach(host -> host.tell(order));
    }
    long now = System.nanoTime();
    var views = new ArrayList<AgentControl.View>();
    for (var service : ownReports.keySet()) {
      tellWhoIsActive(service);
      var view = knowledge.view(service, directory, now);
      var decision = FailoverPolicy.decide(view);
      explain(service, decision);
      if (termsKnown
          && decision instanceof Decision.TakeOver takeOver
          && !taking.contains(service)
          && now - retryAt.getOrDefault(service, now) >= 0) {
        take(
            new HostControl.TakeTerm(
                service, view.lastTerm(), takeOver.why(), takeOver.rule(), false),
            false);
      }
      views.add(new AgentControl.View(view, decision, activeSince(service)));
    }
    watcher.ifPresent(ref -> ref.tell(new AgentControl.Views(views)));
    leaveIfServingNothing(views);
  }

  private Optional<Instant> activeSince(ServiceName service) {
    return knowledge
        .active(service)
        .filter(report -> report.state() == ServiceHost.State.ACTIVE)
        .map(ServiceHost.Report::since);
  }

  private void explain(ServiceName service, Decision decision) {
    if (!decision.why().equals(lastWhy.put(service, decision.why()))) {
      log.debug(
          "service={} server={} {} why=\"{}\"",
          service,
          environment.self(),
          decision.getClass().getSimpleName(),
          decision.why());
    }
  }

  private void tellWhoIsActive(ServiceName service) {
    var active = knowledge.active(service);
    var now = new Told(active, knowledge.activeServer(service));
    var before = told.put(service, now);
    if (now.sameAs(before == null ? Told.NOTHING : before) && before != null) {
      return;
    }
    if (active.isEmpty()) {
      environment.locations().none(service);
      hosts.get(service).tell(new HostControl.ActiveGone());
      return;
    }
    var report = active.get();
    var server = now.server().orElseThrow();
    if (report.state() == ServiceHost.State.ACTIVE) {
      environment
          .locations()
          .active(service, server, report.term(), report.generation(), report.host());
      announce(
          "service-activated",
          Map.of(
              "service",
              service.value(),
              "server",
              server.value(),
              "term",
              Long.toString(report.term()),
              "why",
              report.why()));
    } else {
      environment.locations().none(service);
    }
    hosts.get(service).tell(new HostControl.ActiveServer(server, report.term(), report.host()));
  }

  private void take(HostControl.TakeTerm order, boolean planned) {
    taking.add(order.service());
    log.info(
        "service={} server={} term={} taking why=\"{}\"",
        order.service(),
        environment.self(),
        order.expectedTerm() + 1,
        order.why());
    getContext()
        .pipeToSelf(
            environment
                .terms()
                .take(
                    order.service(),
                    order.expectedTerm(),
                    environment.self(),
                    environment.incarnation(),
                    order.why(),
                    !planned),
            (result, failure) -> new TermTaken(order, planned, result, failure));
  }

  private Behavior<ClusterOverview.Message> onTermTaken(TermTaken taken) {
    var order = taken.order();
    taking.remove(order.service());
    var host = hosts.get(order.service());
    if (host == null) {
      return this;
    }
    if (taken.result() instanceof TermStore.Taken won) {
      knowledge.stored(won.activation(), System.nanoTime());
      host.tell(
          new HostControl.Activate(won.activation(), order.why(), order.rule(), order.held()));
      return this;
    }
    if (taken.result() instanceof TermStore.RunIsWrittenOff) {
      endRun();
      return this;
    }
    String detail;
    if (taken.result() instanceof TermStore.Lost lost) {
      knowledge.stored(lost.current(), System.nanoTime());
      detail = "term " + (order.expectedTerm() + 1) + " was not free: " + lost.current();
    } else {
      detail = "it is not known whether term " + (order.expectedTerm() + 1) + " was taken: "
          + Failures.message(taken.failure());
      readTerms();
    }
    log.warn("service={} server={} {}", order.service(), environment.self(), detail);
    retryAt.put(
        order.service(), System.nanoTime() + environment.settings().retryTerm().toNanos());
    if (taken.planned()) {
      host.tell(new HostControl.TermRefused(detail));
    }
    changed();
    return this;
  }

  // ---- planned moves

  private Behavior<ClusterOverview.Message> onTakeTerm(HostControl.TakeTerm order) {
    if (!mayAct || taking.contains(order.service())) {
      hosts
          .get(order.service())
          .tell(new HostControl.TermRefused(
              mayAct
                  ? "another attempt to take a term is under way"
                  : knowledge.right().why()));
    } else {
      take(order, true);
    }
    return this;
  }

  private Behavior<ClusterOverview.Message> onHandOver(FailoverAgent.HandOver order) {
    var host = hosts.get(order.service());
    var successor = knowledge.report(order.to(), order.service());
    if (host == null || successor.isEmpty()) {
      order
          .replyTo()
          .tell(new FailoverAgent.HandOverResult(
              order.operation(),
              false,
              0,
              0,
              environment.self() + " knows no service " + order.service() + " on " + order.to()));
    } else {
      host.tell(new HostControl.MoveTo(order, successor.get().host()));
    }
    return this;
  }

  private Behavior<ClusterOverview.Message> onWatch(AgentControl.Watch watch) {
    watcher = Optional.of(watch.watcher());
    changed();
    return this;
  }

  private Behavior<ClusterOverview.Message> onPrepareToLeave(AgentControl.PrepareToLeave prepare) {
    leaving = Optional.of(prepare.replyTo());
    timers.startSingleTimer(new LeaveTimedOut(), environment.settings().leaveTimeout());
    knowledge.reported(ownReport(), System.nanoTime());
    broadcast();
    changed();
    return this;
  }

  /** Nobody waits for a move that no rule asks for. */
  private void leaveIfServingNothing(List<AgentControl.View> views) {
    leaving.ifPresent(replyTo -> {
      boolean waits = views.stream()
          .anyMatch(
              view -> view.view().active().filter(environment.self()::equals).isPresent()
                  && view.decision() instanceof Decision.HandOver);
      if (!waits) {
        replyTo.tell(Done.getInstance());
      }
    });
  }

  private Behavior<ClusterOverview.Message> onLeaveTimedOut() {
    leaving.ifPresent(replyTo -> {
      log.warn(
          "server={} leaves although its services were not moved in {}",
          environment.self(),
          environment.settings().leaveTimeout());
      replyTo.tell(Done.getInstance());
    });
    return this;
  }

  // ---- drills

  private Behavior<ClusterOverview.Message> onAskCrash(FailoverAgent.AskCrash question) {
    question
        .replyTo()
        .tell(new FailoverAgent.CrashAnswer(refusalToCrash(question.service(), question.term())));
    return this;
  }

  /** Checked again here: whoever asked may have been answered in another term. */
  private Behavior<ClusterOverview.Message> onCrash(FailoverAgent.Crash order) {
    refusalToCrash(order.service(), order.term())
        .ifPresentOrElse(refusal -> log.warn("service={} {}", order.service(), refusal), () -> {
          log.warn(
              "service={} server={} term={} dies now why=\"{}\"",
              order.service(),
              environment.self(),
              order.term(),
              order.why());
          environment.crash().orElseThrow().run();
        });
    return this;
  }

  private Optional<String> refusalToCrash(ServiceName service, long term) {
    if (environment.crash().isEmpty()) {
      return Optional.of("the settings of " + environment.self()
          + " do not allow a drill to let its process die: mainstay.drill.crash-allowed is off");
    }
    boolean holds = Optional.ofNullable(ownReports.get(service))
        .filter(report -> report.holdsTerm() && report.term() == term)
        .isPresent();
    return holds
        ? Optional.empty()
        : Optional.of(environment.self() + " does not hold term " + term + " of " + service);
  }

  // ---- what goes out

  private FailoverAgent.Report ownReport() {
    var configuration = Optional.ofNullable(ownReports.get(ServiceName.CONFIGURATION));
    var services = ownReports.values().stream()
        .map(report -> report.service().isDge() && !report.holdsTerm()
            ? configuration.map(copy -> likeItsConfiguration(report, copy)).orElse(report)
            : report)
        .toList();
    return new FailoverAgent.Report(
        environment.self(),
        environment.incarnation(),
        environment.version(),
        fitness,
        leaving.isPresent(),
        directory.version(),
        Optional.of(new ClockReading(environment.clock().instant(), leastLags)),
        services);
  }

  /** What an engine needs to take over is the configuration, so it is synchronised when that copy is. */
  private static ServiceHost.Report likeItsConfiguration(
      ServiceHost.Report engine, ServiceHost.Report copy) {
    return new ServiceHost.Report(
        engine.service(),
        copy.synchronisationMode() == 0
            ? ServiceHost.State.STANDBY
            : ServiceHost.State.SYNCHRONISING,
        engine.term(),
        engine.generation(),
        engine.position(),
        copy.synchronisationMode(),
        copy.behind(),
        engine.why(),
        engine.rule(),
        engine.held(),
        engine.since(),
        engine.complaint(),
        engine.host());
  }

  private void broadcast() {
    lastReportNanos = System.nanoTime();
    var report = ownReport();
    knowledge.reported(report, lastReportNanos);
    peers.forEach((server, peer) -> {
      if (knowledge
          .member(server)
          .filter(member -> member.status() != Member.Status.DOWN)
          .isPresent()) {
        peer.tell(report);
      }
    });
  }

  private void announce(String type, Map<String, String> fields) {
    getContext()
        .getSystem()
        .eventStream()
        .tell(
            new EventStream.Publish<>(new LiveEvent(type, environment.clock().instant(), fields)));
  }

  private Behavior<ClusterOverview.Message> onGet(ClusterOverview.Get get) {
    get.replyTo().tell(status());
    return this;
  }

  private Behavior<ClusterOverview.Message> onWhatIf(ClusterOverview.WhatIf question) {
    question
        .replyTo()
        .tell(WhatIf.ask(
            environment.self(),
            knowledge,
            directory,
            knownServices(),
            question.down(),
            environment.quorum(),
            System.nanoTime()));
    return this;
  }

  /**
   * Without the terms of the databases and the reports of the others this server could only say that nobody is active: it
   * names no service then.
   */
  private Set<ServiceName> knownServices() {
    boolean member = knowledge.member(environment.self()).filter(Member::counts).isPresent();
    return termsKnown && member ? ownReports.keySet() : Set.of();
  }

  private ClusterStatus status() {
    long now = System.nanoTime();
    var right = knowledge.right();
    var services = knownServices().stream()
        .map(service -> {
          var view = knowledge.view(service, directory, now);
          return StatusReport.service(
              view,
              FailoverPolicy.decide(view),
              knowledge,
              Redundancy.warnings(
                  view, knowledge, configurationLag, environment.settings().tolerances(), now));
        })
        .toList();
    var names = new TreeSet<>(environment.witnesses());
    names.addAll(environment.configured());
    names.addAll(knowledge.members().keySet());
    return new ClusterStatus(
        environment.self(),
        names.stream()
            .map(server -> environment.witnesses().contains(server)
                ? StatusReport.witness(server, knowledge)
                : StatusReport.server(server, knowledge))
            .toList(),
        new ClusterStatus.Quorum(right.voters(), right.reachable(), right.mayAct(), right.why()),
        services,
        environment.databases().get(),
        directory.version());
  }
}
