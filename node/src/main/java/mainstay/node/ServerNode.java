package mainstay.node;

import akka.Done;
import akka.actor.Address;
import akka.actor.BootstrapSetup;
import akka.actor.CoordinatedShutdown;
import akka.actor.setup.ActorSystemSetup;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.ClusterSingleton;
import akka.cluster.typed.ClusterSingletonSettings;
import akka.cluster.typed.Down;
import akka.cluster.typed.SingletonActor;
import akka.management.cluster.bootstrap.ClusterBootstrap;
import akka.management.javadsl.AkkaManagement;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import mainstay.http.HttpApi;
import mainstay.http.HttpApiPorts;
import mainstay.http.HttpApiSettings;
import mainstay.http.security.TokenFileException;
import mainstay.http.security.TokenFiles;
import mainstay.node.cluster.Addresses;
import mainstay.node.cluster.BeaconActor;
import mainstay.node.cluster.CrashEvents;
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
import mainstay.persistence.databases.DatabasesSetup;
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
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.Failures;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import mainstay.protocol.query.SampleHistory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One incarnation of a server's cluster part: the actor system with everything that runs in it, wired here. */
final class ServerNode {
  static final String SYSTEM = "mainstay";
  private static final Logger log = LoggerFactory.getLogger("mainstay.server");
  private static final Duration ASK = Duration.ofSeconds(2);
  private static final Duration STATUS_INTERVAL = Duration.ofMillis(200);
  private static final Duration LISTING_INTERVAL = Duration.ofMillis(500);
  private static final int KILLED = 137;
  private static final Duration START = Duration.ofSeconds(60);

  private final ServerSettings settings;
  private final ActorSystem<Root> system;

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

  /** The message of its failure is a sentence. */
  interface BeforeJoining {
    void run() throws IOException;
  }

  /** Why this incarnation could not start, as a sentence. */
  static final class StartFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    StartFailedException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private ServerNode(ServerSettings settings, ActorSystem<Root> system) {
    this.settings = settings;
    this.system = system;
  }

