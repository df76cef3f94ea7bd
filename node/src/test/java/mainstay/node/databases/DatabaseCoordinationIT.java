package mainstay.node.databases;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.Address;
import akka.actor.BootstrapSetup;
import akka.actor.setup.ActorSystemSetup;
import akka.actor.typed.ActorSystem;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import mainstay.node.cluster.Addresses;
import mainstay.node.databases.core.DatabaseList;
import mainstay.node.failover.ClusterRoles;
import mainstay.node.failover.core.Part;
import mainstay.persistence.databases.Database;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.DatabasesSetup;
import mainstay.persistence.databases.EpochChangedException;
import mainstay.persistence.databases.SqlWork;
import mainstay.persistence.databases.WriteBarrier;
import mainstay.persistence.embedded.EmbeddedPostgres;
import mainstay.persistence.embedded.EmbeddedPostgresSettings;
import mainstay.persistence.resync.Scrub;
import mainstay.persistence.resync.Synchroniser;
import mainstay.persistence.term.TermFence;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ServerId;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three servers and two PostgreSQL, one of which dies and returns while a server writes to both. */
class DatabaseCoordinationIT {
  private static final List<String> SERVERS = List.of("alpha", "bravo", "charlie");
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int TIMES = 5;

  private final Map<ServerId, Address> addresses = new TreeMap<>();
  private final List<ActorSystem<Void>> systems = new ArrayList<>();
  private final List<EmbeddedPostgresSettings> settings = new ArrayList<>();
  private final List<EmbeddedPostgres> postgres = new ArrayList<>();
  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicLong longestNanos = new AtomicLong();
  private final AtomicLong writes = new AtomicLong();
  private CompletableFuture<Void> writer;
  private Path directory;

  @BeforeEach
  void start() throws IOException, SQLException {
    directory = Files.createTempDirectory(
        "mainstay-it-",
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    for (int i = 1; i <= 2; i++) {
      var own = EmbeddedPostgresSettings.of(directory.resolve("db" + i), freePort());
      settings.add(own);
      postgres.add(EmbeddedPostgres.start(own));
    }
    for (var server : SERVERS) {
      addresses.put(new ServerId(server), Addresses.of("mainstay", "127.0.0.1", freePort()));
    }
    var ready = new ArrayList<CompletableFuture<ActiveSet>>();
    SERVERS.forEach(server -> ready.add(start(server)));
    ready.forEach(one -> one.orTimeout(SOON.toMillis(), TimeUnit.MILLISECONDS).join());
  }

  @AfterEach
  void stop() throws IOException {
    systems.forEach(ActorSystem::terminate);
    systems.forEach(system -> system.getWhenTerminated().toCompletableFuture().join());
    postgres.forEach(EmbeddedPostgres::kill);
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void oneDiesAndReturnsWhileTheOtherIsWritten() throws Exception {
    beginToWrite();
    for (int i = 0; i < TIMES; i++) {
      int victim = i % 2;
      longestNanos.set(0);
      postgres.get(victim).kill();
      awaitSet("db" + (victim + 1) + " inactive");
      awaitWrites(writes);
      long drop = TimeUnit.NANOSECONDS.toMillis(longestNanos.getAndSet(0));
      postgres.set(victim, EmbeddedPostgres.start(settings.get(victim)));
      awaitSet("db1 active, db2 active");
      awaitWrites(writes);
      long back = TimeUnit.NANOSECONDS.toMillis(longestNanos.get());
      System.out.println("longest write: " + drop + " ms at the kill of db" + (victim + 1) + ", "
          + back + " ms at its return");
    }
    endWriting();

    var first = rows(postgres.get(0));
    assertThat(rows(postgres.get(1))).isEqualTo(first);
    assertThat((long) first.size()).isEqualTo(writes.get());
    assertThat(epochs(postgres.get(0))).isEqualTo(epochs(postgres.get(1)));
  }

  @Test
  void oneThatHangsIsLeftOutAndWritersGoOn() throws Exception {
    beginToWrite();
    longestNanos.set(0);

    signal("STOP", postgres.get(1));
    awaitSet("db1 active, db2 inactive");
    awaitWrites(writes);

    System.out.println("longest write: " + TimeUnit.NANOSECONDS.toMillis(longestNanos.get())
        + " ms when db2 hangs");
    signal("CONT", postgres.get(1));
    awaitSet("db1 active, db2 active");
    endWriting();
    assertThat(rows(postgres.get(1))).isEqualTo(rows(postgres.get(0)));
  }

  /** As one whose disk is full does: it answers every question, takes logins, and refuses rows. */
  @Test
  void oneThatHasNoRoomIsLeftOutAndReturnsWhenItHas() throws Exception {
    beginToWrite();
    longestNanos.set(0);

    execute(postgres.get(1), """
        create function no_room() returns trigger language plpgsql as
          $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
        create trigger no_room before insert on written execute function no_room();
        """);
    awaitSet("db1 active, db2 inactive");
    awaitWrites(writes);

    System.out.println("longest write: " + TimeUnit.NANOSECONDS.toMillis(longestNanos.get())
        + " ms when db2 has no room");
    assertThat(Databases.get(systems.get(0)).set().orElseThrow().why())
        .contains("charlie cannot_store", "No space left on device");
    assertThat(longestNanos.get()).isLessThan(Duration.ofSeconds(2).toNanos());
    execute(postgres.get(1), "drop trigger no_room on written");
    awaitSet("db1 active, db2 active");
    awaitWrites(writes);
    endWriting();
  }

  private static void execute(EmbeddedPostgres database, String sql) throws SQLException {
    try (var session = connect(database);
        var statement = session.createStatement()) {
      statement.execute(sql);
    }
  }

  private void beginToWrite() throws SQLException {
    for (var database : postgres) {
      execute(database, "create table written (id bigint primary key)");
    }
    writer = CompletableFuture.runAsync(this::write, task -> {
      var thread = new Thread(task, "writer");
      thread.setDaemon(true);
      thread.start();
    });
    awaitWrites(writes);
  }

  private void endWriting() throws Exception {
    stop.set(true);
    writer.get(SOON.toSeconds(), TimeUnit.SECONDS);
  }

  private static void signal(String signal, EmbeddedPostgres database)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("kill", "-" + signal, Long.toString(database.pid())));
    ProcessHandle.of(database.pid())
        .orElseThrow()
        .descendants()
        .forEach(child -> command.add(Long.toString(child.pid())));
    new ProcessBuilder(command).start().waitFor(); // one that has just ended does not matter
  }

