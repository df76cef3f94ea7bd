package mainstay.node.databases;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.JoinSeedNodes;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import mainstay.node.cluster.Addresses;
import mainstay.node.databases.core.DatabaseList;
import mainstay.node.failover.ClusterRoles;
import mainstay.node.failover.core.Part;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.DatabaseAddress;
import mainstay.protocol.model.ServerId;
import org.awaitility.Awaitility;

/** Three servers in one process, each an actor system with voter, coordinator and start-up, over fake databases. */
final class CoordinatedServers implements AutoCloseable {
  static final String ALPHA = "alpha";
  static final String BRAVO = "bravo";
  static final String CHARLIE = "charlie";
  static final List<String> ALL = List.of(ALPHA, BRAVO, CHARLIE);
  static final Duration SOON = Duration.ofSeconds(20);
  private static final String SYSTEM = "mainstay";

  final FakeDatabases databases = new FakeDatabases();
  private final Path directory;
  private final Map<ServerId, Address> addresses = new TreeMap<>();
  private final Map<String, ActorSystem<Void>> systems = new HashMap<>();
  private final Map<String, DatabaseCoordination> coordinations = new HashMap<>();
  private final Map<String, FakeDatabases.Link> links = new HashMap<>();
  private Set<ServerId> witnesses = Set.of();
  private int runs;

  CoordinatedServers(Path directory) throws IOException {
    this.directory = directory;
    var sockets = new ArrayList<ServerSocket>();
    for (var server : ALL) {
      var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      sockets.add(socket);
      addresses.put(new ServerId(server), Addresses.of(SYSTEM, "127.0.0.1", socket.getLocalPort()));
    }
    for (var socket : sockets) {
      socket.close();
    }
  }

  static DatabaseAddress database(int number) {
    return new DatabaseAddress(
        "db" + number,
        DatabaseAddress.POSTGRESQL,
        "jdbc:postgresql://127.0.0.1:" + (6000 + number) + "/mainstay",
        "mainstay",
        Optional.of("/etc/db.password"),
        Optional.empty(),
        1);
  }

  void start(String server, DatabaseAddress... configured) {
    start(DatabaseList.INSTALLATION, server, configured);
  }

  void start(DatabaseList list, String server, DatabaseAddress... configured) {
    var id = new ServerId(server);
    var link = databases.link(server, List.of(configured));
    var started = new CompletableFuture<DatabaseCoordination>();
    var config = config(Part.SERVER, id);
    var settings = new CoordinationSettings(
        Duration.ofSeconds(1),
        Duration.ofSeconds(3),
        Duration.ofMillis(200),
        Duration.ofMillis(200),
        Duration.ofMillis(50),
        Duration.ofMillis(200),
        Duration.ofSeconds(2),
        Duration.ofMillis(200));
    var home = home(server);
    ActorSystem<Void> system = ActorSystem.create(
        Behaviors.<Void>setup(context -> {
          started.complete(DatabaseCoordination.spawn(
              context,
              new DatabaseCoordination.Environment(
                  list,
                  id,
                  "run" + runs,
                  addresses,
                  witnesses,
                  home,
                  settings,
                  Duration.ofSeconds(2),
                  Clock.systemUTC()),
              link));
          return Behaviors.empty();
        }),
        SYSTEM,
        config);
    systems.put(server, system);
    links.put(server, link);
    coordinations.put(
        server, started.orTimeout(SOON.toMillis(), TimeUnit.MILLISECONDS).join());
  }

  /** Only votes; the servers that are started after it know it. */
  private void startWitness(String witness) {
    var id = new ServerId(witness);
    witnesses = Set.of(id);
    ActorSystem<Void> system = ActorSystem.create(
        Behaviors.<Void>setup(context -> {
          DatabaseCoordination.spawnVoters(
              context, List.of(DatabaseList.INSTALLATION), id, home(witness));
          return Behaviors.empty();
        }),
        SYSTEM,
        config(Part.WITNESS, id));
    systems.put(witness, system);
  }

  private Path home(String server) {
    var home = directory.resolve(server);
    try {
      return Files.createDirectories(home);
    } catch (IOException e) {
      throw new AssertionError(home.toString(), e);
    }
  }