  /**
   * Returns when everything has been started; the cluster may still be forming.
   *
   * @param newProcess whether this is the first incarnation of the process
   * @param beforeJoining done when the databases have been used and before any other server is told
   * @throws StartFailedException if a port, a database or a setting is not as it must be; nothing is left running
   */
  static ServerNode start(
      ServerSettings settings, String incarnation, boolean newProcess, BeforeJoining beforeJoining)
      throws StartFailedException, InterruptedException {
    try {
      checkSections(settings);
      TokenFiles.open(
          HttpApiSettings.from(settings.config(), settings.own().httpPort()).tokenDirectory());
    } catch (ConfigException | IllegalArgumentException | TokenFileException e) {
      throw new StartFailedException(Failures.message(e), e);
    }
    ActorSystem<Root> system;
    try {
      system = ActorSystem.create(
          Behaviors.setup(context -> root(context, settings, incarnation)),
          SYSTEM,
          ActorSystemSetup.create(
              BootstrapSetup.create(akkaConfig(settings, incarnation)),
              new DatabasesSetup(incarnation)));
    } catch (RuntimeException e) {
      throw new StartFailedException(Failures.message(e), e);
    }
    try {
      var parts = await(
          AskPattern.ask(system, Begin::new, START, system.scheduler()).toCompletableFuture());
      var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
      ServerMetrics.register(metrics, system, settings.self(), parts.agent());
      var readiness = ServerReadiness.get(system.classicSystem());
      await(HttpApi.bind(
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
          .toCompletableFuture());
      await(parts.databases().ready().toCompletableFuture());
      int writes = WarmUp.writes(settings.config(), newProcess);
      if (writes > 0) {
        WarmUp.run(system, settings, incarnation, writes, newProcess);
      }
      beforeJoining.run();
      await(AkkaManagement.get(system.classicSystem()).start().toCompletableFuture());
      ClusterBootstrap.get(system.classicSystem()).start();
      log.info(
          "server={} incarnation={} http={}:{} cluster={}:{} databases={}",
          settings.self(),
          incarnation,
          settings.httpHost(),
          settings.own().httpPort(),
          settings.own().host(),
          settings.own().clusterPort(),
          Databases.get(system).set().map(ActiveSet::text).orElse("none"));
      return new ServerNode(settings, system);
    } catch (ExecutionException | IOException | RuntimeException e) {
      system.terminate();
      try {
        system
            .getWhenTerminated()
            .toCompletableFuture()
            .get(START.toMillis(), TimeUnit.MILLISECONDS);
      } catch (ExecutionException | TimeoutException ending) {
        e.addSuppressed(ending);
      }
      throw new StartFailedException(Failures.message(e), e);
    }
  }

  private static <T> T await(CompletableFuture<T> future)
      throws ExecutionException, InterruptedException {
    return future.get();
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

  private static Config akkaConfig(ServerSettings settings, String incarnation) {
    var own = settings.own();
    var management = settings.config().getString("mainstay.management.bind-host");
    var values = new HashMap<String, Object>();
    values.put("akka.remote.artery.canonical.hostname", own.host());
    values.put("akka.remote.artery.canonical.port", own.clusterPort());
    values.put("akka.cluster.roles", ClusterRoles.of(settings.self(), incarnation));
    values.put(
        "akka.cluster.split-brain-resolver.active-strategy", settings.quorum().key());
    values.put("akka.cluster.split-brain-resolver.keep-majority.role", ClusterRoles.VOTER);
    values.put("akka.management.http.hostname", own.host());
    values.put("akka.management.http.bind-hostname", management);
    values.put("akka.management.http.port", own.managementPort());
    values.put("akka.management.http.bind-port", own.managementPort());
    values.put(
        "akka.management.cluster.bootstrap.contact-point-discovery.required-contact-point-nr",
        settings.servers().size() / 2 + 1);
    values.put(
        "akka.discovery.config.services.mainstay.endpoints",
        settings.servers().stream()
            .map(server -> Map.of("host", server.host(), "port", server.managementPort()))
            .collect(Collectors.toList()));
    Config overlay = ConfigFactory.empty();
    for (var entry : values.entrySet()) {
      overlay = overlay.withValue(
          entry.getKey(), ConfigValueFactory.fromAnyRef(entry.getValue(), "mainstay.servers"));
    }
    return overlay.withFallback(settings.config());
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

  private static Map<ServerId, Address> addresses(ServerSettings settings) {
    return settings.servers().stream()
        .collect(Collectors.toMap(
            ServerSettings.Server::name,
            server -> Addresses.of(SYSTEM, server.host(), server.clusterPort())));
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
    var addresses = addresses(settings);
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
    context.spawn(
        BeaconActor.create(
            peer(settings.own()),
            incarnation,
            settings.others().stream().map(ServerNode::peer).toList(),
            BeaconActor.Settings.from(config)),
        "beacon",
        BeaconActor.DISPATCHER);
    var terms = new JdbcTermStore(databases, clock);
    var journal = new JournalReader(system.classicSystem());
    var samples = new SampleStore(databases);
    var local = new LocalConfiguration();
    var voters = settings.voters();
    var hostEnvironment =
        new HostEnvironment(settings.self(), terms, clock, HostEnvironment.Settings.from(config));
    var dgeSettings = DgeSettings.from(config);
    var pollers = new Pollers(dgeSettings);
    system.getWhenTerminated().thenRun(pollers::close);

    var router = context.spawn(
        ServiceRouterActor.create(ServiceRouterActor.Settings.from(config)), "router");
    endWaitingWhenDowned(system, router);
    var configuration = new ConfigurationService(system, clock, voters, sampleDatabases.clusters());
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
            version(),
            terms,
            new JdbcWrittenOff(databases),
            databases::check,
            () -> DiskSpace.look(settings.dataDirectory(), failover.diskMinimum()),
            JournalHealth.get(system)::failures,
            () -> rows(listed.get()),
            hosts,
            ServiceRouterActor.locations(router),
            Sightings::byMessage,
            ServiceDirectory.initial(voters),
            failover,
            clock,
            () -> downSelf(system),
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
            .withSettings(ClusterSingletonSettings.create(system).withRole(ClusterRoles.VOTER)));
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

  private static BeaconActor.Peer peer(ServerSettings.Server server) {
    return new BeaconActor.Peer(
        server.name(),
        Addresses.of(SYSTEM, server.host(), server.clusterPort()),
        server.host(),
        server.crashWatchPort());
  }

  private static Optional<ActorRef<ClusterOverview.Message>> agentOf(
      ActorSystem<?> system, ServerSettings settings, ServerId name) {
    return settings.servers().stream()
        .filter(server -> server.name().equals(name))
        .findFirst()
        .map(server -> ActorRefResolver.get(system)
            .resolveActorRef(Addresses.of(SYSTEM, server.host(), server.clusterPort()) + "/user/"
                + FailoverAgent.NAME));
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

  /** The way out that Akka itself takes when the others have downed a member, so the end is the same. */
  private static void downSelf(ActorSystem<?> system) {
    var cluster = Cluster.get(system);
    cluster.manager().tell(new Down(cluster.selfMember().address()));
  }

  /** As signal 9 does it: nothing is handed over and nothing closed. The exit code is the one that a shell shows then. */
  private static void dieAtOnce() {
    Runtime.getRuntime().halt(KILLED);
  }

  static String version() {
    var version = ServerNode.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  // ---- from outside

  void crashed(ServerId server) {
    address(server).ifPresent(address -> CrashEvents.crashed(system.classicSystem(), address));
  }

  void alive(ServerId server) {
    address(server).ifPresent(address -> CrashEvents.alive(system.classicSystem(), address));
  }

  private Optional<Address> address(ServerId name) {
    return settings.servers().stream()
        .filter(server -> server.name().equals(name))
        .findFirst()
        .map(server -> Addresses.of(SYSTEM, server.host(), server.clusterPort()));
  }

  /** Hands its services over, leaves the cluster and ends; bounded. */
  void stop() {
    var agent = ActorRefResolver.get(system)
        .<ClusterOverview.Message>resolveActorRef(
            Cluster.get(system).selfMember().address() + "/user/" + FailoverAgent.NAME);
    var patience = FailoverSettings.from(settings.config()).leaveTimeout().plus(ASK);
    try {
      AskPattern.<ClusterOverview.Message, Done>ask(
              agent, AgentControl.PrepareToLeave::new, patience, system.scheduler())
          .toCompletableFuture()
          .get(patience.toMillis(), TimeUnit.MILLISECONDS);
      CoordinatedShutdown.get(system)
          .runAll(CoordinatedShutdown.jvmExitReason())
          .toCompletableFuture()
          .get(START.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      log.warn(
          "server {} did not stop in good order: {}",
          settings.self(),
          Failures.cause(e).toString());
    }
  }

  /** Returns when this incarnation has ended, on request or because the others have downed it. */
  void awaitEnd() throws InterruptedException {
    try {
      system.getWhenTerminated().toCompletableFuture().get();
    } catch (ExecutionException e) {
      log.warn(
          "server {}: the actor system ended with {}",
          settings.self(),
          e.getCause().toString());
    }
  }
}