  /** As the product writes: behind the lock, with a check of the epoch, acknowledged by all. */
  private void write() {
    var databases = Databases.get(systems.get(2));
    for (long id = 0; !stop.get(); id++) {
      long number = id;
      long begin = System.nanoTime();
      databases
          .replicator()
          .onWritten(
              "write",
              (database, epoch) -> database.write("write", insert(database, epoch, number)))
          .join();
      longestNanos.accumulateAndGet(System.nanoTime() - begin, Math::max);
      writes.incrementAndGet();
    }
  }

  private static SqlWork<Void> insert(Database database, long epoch, long id) {
    SqlWork<Void> insert = session -> {
      try (var statement = session.createStatement()) {
        statement.execute("select pg_advisory_xact_lock_shared(" + TermFence.EPOCH_LOCK + ")");
        try (var row = statement.executeQuery("select epoch from active_set")) {
          row.next();
          if (row.getLong(1) != epoch) {
            throw new EpochChangedException(database.name(), epoch, null);
          }
        }
        statement.execute("insert into written values (" + id + ") on conflict do nothing");
      }
      return null;
    };
    return insert.inTransaction();
  }

  private static void awaitWrites(AtomicLong writes) {
    long before = writes.get();
    Awaitility.await("writes").atMost(SOON).until(() -> writes.get() > before + 20);
  }

  private void awaitSet(String text) {
    Awaitility.await(text)
        .atMost(SOON)
        .untilAsserted(() -> assertThat(systems)
            .allMatch(system -> Databases.get(system).set().orElseThrow().text().contains(text)));
  }

  private static List<Long> rows(EmbeddedPostgres database) throws SQLException {
    return numbers(database, "select id from written order by id");
  }

  /** What it was told while it was written. */
  private static List<Long> epochs(EmbeddedPostgres database) throws SQLException {
    return numbers(database, "select epoch from active_set");
  }