  private Config config(Part part, ServerId id) {
    return ConfigFactory.parseMap(Map.of(
            "akka.actor.provider",
            "cluster",
            "akka.remote.artery.canonical.hostname",
            "127.0.0.1",
            "akka.remote.artery.canonical.port",
            addresses.get(id).getPort().orElseThrow(),
            "akka.cluster.roles",
            ClusterRoles.of(part, id, "run" + ++runs),
            "akka.cluster.jmx.enabled",
            "off",
            "akka.loglevel",
            "WARNING"))
        .withFallback(ConfigFactory.load("provisioning-test"));
  }

  /** All three with db1 and db2, and ready. */
  void startAll() {
    ALL.forEach(server -> start(server, database(1), database(2)));
    awaitSet("db1 active, db2 active");
  }

  /** Charlie only votes; alpha and bravo with db1 and db2, and all of them members of a cluster. */
  void startTwoAndAWitness() {
    startWitness(CHARLIE);
    start(ALPHA, database(1), database(2));
    start(BRAVO, database(1), database(2));
    awaitSet("db1 active, db2 active");
    formCluster();
  }

  void stop(String server) {
    var system = systems.remove(server);
    links.remove(server);
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }

  void formCluster() {
    systems
        .values()
        .forEach(system -> Cluster.get(system)
            .manager()
            .tell(new JoinSeedNodes(List.of(addresses.get(new ServerId(ALPHA))))));
    await(
        "a cluster",
        () -> systems.values().stream()
            .allMatch(system ->
                Cluster.get(system).state().getMembers().spliterator().getExactSizeIfKnown() == 3));
  }

  FakeDatabases.Link link(String server) {
    return links.get(server);
  }

  /** Completes or fails with the start of the server. */
  CompletableFuture<ActiveSet> ready(String server) {
    return coordinations.get(server).ready().toCompletableFuture();
  }

  /** As writers do, which do not give up before they are told something new. */
  void suspectUntil(String server, String database, String text) {
    Awaitility.await(text + " on " + links.keySet())
        .atMost(SOON)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(() -> {
          link(server).suspect(database);
          assertThat(sets()).allMatch(text::equals);
        });
  }

  void awaitSet(String text) {
    Awaitility.await(text)
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(() -> assertThat(sets()).allMatch(text::equals));
  }

  private List<String> sets() {
    return links.values().stream()
        .map(link -> link.adopted().map(ActiveSet::text).orElse("none"))
        .toList();
  }

  static void await(String what, java.util.concurrent.Callable<Boolean> condition) {
    Awaitility.await(what).atMost(SOON).pollInterval(Duration.ofMillis(10)).until(condition);
  }

  /** As a client does: until somebody coordinates. */
  DatabaseAdmin.Reply ask(
      String server, Function<ActorRef<DatabaseAdmin.Reply>, DatabaseAdmin.Command> command) {
    var system = systems.get(server);
    return Awaitility.await("an answer")
        .atMost(SOON)
        .until(
            () -> AskPattern.<DatabaseAdmin.Command, DatabaseAdmin.Reply>ask(
                    coordinations.get(server).coordinator(),
                    command::apply,
                    SOON,
                    system.scheduler())
                .toCompletableFuture()
                .join(),
            reply -> reply
                .refusal()
                .filter(refusal -> refusal.reason() == ServiceReply.Reason.NO_ACTIVE_SERVER)
                .isEmpty());
  }

  DatabaseAdmin.Listing listing(String server) {
    return AskPattern.<DatabaseAdmin.Command, DatabaseAdmin.Listing>ask(
            coordinations.get(server).coordinator(),
            DatabaseAdmin.GetDatabases::new,
            SOON,
            systems.get(server).scheduler())
        .toCompletableFuture()
        .join();
  }

  void awaitRow(String server, String name, Predicate<DatabaseAdmin.Database> wanted) {
    await(
        name + " as " + server + " shows it",
        () -> listing(server).databases().stream()
            .filter(database -> database.name().equals(name))
            .anyMatch(wanted));
  }

  @Override
  public void close() {
    systems.values().forEach(ActorSystem::terminate);
    systems
        .values()
        .forEach(system -> system.getWhenTerminated().toCompletableFuture().join());
  }
}
