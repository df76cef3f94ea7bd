package mainstay.node.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.Address;
import akka.actor.BootstrapSetup;
import akka.actor.setup.ActorSystemSetup;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import mainstay.node.cluster.Addresses;
import mainstay.node.databases.AllDatabasesActor;
import mainstay.node.databases.CoordinationSettings;
import mainstay.node.databases.DatabaseCoordination;
import mainstay.node.dge.SampleSink;
import mainstay.node.failover.ClusterRoles;
import mainstay.node.failover.core.Part;
import mainstay.node.provisioning.LocalConfiguration;
import mainstay.node.provisioning.core.Samples;
import mainstay.persistence.databases.DatabasesSetup;
import mainstay.persistence.databases.JdbcWriteBarrier;
import mainstay.persistence.embedded.EmbeddedPostgres;
import mainstay.persistence.embedded.EmbeddedPostgresSettings;
import mainstay.persistence.resync.ContentScrub;
import mainstay.persistence.resync.ResyncSettings;
import mainstay.persistence.resync.Resynchronisation;
import mainstay.persistence.term.StaleTermException;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.Dge;
import mainstay.protocol.model.PerformanceDatabase;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.SampleBucket;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import mainstay.protocol.query.Found;
import mainstay.protocol.query.SampleQueries;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Three servers whose engines store their samples in a cluster of two PostgreSQL, or in databases of their own there. The
 * databases of the installation are not there at all.
 */
class SampleDatabasesIT {
  private static final String ALPHA = "alpha";
  private static final String BRAVO = "bravo";
  private static final String CHARLIE = "charlie";
  private static final ServiceName SERVICE = ServiceName.dge("main");
  private static final PerformanceDatabase PLANT = PerformanceDatabase.cluster("plant");
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
  private static final String BOTH = "plant1 active, plant2 active";

  private static final List<EmbeddedPostgresSettings> SETTINGS = new ArrayList<>();
  private static final List<EmbeddedPostgres> POSTGRES = new ArrayList<>();
  private static final AtomicInteger NUMBERS = new AtomicInteger();
  private static Path directory;

  private final Map<ServerId, Address> addresses = new TreeMap<>();
  private final Map<String, Running> servers = new HashMap<>();
  private final int number = NUMBERS.incrementAndGet();
  private final List<String> plant = new ArrayList<>();

  private record Running(
      ActorSystem<Void> system,
      SampleDatabases samples,
      ActorRef<DatabaseAdmin.Command> databases) {}