  private static List<Long> numbers(EmbeddedPostgres database, String sql) throws SQLException {
    try (var session = connect(database);
        var query = session.createStatement();
        var rows = query.executeQuery(sql)) {
      var numbers = new ArrayList<Long>();
      while (rows.next()) {
        numbers.add(rows.getLong(1));
      }
      return numbers;
    }
  }

  private static Connection connect(EmbeddedPostgres database) throws SQLException {
    try {
      return DriverManager.getConnection(
          database.jdbcUrl(),
          database.user(),
          Files.readString(database.passwordFile()).strip());
    } catch (IOException e) {
      throw new AssertionError("password", e);
    }
  }

  private CompletableFuture<ActiveSet> start(String server) {
    var id = new ServerId(server);
    var databases = new ArrayList<Map<String, String>>();
    for (int i = 0; i < postgres.size(); i++) {
      databases.add(Map.of(
          "name",
          "db" + (i + 1),
          "vendor",
          "postgresql",
          "url",
          postgres.get(i).jdbcUrl(),
          "user",
          postgres.get(i).user(),
          "password-file",
          postgres.get(i).passwordFile().toString()));
    }
    var config = ConfigFactory.parseMap(Map.of(
            "akka.actor.provider",
            "cluster",
            "akka.remote.artery.canonical.hostname",
            "127.0.0.1",
            "akka.remote.artery.canonical.port",
            addresses.get(id).getPort().orElseThrow(),
            "akka.cluster.roles",
            ClusterRoles.of(Part.SERVER, id, "run1"),
            "akka.cluster.jmx.enabled",
            "off",
            "akka.loglevel",
            "WARNING",
            "mainstay.server.name",
            server,
            "mainstay.databases",
            databases,
            "mainstay.coordination.hold-off",
            "200 ms"))
        .withFallback(ConfigFactory.parseString("mainstay.coordination.return-probe = 100 ms"))
        .withFallback(ConfigFactory.load("provisioning-test"));
    var home = directory.resolve(server);
    try {
      Files.createDirectories(home);
    } catch (IOException e) {
      throw new AssertionError(home.toString(), e);
    }
    var started = new CompletableFuture<DatabaseCoordination>();
    ActorSystem<Void> system = ActorSystem.create(
        Behaviors.<Void>setup(context -> {
          started.complete(DatabaseCoordination.spawn(
              context,
              new DatabaseCoordination.Environment(
                  DatabaseList.INSTALLATION,
                  id,
                  "run1",
                  addresses,
                  Set.of(),
                  home,
                  CoordinationSettings.from(config),
                  Duration.ofSeconds(30),
                  Clock.systemUTC()),
              new DatabaseCoordination.Access(
                  Databases.get(context.getSystem()),
                  CopyUnderBarrier::new,
                  (active, barrier) -> CompletableFuture.completedFuture(
                      new Scrub.Findings(List.of(), Map.of(), 0, Duration.ZERO, List.of())),
                  new NoBarrier())));
          return Behaviors.empty();
        }),
        "mainstay",
        ActorSystemSetup.create(BootstrapSetup.create(config), new DatabasesSetup("run1")));
    systems.add(system);
    return started.thenCompose(DatabaseCoordination::ready).toCompletableFuture();
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** There is little to copy here, so all of it is copied where nobody can write: then it must be equal. */
  private record CopyUnderBarrier(Database source, Database target) implements Synchroniser {
    @Override
    public CompletionStage<Void> copy() {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void underBarrier(Connection from, Connection to) throws SQLException {
      try (var truncate = to.createStatement()) {
        truncate.execute("truncate written");
      }
      try (var query = from.createStatement();
          var rows = query.executeQuery("select id from written");
          var insert = to.prepareStatement("insert into written values (?)")) {
        while (rows.next()) {
          insert.setLong(1, rows.getLong(1));
          insert.addBatch();
        }
        insert.executeBatch();
      }
    }

    @Override
    public CompletionStage<Void> complete(WriteBarrier barrier) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public Optional<DatabaseAdmin.Progress> progress() {
      return Optional.empty();
    }

    @Override
    public void cancel() {
      // nothing runs on its own
    }
  }

  private static final class NoBarrier implements WriteBarrier {
    @Override
    public <T> CompletionStage<T> hold(String operation, Duration limit, Held<T> work) {
      throw new UnsupportedOperationException("nobody needs it here");
    }
  }
}
