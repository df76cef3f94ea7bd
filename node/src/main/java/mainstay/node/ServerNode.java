package mainstay.node;

import akka.Done;
import akka.actor.Address;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.ClusterSingleton;
import akka.cluster.typed.ClusterSingletonSettings;
import akka.cluster.typed.SingletonActor;
import com.typesafe.config.ConfigException;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import mainstay.http.HttpApi;
import mainstay.http.HttpApiPorts;
import mainstay.http.HttpApiSettings;
import mainstay.http.security.TokenFileException;
import mainstay.http.security.TokenFiles;
import mainstay.node.cluster.BeaconActor;
import mainstay.node.cluster.ClusterLeaseActor;
import mainstay.node.cluster.LatestHearing;
import mainstay.node.cluster.LeaseHelpActor;
import mainstay.node.cluster.Sightings;
import mainstay.node.databases.AllDatabasesActor;
import mainstay.node.databases.CoordinationSettings;
import mainstay.node.databases.DatabaseCoordination;
import mainstay.node.databases.core.DatabaseList;
import mainstay.node.dge.DgeEngineActor;
import mainstay.node.dge.DgeSettings;
import mainstay.node.dge.Pollers;
import mainstay.node.failover.AgentControl;
import mainstay.node.failover.ClusterRoles;
import mainstay.node.failover.DiskSpace;
import mainstay.node.failover.FailoverAgentActor;
import mainstay.node.failover.FailoverSettings;
import mainstay.node.failover.core.ServiceDirectory;
import mainstay.node.host.EngineHostActor;
import mainstay.node.host.HostEnvironment;
import mainstay.node.host.ReplicatedServiceHostActor;
import mainstay.node.provisioning.LocalConfiguration;
import mainstay.node.routing.ServiceRouterActor;
import mainstay.node.samples.HistorySettings;
import mainstay.node.samples.SampleDatabases;
import mainstay.node.supervisor.ClusterSupervisorActor;
import mainstay.node.supervisor.DrillSettings;
import mainstay.node.supervisor.core.SupervisorEvent;
import mainstay.persistence.databases.DatabaseSettings;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.JdbcWriteBarrier;
import mainstay.persistence.journal.FencedJournal;
import mainstay.persistence.journal.FencingAdapter;
import mainstay.persistence.journal.JournalHealth;
import mainstay.persistence.journal.JournalReader;
import mainstay.persistence.lease.LeaseHelp;
import mainstay.persistence.lease.LeaseTable;
import mainstay.persistence.resync.ContentScrub;
import mainstay.persistence.resync.ResyncSettings;
import mainstay.persistence.resync.Resynchronisation;
import mainstay.persistence.samples.SampleStore;
import mainstay.persistence.term.JdbcTermStore;
import mainstay.persistence.term.JdbcWrittenOff;
import mainstay.persistence.term.StaleTermException;
import mainstay.protocol.message.ClusterOverview;
import mainstay.protocol.message.ClusterStatus;
import mainstay.protocol.message.ClusterSupervisor;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.message.FailoverAgent;
import mainstay.protocol.message.ServiceRouter;
import mainstay.protocol.model.Failures;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import mainstay.protocol.query.SampleHistory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What runs in a server's cluster part, wired here. */
final class ServerNode {
  private static final Logger log = LoggerFactory.getLogger("mainstay.server");
  private static final Duration STATUS_INTERVAL = Duration.ofMillis(200);
  private static final Duration LISTING_INTERVAL = Duration.ofMillis(500);
  private static final int KILLED = 137;

  /** What the root of the actors receives. */
  private sealed interface Root {}

  /** Start everything; what needs the databases waits until it is known which of them count. */
  private record Begin(ActorRef<Parts> replyTo) implements Root {}

  private record Status(ClusterStatus status) implements Root {}

  private record AskStatus() implements Root {}

  private record Listed(DatabaseAdmin.Listing listing) implements Root {}

  private record AskDatabases() implements Root {}

  private record Parts(
      ActorRef<ServiceRouter.Command> router,
      ActorRef<ClusterOverview.Message> agent,
      ActorRef<ClusterSupervisor.Command> supervisor,
      DatabaseCoordination databases,
      ActorRef<DatabaseAdmin.Command> allDatabases,
      SampleHistory samples) {}

  private ServerNode() {}

