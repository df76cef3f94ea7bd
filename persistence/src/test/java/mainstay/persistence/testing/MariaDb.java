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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mainstay.protocol.model.ServiceName;
import org.awaitility.Awaitility;

/** A MariaDB for tests in a temporary directory: the programs of Debian's package mariadb-server. */
public final class MariaDb implements TestDatabase {
  private static final Path SERVER = Path.of("/usr/sbin/mariadbd");
  private static final Path INSTALLER = Path.of("/usr/bin/mariadb-install-db");
  private static final String USER = "mainstay";
  private static final String PASSWORD = "not-a-secret";
  private static final String UTC =
      "connectionTimeZone=UTC&forceConnectionTimeZoneToSession=true&preserveInstants=true";
  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static Path template; // guarded by the class

  private final Path directory;
  private final int port;
  private Process server;

  private MariaDb(Path directory, int port) {
    this.directory = directory;
    this.port = port;
  }

  public static boolean isInstalled() {
    return Files.isExecutable(SERVER) && Files.isExecutable(INSTALLER);
  }

  public static MariaDb start() throws IOException {
    var directory = newDirectory();
    copy(template(), directory.resolve("data"));
    Files.writeString(directory.resolve("password"), PASSWORD);
    var mariaDb = new MariaDb(directory, freePort());
    mariaDb.restart();
    try (var root = mariaDb.root();
        var statement = root.createStatement()) {
      statement.execute("create user " + USER + "@'127.0.0.1' identified by '" + PASSWORD + "'");
      // Of its own databases alone: no right over the server.
      statement.execute("grant all privileges on `test%`.* to " + USER + "@'127.0.0.1'");
    } catch (SQLException e) {
      throw new IOException("user of the test database", e);
    }
    return mariaDb;
  }

  /** Made once: it takes seconds. */
  private static synchronized Path template() throws IOException {
    if (template == null) {
      var made = newDirectory();
      run(
          made.resolve("install.log"),
          INSTALLER.toString(),
          "--no-defaults",
          "--datadir=" + made.resolve("data"),
          "--auth-root-authentication-method=normal",
          "--skip-test-db",
          "--skip-name-resolve",
          "--innodb-log-file-size=16M");
      template = made.resolve("data");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteAll(made)));
    }
    return template;
  }

  @Override
  public void restart() {
    try {
      server = process(
          directory.resolve("server.log"),
          SERVER.toString(),
          "--no-defaults",
          "--datadir=" + directory.resolve("data"),
          "--port=" + port,
          "--bind-address=127.0.0.1",
          "--socket=" + directory.resolve("socket"),
          "--pid-file=" + directory.resolve("pid"),
          "--skip-name-resolve",
          "--innodb-buffer-pool-size=32M",
          "--innodb-log-file-size=16M");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Awaitility.await("MariaDB answers, see " + directory.resolve("server.log"))
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .until(() -> {
          try (var root = root()) {
            return root.isValid(2);
          }
        });
  }

  @Override
  public void kill() {
    server.destroyForcibly();
    try {
      server.waitFor(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String vendor() {
    return "mariadb";
  }

  @Override
  public String user() {
    return USER;
  }

  @Override
  public Path passwordFile() {
    return directory.resolve("password");
  }

  @Override
  public String newDatabase() throws SQLException {
    String name = "test" + DATABASES.incrementAndGet();
    try (var root = root();
        var statement = root.createStatement()) {
      statement.execute("create database " + name);
    }
    return "jdbc:mariadb://127.0.0.1:" + port + "/" + name;
  }

  @Override
  public Connection connect(String url) throws SQLException {
    return DriverManager.getConnection(url + "?" + UTC, USER, PASSWORD);
  }

  @Override
  public Connection connect(String url, String sessionName) throws SQLException {
    var session = connect(url);
    try (var name = session.prepareStatement(
        "insert into server_session (connection_id, name) values (connection_id(), ?)")) {
      name.setString(1, sessionName);
      name.execute();
    }
    return session;
  }

  /** May do all. */
  public Connection root() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:mariadb://127.0.0.1:" + port + "/?connectTimeout=2000&socketTimeout=20000",
        "root",
        "");
  }

  @Override
  public void holdAsWriter(Connection session, ServiceName service) throws SQLException {
    try (var epoch = session.createStatement();
        var term = session.prepareStatement(
            "select term from service_term where service = ? lock in share mode")) {
      epoch.execute("select epoch from active_set where id = 1 lock in share mode");
      term.setString(1, service.value());
      term.execute();
    }
  }

  /** Of all databases of this server: the vendor does not say of which. */
  @Override
  public int waiting(String url) throws SQLException {
    try (var root = root();
        var statement = root.createStatement();
        var row = statement.executeQuery(
            "select count(*) from information_schema.innodb_trx where trx_state = 'LOCK WAIT'")) {
      row.next();
      return row.getInt(1);
    }
  }

  @Override
  public String seconds(String column) {
    return "timestampdiff(microsecond, '1970-01-01', " + column + ") / 1000000.0";
  }

  @Override
  public String sessionNumber() {
    return "connection_id()";
  }

  @Override
  public void close() {
    kill();
    deleteAll(directory);
  }

  private static void run(Path log, String... command) throws IOException {
    try {
      if (process(log, command).waitFor() != 0) {
        throw new IOException(List.of(command) + " failed:\n" + Files.readString(log));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** As nobody in place of root, whom the server refuses. */
  private static Process process(Path log, String... command) throws IOException {
    var all = new ArrayList<String>();
    if (isRoot()) {
      all.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"));
    }
    all.addAll(List.of(command));
    return new ProcessBuilder(all)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  private static boolean isRoot() throws IOException {
    return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
  }

  private static Path newDirectory() throws IOException {
    var directory = Files.createTempDirectory(
        "mainstay-it-",
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    own(directory);
    return directory;
  }

  private static void own(Path file) throws IOException {
    if (isRoot()) {
      Files.setAttribute(file, "unix:uid", 65534);
      Files.setAttribute(file, "unix:gid", 65534);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        var copied = to.resolve(from.relativize(file).toString());
        Files.copy(file, copied, StandardCopyOption.COPY_ATTRIBUTES);
        own(copied);
      }
    }
  }

  private static void deleteAll(Path directory) {
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