  @BeforeAll
  static void startDatabases() throws IOException {
    directory = Files.createTempDirectory(
        "mainstay-it-",
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    for (int i = 1; i <= 2; i++) {
      var own = EmbeddedPostgresSettings.of(directory.resolve("plant" + i), freePort());
      SETTINGS.add(own);
      POSTGRES.add(EmbeddedPostgres.start(own));
    }
  }

  @AfterAll
  static void stopDatabases() throws IOException {
    POSTGRES.forEach(EmbeddedPostgres::kill);
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @BeforeEach
  void start() throws IOException, SQLException {
    plant.add(newDatabase(0, "plant"));
    plant.add(newDatabase(1, "plant"));
    for (var server : List.of(ALPHA, BRAVO, CHARLIE)) {
      addresses.put(new ServerId(server), Addresses.of("mainstay", "127.0.0.1", freePort()));
    }
  }

  @AfterEach
  void stop() {
    servers.values().forEach(server -> server.system().terminate());
    servers
        .values()
        .forEach(
            server -> server.system().getWhenTerminated().toCompletableFuture().join());
  }

  @Test
  void anEngineGoesOnWhileADatabaseOfItsClusterDiesAndReturnsAndAStaleOneIsRefused()
      throws Exception {
    start(ALPHA, Optional.empty());
    start(BRAVO, Optional.empty());
    start(CHARLIE, Optional.empty());
    awaitSet(BOTH);
    var stop = new AtomicBoolean();
    var written = new AtomicInteger();
    var alpha = sink(ALPHA, 1, PLANT);
    var writer = CompletableFuture.runAsync(() -> writeUntil(stop, alpha, written), task -> {
      var thread = new Thread(task, "writer");
      thread.setDaemon(true);
      thread.start();
    });
    awaitWrites(written);

    POSTGRES.get(1).kill();
    awaitSet("plant1 active, plant2 (not active|unreachable)");
    awaitWrites(written);
    POSTGRES.set(1, EmbeddedPostgres.start(SETTINGS.get(1)));
    awaitSet(BOTH);
    awaitWrites(written);
    stop.set(true);
    writer.get(SOON.toSeconds(), TimeUnit.SECONDS);

    var rows = rows(0);
    assertThat(rows).hasSize(written.get());
    assertThat(rows(1)).isEqualTo(rows);

    var bravo = sink(BRAVO, 2, PLANT);
    int next = written.get();
    write(bravo, 2, sample(next, 1.0));
    assertThatThrownBy(() -> write(alpha, 1, sample(next + 1, 1.0)))
        .hasCauseInstanceOf(StaleTermException.class);
    // One that wakes up before its first write there.
    assertThatThrownBy(() -> write(sink(ALPHA, 1, PLANT), 1, sample(next + 1, 1.0)))
        .hasCauseInstanceOf(StaleTermException.class);

    assertThat(rows(0)).hasSize(next + 1);
    assertThat(rows(1)).isEqualTo(rows(0));
    var read = range(CHARLIE, PLANT, next + 9);
    assertThat(read.value()).hasSize(next + 1);
    assertThat(read.missing()).containsExactly("the databases of the installation");
  }

  @Test
  void samplesInTheDatabasesOfTheirServersAreReadThroughAnyServer() throws Exception {
    start(ALPHA, Optional.of(newDatabase(0, "local_alpha")));
    start(BRAVO, Optional.of(newDatabase(1, "local_bravo")));
    start(CHARLIE, Optional.empty());
    awaitState(ALPHA, "local", "own active");
    awaitState(BRAVO, "local", "own active");

    write(sink(ALPHA, 1, PerformanceDatabase.LOCAL), 1, sample(0, 1.0), sample(1, 1.0));
    write(sink(BRAVO, 2, PerformanceDatabase.LOCAL), 2, sample(2, 2.0), sample(3, 2.0));
    var complete = range(CHARLIE, PerformanceDatabase.LOCAL, 9);
    POSTGRES.get(0).kill();
    var incomplete = range(CHARLIE, PerformanceDatabase.LOCAL, 9);
    POSTGRES.set(0, EmbeddedPostgres.start(SETTINGS.get(0)));

    assertThat(complete.value())
        .extracting(sample -> sample.value().orElseThrow())
        .containsExactly(1.0, 1.0, 2.0, 2.0);
    assertThat(complete.missing())
        .containsExactly("server charlie", "the databases of the installation");
    assertThat(incomplete.value()).hasSize(2);
    assertThat(incomplete.missing())
        .containsExactly("server alpha", "server charlie", "the databases of the installation");
  }

  @Test
  void theDatabaseOfAnotherServerIsNotUsedAsALocalOne() throws Exception {
    var url = newDatabase(0, "local_alpha");
    start(ALPHA, Optional.of(url));
    awaitState(ALPHA, "local", "own active");

    start(BRAVO, Optional.of(url));
    awaitSet(BOTH);

    assertThatThrownBy(() -> write(sink(BRAVO, 2, PerformanceDatabase.LOCAL), 2, sample(0, 1.0)))
        .hasMessageContaining("a set that is not known yet");
    awaitState(BRAVO, "local", "own not active");
  }

  @Test
  void aListThatTheFileLacksTakesNothingAndSaysWhy() throws Exception {
    start(ALPHA, Optional.empty());

    assertThatThrownBy(() -> write(sink(ALPHA, 1, PerformanceDatabase.LOCAL), 1, sample(0, 1.0)))
        .hasMessageContaining(
            "the file of server alpha has no mainstay.sample-databases.local; add it");
  }

  // ---- servers

  private void start(String name, Optional<String> localUrl) throws IOException {
    var self = new ServerId(name);
    var lists = new HashMap<String, Object>();
    lists.put("plant", List.of(entry("plant1", plant.get(0)), entry("plant2", plant.get(1))));
    localUrl.ifPresent(url -> lists.put("local", List.of(entry("own", url))));
    var config = ConfigFactory.parseMap(Map.of(
            "akka.actor.provider",
            "cluster",
            "akka.remote.artery.canonical.hostname",
            "127.0.0.1",
            "akka.remote.artery.canonical.port",
            addresses.get(self).getPort().orElseThrow(),
            "akka.cluster.roles",
            ClusterRoles.of(Part.SERVER, self, "run1"),
            "mainstay.server.name",
            name,
            "mainstay.databases",
            List.of(entry("db1", "jdbc:postgresql://127.0.0.1:1/mainstay")),
            "mainstay.sample-databases",
            lists))
        .withFallback(ConfigFactory.parseString("""
            akka.cluster.jmx.enabled = off
            akka.loglevel = WARNING
            mainstay.coordination { hold-off = 200 ms, return-probe = 100 ms }
            """))
        .withFallback(ConfigFactory.load("provisioning-test"));
    var home = Files.createDirectories(directory.resolve(name + number));
    var resync = ResyncSettings.from(config);
    var clock = Clock.systemUTC();
    var started = new CompletableFuture<SampleDatabases>();
    var databases = new CompletableFuture<ActorRef<DatabaseAdmin.Command>>();
    ActorSystem<Void> system = ActorSystem.create(
        Behaviors.<Void>setup(context -> {
          var samples = SampleDatabases.start(
              context,
              self,
              addresses,
              clock,
              (list, listed, voters) -> DatabaseCoordination.spawn(
                  context,
                  new DatabaseCoordination.Environment(
                      list,
                      self,
                      "run1",
                      voters,
                      Set.of(),
                      home,
                      CoordinationSettings.from(config),
                      Duration.ofSeconds(30),
                      clock),
                  new DatabaseCoordination.Access(
                      listed,
                      (source, target) -> new Resynchronisation(source, target, resync),
                      new ContentScrub(resync, clock),
                      new JdbcWriteBarrier(listed))));
          databases.complete(context.spawn(
              AllDatabasesActor.create(
                  context.spawn(noInstallation(), "installation"), samples.coordinators()),
              "databases"));
          started.complete(samples);
          return Behaviors.empty();
        }),
        "mainstay",
        ActorSystemSetup.create(BootstrapSetup.create(config), new DatabasesSetup("run1")));
    servers.put(name, new Running(system, started.join(), databases.join()));
  }

  private static Behavior<DatabaseAdmin.Command> noInstallation() {
    return Behaviors.receive(DatabaseAdmin.Command.class)
        .onMessage(DatabaseAdmin.GetDatabases.class, get -> {
          get.replyTo().tell(new DatabaseAdmin.Listing(0, List.of()));
          return Behaviors.same();
        })
        .build();
  }

  private static Map<String, String> entry(String name, String url) {
    var server = POSTGRES.get(url.startsWith(serverOf(1)) ? 1 : 0);
    return Map.of(
        "name",
        name,
        "vendor",
        "postgresql",
        "url",
        url,
        "user",
        server.user(),
        "password-file",
        server.passwordFile().toString());
  }

  private static String serverOf(int server) {
    return POSTGRES.get(server).jdbcUrl().replaceFirst("/[^/]+$", "/");
  }

  /** @return its address */
  private String newDatabase(int server, String purpose) throws SQLException {
    var name = purpose + number;
    try (var session = connect(POSTGRES.get(server).jdbcUrl());
        var statement = session.createStatement()) {
      statement.execute("create database " + name);
    }
    return serverOf(server) + name;
  }

  private void awaitSet(String text) {
    servers.keySet().forEach(name -> awaitState(name, "plant", text));
  }

  /** @param text name and state of each database of the list, as a pattern */
  private void awaitState(String name, String list, String text) {
    var server = servers.get(name);
    Awaitility.await(text + " on " + name)
        .atMost(SOON)
        .untilAsserted(() -> assertThat(
                AskPattern.<DatabaseAdmin.Command, DatabaseAdmin.Listing>ask(
                        server.databases(),
                        DatabaseAdmin.GetDatabases::new,
                        SOON,
                        server.system().scheduler())
                    .toCompletableFuture()
                    .join()
                    .databases()
                    .stream()
                    .filter(row -> row.cluster().equals(list))
                    .map(row -> row.name() + " " + row.state())
                    .collect(Collectors.joining(", ")))
            .matches(text));
  }

  // ---- samples

  private SampleSink sink(String server, long term, PerformanceDatabase place) {
    return servers.get(server).samples().sink(activation(server, term), place, (fence, batch) -> {
      throw new AssertionError("nothing belongs into the databases of the installation");
    });
  }

  private static Activation activation(String server, long term) {
    return new Activation(SERVICE, term, new ServerId(server), "run1");
  }

  private static void write(SampleSink sink, long term, Sample... samples) {
    sink.write(activation(ALPHA, term).fence(), List.of(samples))
        .toCompletableFuture()
        .orTimeout(SOON.toMillis(), TimeUnit.MILLISECONDS)
        .join();
  }

  private static void writeUntil(AtomicBoolean stop, SampleSink sink, AtomicInteger written) {
    while (!stop.get()) {
      write(sink, 1, sample(written.get(), 1.0));
      written.incrementAndGet();
    }
  }

  private static void awaitWrites(AtomicInteger written) {
    int before = written.get();
    Awaitility.await("writes").atMost(SOON).until(() -> written.get() > before + 20);
  }

  private static Sample sample(int number, double value) {
    return new Sample("cpu", NOON.plusMillis(number), Optional.of(value), Quality.GOOD);
  }

  /** What a reader gets from this server, which knows where the engine stores its samples now. */
  private Found<List<Sample>> range(String server, PerformanceDatabase place, int limit) {
    var running = servers.get(server);
    var configuration = new LocalConfiguration();
    configuration.changed(Samples.with(
        Samples.device("db-1"), Samples.test("cpu", "db-1"), new Dge("main", "", place)));
    return running
        .samples()
        .history(running.system(), configuration, new Absent(), addresses, Duration.ofSeconds(2))
        .range("cpu", NOON, NOON.plusSeconds(3_600), limit)
        .toCompletableFuture()
        .join();
  }

  private static final class Absent implements SampleQueries {
    @Override
    public CompletableFuture<Optional<Sample>> latest(String series) {
      return CompletableFuture.failedFuture(new IllegalStateException("absent"));
    }

    @Override
    public CompletableFuture<List<Sample>> range(
        String series, Instant from, Instant to, int limit) {
      return CompletableFuture.failedFuture(new IllegalStateException("absent"));
    }

    @Override
    public CompletableFuture<List<SampleBucket>> buckets(
        String series, Instant from, Instant to, Duration step) {
      return CompletableFuture.failedFuture(new IllegalStateException("absent"));
    }
  }

  private List<String> rows(int copy) throws SQLException {
    try (var session = connect(plant.get(copy));
        var query = session.createStatement();
        var rows = query.executeQuery("select ts_ms, val from sample order by series_id, ts_ms")) {
      var found = new ArrayList<String>();
      while (rows.next()) {
        found.add(rows.getLong(1) + " " + rows.getDouble(2));
      }
      return found;
    }
  }

  private static Connection connect(String url) throws SQLException {
    var login = entry("any", url);
    try {
      return DriverManager.getConnection(
          url,
          login.get("user"),
          Files.readString(Path.of(login.get("password-file"))).strip());
    } catch (IOException e) {
      throw new AssertionError("password", e);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
