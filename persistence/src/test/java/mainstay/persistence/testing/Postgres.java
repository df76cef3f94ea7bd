package mainstay.persistence.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import mainstay.persistence.databases.dialect.PostgreSqlDialect;
import mainstay.persistence.embedded.EmbeddedPostgres;
import mainstay.persistence.embedded.EmbeddedPostgresSettings;
import mainstay.persistence.term.TermFence;
import mainstay.protocol.model.ServiceName;

/** A PostgreSQL for tests in a temporary directory. */
public final class Postgres implements TestDatabase {
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private final Path directory;
  private final EmbeddedPostgresSettings settings;
  private EmbeddedPostgres server;

  private Postgres(Path directory, EmbeddedPostgresSettings settings) {
    this.directory = directory;
    this.settings = settings;
  }

  public static Postgres start() throws IOException {
    var postgres = in(temporaryDirectory());
    copyInto(Initialised.get(), postgres.directory);
    postgres.restart();
    return postgres;
  }

  private static Postgres in(Path directory) throws IOException {
    return new Postgres(
        directory, EmbeddedPostgresSettings.of(directory.resolve("db"), freePort()));
  }

  private static Path temporaryDirectory() throws IOException {
    return Files.createTempDirectory(
        "mainstay-it-",
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
  }

  /** An empty one that has been stopped: copying it takes a fraction of the time that initialising takes. */
  private static final class Initialised {
    private static Postgres postgres; // guarded by the class

    static synchronized Path get() throws IOException {
      if (postgres == null) {
        var initialised = in(temporaryDirectory());
        initialised.restart();
        initialised.server.stop();
        Runtime.getRuntime().addShutdownHook(new Thread(initialised::delete));
        postgres = initialised;
      }
      return postgres.directory;
    }
  }

  private static void copyInto(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.filter(found -> !found.equals(from)).toList()) {
        Files.copy(
            file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  @Override
  public void restart() {
    server = EmbeddedPostgres.start(settings);
  }

  @Override
  public void kill() {
    server.kill();
  }

  @Override
  public String newDatabase() throws SQLException {
    String name = "test" + DATABASES.incrementAndGet();
    try (var session = connect(server.jdbcUrl());
        var statement = session.createStatement()) {
      statement.execute("create database " + name);
    }
    return server.jdbcUrl().replaceFirst("/[^/]*$", "/" + name);
  }

  @Override
  public Connection connect(String url) throws SQLException {
    return DriverManager.getConnection(url, server.user(), password());
  }

  @Override
  public Connection connect(String url, String sessionName) throws SQLException {
    return connect(url + "?ApplicationName=" + sessionName);
  }

  @Override
  public void holdAsWriter(Connection session, ServiceName service) throws SQLException {
    try (var lock = session.prepareStatement("select pg_advisory_xact_lock_shared(?)")) {
      for (long key : LongStream.of(TermFence.EPOCH_LOCK, PostgreSqlDialect.lock(service))
          .sorted()
          .toArray()) {
        lock.setLong(1, key);
        lock.execute();
      }
    }
  }

  @Override
  public int waiting(String url) throws SQLException {
    try (var session = connect(url);
        var statement = session.createStatement();
        var row = statement.executeQuery(
            "select count(*) from pg_locks l join pg_database d on d.oid = l.database "
                + "where locktype = 'advisory' and not granted and datname = current_database()")) {
      row.next();
      return row.getInt(1);
    }
  }

  @Override
  public String seconds(String column) {
    return "extract(epoch from " + column + ")";
  }

  @Override
  public String sessionNumber() {
    return "pg_backend_pid()";
  }

  @Override
  public String vendor() {
    return "postgresql";
  }

  @Override
  public String user() {
    return server.user();
  }

  @Override
  public Path passwordFile() {
    return server.passwordFile();
  }

  public String password() {
    try {
      return Files.readString(passwordFile()).strip();
    } catch (IOException e) {
      throw new IllegalStateException("password of the test database", e);
    }
  }

  @Override
  public void close() throws IOException {
    server.kill();
    delete();
  }

  private void delete() {
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + directory, e);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
