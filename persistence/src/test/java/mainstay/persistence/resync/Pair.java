package mainstay.persistence.resync;

import akka.actor.ActorSystem;
import akka.actor.BootstrapSetup;
import akka.actor.setup.ActorSystemSetup;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mainstay.persistence.databases.Database;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.DatabasesSetup;
import mainstay.persistence.testing.Postgres;
import mainstay.persistence.testing.TestDatabase;
import mainstay.protocol.model.DatabaseAddress;

/** Databases db1, db2 and so on with all tables, and what of the product works on them. */
final class Pair implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(120);

  /** Offset in the first page of a table, whose rows lie at its end. */
  private static final long IN_A_ROW = 8_000;

  private final ActorSystem system;
  private final List<TestDatabase> servers = new ArrayList<>();
  private final List<Database> databases = new ArrayList<>();

  /** @param each the servers of the databases, in their order */
  Pair(List<? extends TestDatabase> each, String... settings) throws SQLException {
    var addresses = new ArrayList<DatabaseAddress>();
    var entries = new ArrayList<String>();
    for (var server : each) {
      var address = new DatabaseAddress(
          "db" + (1 + addresses.size()),
          server.vendor(),
          server.newDatabase(),
          server.user(),
          Optional.of(server.passwordFile().toString()),
          Optional.empty(),
          1);
      addresses.add(address);
      entries.add("{ name = %s, vendor = %s, url = \"%s\", user = %s, password-file = \"%s\" }"
          .formatted(
              address.name(),
              address.vendor(),
              address.url(),
              server.user(),
              server.passwordFile()));
    }
    var config = ConfigFactory.parseString(String.join("\n", settings))
        .withFallback(
            ConfigFactory.parseString("mainstay.server.name = alpha, akka.actor.provider = local,"
                + " akka.loglevel = WARNING, akka.stdout-loglevel = WARNING,"
                + " mainstay.databases = [" + String.join(", ", entries) + "]"))
        .withFallback(ConfigFactory.load());
    system = ActorSystem.create(
        "pair", ActorSystemSetup.create(BootstrapSetup.create(config), new DatabasesSetup("a1")));
    for (var address : addresses) {
      await(Databases.get(system).prepare(address, LIMIT));
      databases.add(Databases.get(system).open(address));
    }
    servers.addAll(each);
    for (var database : databases) {
      execute(database, "update active_set set epoch = 1");
    }
  }

  /** Longer than most: what is copied here is more than elsewhere. */
  static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("no result", e);
    }
  }

  Config config() {
    return system.settings().config();
  }

  ResyncSettings settings() {
    return ResyncSettings.from(config());
  }

  List<Database> databases() {
    return databases;
  }

  /** From 1 on. */
  Database db(int number) {
    return databases.get(number - 1);
  }

  /** A session beside those of the product. */
  Connection connect(Database database) throws SQLException {
    return servers.get(databases.indexOf(database)).connect(database.address().url());
  }

  /** @param sql statements; a semicolon ends a line between them */
  void execute(Database database, String sql) throws SQLException {
    try (var session = connect(database);
        var statement = session.createStatement()) {
      for (var one : sql.strip().split(";\n")) {
        statement.execute(one);
      }
    }
  }

  /** Damages the first page of a table on the disk, as a worn one does. The database is killed for it and started again. */
  void flipBit(Postgres server, int number, String table) throws Exception {
    Path file;
    try (var session = connect(db(number));
        var statement = session.createStatement()) {
      statement.execute("checkpoint"); // or its log repairs the page
      try (var row = statement.executeQuery(
          "select current_setting('data_directory'), pg_relation_filepath('" + table + "')")) {
        row.next();
        file = Path.of(row.getString(1)).resolve(row.getString(2));
      }
    }
    server.kill();
    try (var page = new RandomAccessFile(file.toFile(), "rw")) {
      page.seek(IN_A_ROW);
      int before = page.read();
      page.seek(IN_A_ROW);
      page.write(before ^ 4);
    }
    server.restart();
  }

  JdbcBarrier barrier() {
    return new JdbcBarrier(this, databases);
  }

  /** Begins the epoch in which all databases are written, as the coordinator does. */
  void join(Resynchronisation resynchronisation, long epoch) {
    await(barrier().hold("begin epoch " + epoch, LIMIT, sessions -> {
      resynchronisation.underBarrier(sessions.get("db1"), sessions.get("db2"));
      for (var session : sessions.values()) {
        try (var raise = session.prepareStatement("update active_set set epoch = ?")) {
          raise.setLong(1, epoch);
          raise.executeUpdate();
        }
      }
      return null;
    }));
  }

  /** Tables with other content, with both hashes; empty if all is equal. */
  Set<String> differing() throws SQLException {
    var found = new TreeSet<String>();
    var first = new LinkedHashMap<String, String>();
    try (var session = connect(databases.get(0))) {
      first.putAll(ContentHash.of(session));
    }
    for (var database : databases) {
      try (var session = connect(database)) {
        ContentHash.of(session).forEach((table, hash) -> {
          if (!hash.equals(first.get(table))) {
            found.add(table + ": db1 " + first.get(table) + ", " + database.name() + " " + hash);
          }
        });
      }
    }
    return found;
  }

  /** Settings with a limit of rows each second. */
  record Slow(ResyncSettings other, long rowsPerSecond) {
    ResyncSettings settings() {
      return new ResyncSettings(
          other.chunkRows(),
          other.pieceRows(),
          rowsPerSecond,
          other.smallRemainder(),
          other.passes(),
          other.barrierRows(),
          other.barrierLimit(),
          other.settle(),
          other.statementTimeout(),
          other.scrubRowsPerSecond(),
          other.fullScrub(),
          other.unacknowledgedAge());
    }
  }

  @Override
  public void close() {
    system.terminate();
    await(system.getWhenTerminated());
  }
}