  /**
   * Returns when everything has been started; the cluster may still be forming.
   *
   * @param newProcess whether this is the first incarnation of the process
   * @param beforeJoining done when the databases have been used and before any other server is told
   * @throws ClusterPart.StartFailedException if a port, a database or a setting is not as it must be; nothing is left running
   */
  static ClusterPart start(
      ServerSettings settings,
      String incarnation,
      boolean newProcess,
      ClusterPart.BeforeJoining beforeJoining)
      throws ClusterPart.StartFailedException, InterruptedException {
    try {
      checkSections(settings);
      TokenFiles.open(
          HttpApiSettings.from(settings.config(), settings.own().httpPort()).tokenDirectory());
    } catch (ConfigException | IllegalArgumentException | TokenFileException e) {
      throw new ClusterPart.StartFailedException(Failures.message(e), e);
    }
    Behavior<Root> root = Behaviors.setup(context -> root(context, settings, incarnation));
    return ClusterPart.start(settings, incarnation, root, system -> {
      open(system, settings, incarnation, newProcess);
      beforeJoining.run();
    });
  }

  /** All that comes before joining: the API answers, the databases are used, the first writes are made. */
  private static void open(
      ActorSystem<Root> system, ServerSettings settings, String incarnation, boolean newProcess)
      throws ExecutionException, InterruptedException {
    var parts = AskPattern.ask(system, Begin::new, ClusterPart.START, system.scheduler())
        .toCompletableFuture()
        .get();
    var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    ServerMetrics.register(metrics, system, settings.self(), parts.agent());
    var readiness = ServerReadiness.get(system.classicSystem());
    HttpApi.bind(
            new HttpApiPorts(
                parts.router(),
                parts.agent(),
                parts.supervisor(),
                parts.allDatabases(),
                parts.samples(),
                readiness::now,
                metrics,
                Clock.systemUTC()),
            HttpApiSettings.from(settings.config(), settings.own().httpPort()),
            system)
        .toCompletableFuture()
        .get();
    var set = parts.databases().ready().toCompletableFuture().get();
    log.info(
        "server={} incarnation={} http={}:{} databases={}",
        settings.self(),
        incarnation,
        settings.httpHost(),
        settings.own().httpPort(),
        set.text());
    int writes = WarmUp.writes(settings.config(), newProcess);
    if (writes > 0) {
      WarmUp.run(system, settings, incarnation, writes, newProcess);
    }
  }

  /** Every section is read by its own record; all of them once before anything runs, for what is wrong is a sentence. */
  private static void checkSections(ServerSettings settings) {
    var config = settings.config();
    Databases.checkSettings(config);
    FencedJournal.checkSettings(config);
    HostEnvironment.Settings.from(config);
    ServiceRouterActor.Settings.from(config);
    FailoverSettings.from(config);
    BeaconActor.Settings.from(config);
    ClusterSupervisorActor.Settings.from(config);
    DrillSettings.from(config);
    DgeSettings.from(config);
    HttpApiSettings.from(config, settings.own().httpPort());
    CoordinationSettings.from(config);
    ResyncSettings.from(config);
    DatabaseSettings.sampleListsFrom(config);
    HistorySettings.from(config);
  }

  // ---- the actors

  private static Behavior<Root> root(
      ActorContext<Root> context, ServerSettings settings, String incarnation) {
    var listed =
        new AtomicReference<DatabaseAdmin.Listing>(new DatabaseAdmin.Listing(0, List.of()));
    return Behaviors.receive(Root.class)
        .onMessage(Begin.class, begin -> {
          var parts = spawn(context, settings, incarnation, listed);
          begin.replyTo().tell(parts);
          context.getSelf().tell(new AskStatus());
          context.getSelf().tell(new AskDatabases());
          return watching(context, parts, listed);
        })
        .build();
  }

