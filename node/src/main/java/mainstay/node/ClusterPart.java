package mainstay.node;

import akka.Done;
import akka.actor.Address;
import akka.actor.BootstrapSetup;
import akka.actor.CoordinatedShutdown;
import akka.actor.setup.ActorSystemSetup;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Down;
import akka.management.cluster.bootstrap.ClusterBootstrap;
import akka.management.javadsl.AkkaManagement;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import mainstay.node.cluster.Addresses;
import mainstay.node.cluster.BeaconActor;
import mainstay.node.cluster.CrashEvents;
import mainstay.node.failover.AgentControl;
import mainstay.node.failover.ClusterRoles;
import mainstay.node.failover.FailoverSettings;
import mainstay.persistence.databases.DatabasesSetup;
import mainstay.protocol.message.ClusterOverview;
import mainstay.protocol.message.FailoverAgent;
import mainstay.protocol.model.Failures;
import mainstay.protocol.model.ServerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One incarnation of what a process does in the cluster: its actor system, seen from outside. A server and a witness fill
 * it with different actors.
 */
final class ClusterPart {
  static final Duration START = Duration.ofSeconds(60);

  private static final String SYSTEM = "mainstay";
  private static final Logger log = LoggerFactory.getLogger("mainstay.server");
  private static final Duration ASK = Duration.ofSeconds(2);

  private final ServerSettings settings;
  private final ActorSystem<?> system;

  /** The message of its failure is a sentence. */
  @FunctionalInterface
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

  /** What is to be done in the actor system before it joins others. */
  @FunctionalInterface
  interface Opening<T> {
    void run(ActorSystem<T> system) throws ExecutionException, IOException, InterruptedException;
  }

  private ClusterPart(ServerSettings settings, ActorSystem<?> system) {
    this.settings = settings;
    this.system = system;
  }

  /**
   * Starts an actor system, does what comes first, and begins to join the others.
   *
   * @throws StartFailedException if any of it fails; nothing is left running
   */
  static <T> ClusterPart start(
      ServerSettings settings, String incarnation, Behavior<T> root, Opening<T> opening)
      throws StartFailedException, InterruptedException {
    ActorSystem<T> system;
    try {
      system = ActorSystem.create(
          root,
          SYSTEM,
          ActorSystemSetup.create(
              BootstrapSetup.create(akkaConfig(settings, incarnation)),
              new DatabasesSetup(incarnation)));
    } catch (RuntimeException e) {
      throw new StartFailedException(Failures.message(e), e);
    }
    try {
      opening.run(system);
      AkkaManagement.get(system.classicSystem()).start().toCompletableFuture().get();
      ClusterBootstrap.get(system.classicSystem()).start();
      log.info(
          "{} {} incarnation={} joins cluster={}:{}",
          settings.own().part().word(),
          settings.self(),
          incarnation,
          settings.own().host(),
          settings.own().clusterPort());
      return new ClusterPart(settings, system);
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

  private static Config akkaConfig(ServerSettings settings, String incarnation) {
    var own = settings.own();
    var management = settings.config().getString("mainstay.management.bind-host");
    var values = new HashMap<String, Object>();
    values.put("akka.remote.artery.canonical.hostname", own.host());
    values.put("akka.remote.artery.canonical.port", own.clusterPort());
    values.put("akka.cluster.roles", ClusterRoles.of(own.part(), settings.self(), incarnation));
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

  /** Of all in {@code mainstay.servers}, as the cluster uses them. */
  static Map<ServerId, Address> addresses(ServerSettings settings) {
    return Addresses.byName(settings.config(), SYSTEM);
  }

  static void spawnBeacon(ActorContext<?> context, ServerSettings settings, String incarnation) {
    context.spawn(
        BeaconActor.create(
            peer(settings.own()),
            incarnation,
            settings.others().stream().map(ClusterPart::peer).toList(),
            BeaconActor.Settings.from(settings.config())),
        "beacon",
        BeaconActor.DISPATCHER);
  }

  private static BeaconActor.Peer peer(ServerSettings.Server server) {
    return new BeaconActor.Peer(
        server.name(),
        Addresses.of(SYSTEM, server.host(), server.clusterPort()),
        server.host(),
        server.crashWatchPort());
  }

  /** The way out that Akka itself takes when the others have downed a member, so the end is the same. */
  static void downSelf(ActorSystem<?> system) {
    var cluster = Cluster.get(system);
    cluster.manager().tell(new Down(cluster.selfMember().address()));
  }

  static String version() {
    var version = ClusterPart.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  void crashed(ServerId server) {
    address(server).ifPresent(address -> CrashEvents.crashed(system.classicSystem(), address));
  }

  void alive(ServerId server) {
    address(server).ifPresent(address -> CrashEvents.alive(system.classicSystem(), address));
  }

  private Optional<Address> address(ServerId name) {
    return Optional.ofNullable(addresses(settings).get(name));
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
