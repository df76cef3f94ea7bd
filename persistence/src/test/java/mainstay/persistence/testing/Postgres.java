package mainstay.persistence.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import mainstay.persistence.embedded.EmbeddedPostgres;
import mainstay.persistence.embedded.EmbeddedPostgresSettings;

/** A PostgreSQL for tests in a temporary directory. */
public final class Postgres implements AutoCloseable {
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private final Path directory;
  private final EmbeddedPostgresSettings settings;
  private EmbeddedPostgres server;

  private Postgres(Path directory, EmbeddedPostgresSettings settings) {
    this.directory = directory;
    this.settings = settings;
  }

  public static Postgres start() throws IOException {
    var directory = Files.createTempDirectory(
        "mainstay-it-",
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    var postgres =
        new Postgres(directory, EmbeddedPostgresSettings.of(directory.resolve("db"), freePort()));
    postgres.restart();
    return postgres;
  }

  public void restart() {
    server = EmbeddedPostgres.start(settings);
  }

  /** Signal 9 to all of its processes. */
  public void kill() {
    server.kill();
  }

  /** Address of a new, empty database. */
  public String newDatabase() throws SQLException {
    String name = "test" + DATABASES.incrementAndGet();
    try (var session = connect(server.jdbcUrl());
        var statement = session.createStatement()) {
      statement.execute("create database " + name);
    }
    return server.jdbcUrl().replaceFirst("/[^/]*$", "/" + name);
  }

  /** A session beside those of the product. */
  public Connection connect(String url) throws SQLException {
    return DriverManager.getConnection(url, server.user(), password());
  }

  public String user() {
    return server.user();
  }

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
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