  /** Keeps the readiness and the listing of the databases up to date. */
  private static Behavior<Root> watching(
      ActorContext<Root> context, Parts parts, AtomicReference<DatabaseAdmin.Listing> listed) {
    var readiness = ServerReadiness.get(context.getSystem().classicSystem());
    var answers = context.messageAdapter(ClusterStatus.class, Status::new);
    var listings = context.messageAdapter(DatabaseAdmin.Listing.class, Listed::new);
    return Behaviors.receive(Root.class)
        .onMessage(AskStatus.class, ask -> {
          parts.agent().tell(new ClusterOverview.Get(answers));
          return Behaviors.same();
        })
        .onMessage(Status.class, status -> {
          readiness.update(status.status());
          context.scheduleOnce(STATUS_INTERVAL, context.getSelf(), new AskStatus());
          return Behaviors.same();
        })
        .onMessage(AskDatabases.class, ask -> {
          parts.databases().coordinator().tell(new DatabaseAdmin.GetDatabases(listings));
          context.scheduleOnce(LISTING_INTERVAL, context.getSelf(), new AskDatabases());
          return Behaviors.same();
        })
        .onMessage(Listed.class, answer -> {
          listed.set(answer.listing());
          return Behaviors.same();
        })
        .build();
  }

  private static List<ClusterStatus.Database> rows(DatabaseAdmin.Listing listing) {
    return listing.databases().stream()
        .map(row -> new ClusterStatus.Database(
            row.name(), row.vendor(), row.active(), row.state(), row.epoch()))
        .toList();
  }

  /** @param voters that have to agree which of the databases count */
  private static DatabaseCoordination coordination(
      ActorContext<Root> context,
      ServerSettings settings,
      String incarnation,
      Clock clock,
      DatabaseList list,
      Databases databases,
      Map<ServerId, Address> voters) {
    var resync = ResyncSettings.from(settings.config());
    return DatabaseCoordination.spawn(
        context,
        new DatabaseCoordination.Environment(
            list,
            settings.self(),
            incarnation,
            voters,
            settings.witnesses(),
            settings.dataDirectory(),
            CoordinationSettings.from(settings.config()),
            settings.databaseStart(),
            clock),
        new DatabaseCoordination.Access(
            databases,
            (source, target) -> new Resynchronisation(source, target, resync),
            new ContentScrub(resync, clock),
            new JdbcWriteBarrier(databases)));
  }

  /** In both directions: this server helps others and is helped by them. */
  private static void helpWithTheLease(
      ActorContext<Root> context,
      ServerSettings settings,
      Databases databases,
      Map<ServerId, Address> addresses) {
    var limit = settings.config().getDuration("mainstay.jdbc-lease.lease-operation-timeout");
    context.spawn(LeaseHelpActor.create(new LeaseTable(databases), limit), LeaseHelpActor.NAME);
    var others = new HashMap<>(addresses);
    others.remove(settings.self());
    others.keySet().removeAll(settings.witnesses());
    LeaseHelp.get(context.getSystem().classicSystem())
        .offer(LeaseHelpActor.of(context.getSystem(), others.values(), limit));
  }

  private static Parts spawn(
      ActorContext<Root> context,
      ServerSettings settings,
      String incarnation,
      AtomicReference<DatabaseAdmin.Listing> listed) {
    var system = context.getSystem();
    var config = settings.config();
    var clock = Clock.systemUTC();
    var databases = Databases.get(system);
    var addresses = ClusterPart.addresses(settings);
    var coordination = coordination(
        context, settings, incarnation, clock, DatabaseList.INSTALLATION, databases, addresses);
    var sampleDatabases = SampleDatabases.start(
        context,
        settings.self(),
        addresses,
        clock,
        (list, its, agreeing) ->
            coordination(context, settings, incarnation, clock, list, its, agreeing));
    var allDatabases = context.spawn(
        AllDatabasesActor.create(coordination.coordinator(), sampleDatabases.coordinators()),
        "databases");
    helpWithTheLease(context, settings, databases, addresses);
    ClusterPart.spawnBeacon(context, settings, incarnation);
    var terms = new JdbcTermStore(databases, clock);
    var journal = new JournalReader(system.classicSystem());
    var samples = new SampleStore(databases);
    var local = new LocalConfiguration();
    var servers = settings.serverList();
    var hostEnvironment =
        new HostEnvironment(settings.self(), terms, clock, HostEnvironment.Settings.from(config));
    var dgeSettings = DgeSettings.from(config);
    var pollers = new Pollers(dgeSettings);
    system.getWhenTerminated().thenRun(pollers::close);

    var router = context.spawn(
        ServiceRouterActor.create(ServiceRouterActor.Settings.from(config)), "router");
    endWaitingWhenDowned(system, router);
    var configuration =
        new ConfigurationService(system, clock, servers, sampleDatabases.clusters());
    FailoverAgentActor.HostFactory hosts =
        (service, agent) -> service.equals(ServiceName.CONFIGURATION)
            ? ReplicatedServiceHostActor.create(
                service,
                hostEnvironment,
                agent,
                configuration.work(
                    journal,
                    local,
                    directory -> agent.tell(new AgentControl.DirectoryChanged(directory))))
            : EngineHostActor.create(
                service,
                hostEnvironment,
                agent,
                local,
                (activation, listener) -> DgeEngineActor.create(
                    activation,
                    dgeSettings,
                    pollers::of,
                    place -> sampleDatabases.sink(activation, place, samples::write),
                    failure -> Failures.cause(failure) instanceof StaleTermException,
                    listener,
                    clock));
    var failover = FailoverSettings.from(config);
    var drills = DrillSettings.from(config);
    var agent = context.spawn(
        FailoverAgentActor.create(new FailoverAgentActor.Environment(
            settings.self(),
            incarnation,
            ClusterPart.version(),
            terms,
            new JdbcWrittenOff(databases),
            databases::check,
            () -> DiskSpace.look(settings.dataDirectory(), failover.diskMinimum()),
            JournalHealth.get(system)::failures,
            () -> rows(listed.get()),
            hosts,
            ServiceRouterActor.locations(router),
            Sightings::byMessage,
            LatestHearing.get(system.classicSystem())::say,
            ServiceDirectory.initial(servers),
            settings.witnesses(),
            settings.quorum(),
            failover,
            clock,
            () -> ClusterPart.downSelf(system),
            drills.crashAllowed() ? Optional.of(ServerNode::dieAtOnce) : Optional.empty())),
        FailoverAgent.NAME);

    // Not handled: without its agent or router this incarnation is of no use, so it ends and comes
    // back as a new one.
    context.watch(agent);
    context.watch(router);
    var supervisor = ClusterSingleton.get(system)
        .init(SingletonActor.of(
                Behaviors.supervise(
                        ClusterSupervisorActor.create(new ClusterSupervisorActor.Environment(
                            settings.self(),
                            incarnation,
                            terms,
                            agent,
                            server -> agentOf(system, settings, server),
                            activation -> new FencingAdapter<>(SupervisorEvent.class, activation),
                            () -> rows(listed.get()),
                            ClusterSupervisorActor.Settings.from(config),
                            drills.limits(),
                            clock)))
                    .onFailure(SupervisorStrategy.restart()),
                "supervisor")
            .withSettings(ClusterSingletonSettings.create(system).withRole(ClusterRoles.SERVER)));
    ClusterSingleton.get(system)
        .init(SingletonActor.of(
                Behaviors.supervise(ClusterLeaseActor.create(ClusterLeaseActor.Environment.of(
                        system,
                        new LeaseTable(databases)::owner,
                        () -> ClusterPart.downSelf(system))))
                    .onFailure(SupervisorStrategy.restart()),
                "cluster-lease")
            .withSettings(ClusterSingletonSettings.create(system).withRole(ClusterRoles.SERVER)));
    var history = sampleDatabases.history(
        system, local, samples, addresses, HistorySettings.from(config).placeTimeout());
    return new Parts(
        ServiceRouterActor.commands(router),
        agent,
        supervisor,
        coordination,
        allDatabases,
        history);
  }

  private static Optional<ActorRef<ClusterOverview.Message>> agentOf(
      ActorSystem<?> system, ServerSettings settings, ServerId name) {
    return Optional.ofNullable(ClusterPart.addresses(settings).get(name))
        .map(address ->
            ActorRefResolver.get(system).resolveActorRef(address + "/user/" + FailoverAgent.NAME));
  }

  /** An orderly stop lets requests end; in a run that the others have downed they would only delay the next one. */
  private static void endWaitingWhenDowned(
      ActorSystem<?> system, ActorRef<ServiceRouter.Message> router) {
    var shutdown = CoordinatedShutdown.get(system);
    shutdown.addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "end-waiting-requests", () -> {
      if (shutdown
          .getShutdownReason()
          .filter(CoordinatedShutdown.clusterDowningReason()::equals)
          .isPresent()) {
        ServiceRouterActor.end(router);
      }
      return CompletableFuture.completedFuture(Done.getInstance());
    });
  }

  /** As signal 9 does it: nothing is handed over and nothing closed. The exit code is the one that a shell shows then. */
  private static void dieAtOnce() {
    Runtime.getRuntime().halt(KILLED);
  }
}
