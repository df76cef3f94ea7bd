package mainstay.multijvm.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * A PostgreSQL on a host of its own, with the settings that it comes with: as an operator has it who was told no more than
 * the README says. The programs are those that the packaged program has unpacked for its demo.
 */
final class HostDatabase {
  private static final int PORT = 5432;
  private static final int NOBODY = 65534;
  private static final Duration LOGIN_LIMIT = Duration.ofSeconds(60);
  private static final Duration END_LIMIT = Duration.ofSeconds(10);
  private static final String NO_SUCH_DATABASE = "3D000";

  private final Hosts hosts;
  private final String name;
  private final Path programs;
  private final Path home;
  private final Path data;
  private Optional<Process> last = Optional.empty();

  /** @param programs see {@link #programs} */
  HostDatabase(Hosts hosts, String name, Path programs) {
    this.hosts = hosts;
    this.name = name;
    this.programs = programs;
    this.home = hosts.directory().resolve(name);
    this.data = home.resolve("data");
  }

  /** The directory of {@code initdb} and {@code postgres}; empty if no demo has unpacked them on this machine yet. */
  static Optional<Path> programs() throws IOException {
    var chosen = System.getenv("MAINSTAY_CACHE_DIR");
    var cache = Path.of(chosen == null || chosen.isBlank() ? "/var/cache/mainstay" : chosen);
    if (!Files.isDirectory(cache)) {
      return Optional.empty();
    }
    try (var unpacked = Files.list(cache)) {
      return unpacked
          .filter(directory -> directory.getFileName().toString().matches("postgresql-[0-9a-f]+"))
          .max(Comparator.comparing(HostDatabase::age))
          .map(directory -> directory.resolve("bin"));
    }
  }

  private static FileTime age(Path directory) {
    try {
      return Files.getLastModifiedTime(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String url() {
    return "jdbc:postgresql://" + hosts.address(name) + ":" + PORT + "/" + Cluster.DATABASE_USER;
  }

  /** Makes its files, for logins of all hosts by a password that is kept in {@code passwordFile}. */
  void initialise(Path passwordFile) throws IOException {
    Files.createDirectory(home);
    var secret = new byte[24];
    new SecureRandom().nextBytes(secret);
    var password = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    writePrivately(passwordFile, password);
    var copy = home.resolve("password");
    writePrivately(copy, password);
    giveToNobody(copy);
    giveToNobody(home);
    Command.run(
        asNobody(List.of(
            programs.resolve("initdb").toString(),
            "--pgdata=" + data,
            "--username=" + Cluster.DATABASE_USER,
            "--pwfile=" + copy,
            "--auth=scram-sha-256",
            "--data-checksums",
            "--encoding=UTF8",
            "--locale=C",
            "--no-instructions")),
        home);
    Files.delete(copy);
    Files.writeString(
        data.resolve("pg_hba.conf"),
        "host all all " + hosts.network() + " scram-sha-256\n",
        StandardOpenOption.APPEND);
  }

  /**
   * Starts it; returns when it accepts logins.
   *
   * @return the process that all others of it descend from
   */
  OsProcess start(DatabaseAccess access) throws IOException {
    // Children of a killed one end by themselves, a moment later; until then a new one refuses to
    // start.
    Await.until(
        "nothing runs on the host of " + name,
        END_LIMIT,
        () -> hosts.processes(name),
        List::isEmpty);
    last.ifPresent(killed -> killed.onExit().join()); // or its pid would still look alive
    var builder = new ProcessBuilder(hosts.command(
            name,
            asNobody(List.of(
                programs.resolve("postgres").toString(),
                "-D",
                data.toString(),
                "-p",
                Integer.toString(PORT),
                "-c",
                "listen_addresses=" + hosts.address(name),
                "-c",
                "unix_socket_directories="))))
        .directory(home.toFile())
        .redirectErrorStream(true)
        .redirectInput(Path.of("/dev/null").toFile())
        .redirectOutput(
            ProcessBuilder.Redirect.appendTo(home.resolve("postgresql.log").toFile()));
    builder
        .environment()
        .keySet()
        .removeIf(variable -> variable.startsWith("PG") || variable.startsWith("LC_"));
    var process = builder.start();
    last = Optional.of(process);
    try {
      Await.until(
          name + " accepts a login or has ended",
          LOGIN_LIMIT,
          () -> !process.isAlive() || login(access),
          done -> done);
      return OsProcess.of(process.pid());
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
      throw new IOException(
          name + " did not start: " + ChildDirectory.tail(home.resolve("postgresql.log")), e);
    }
  }

  /** Creates the database of that name if it is missing. */
  private static boolean login(DatabaseAccess access) throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", access.user());
    properties.setProperty("password", access.password());
    properties.setProperty("connectTimeout", "5");
    properties.setProperty("socketTimeout", "10");
    try {
      DriverManager.getConnection(access.url(), properties).close();
    } catch (SQLException e) {
      if (!NO_SUCH_DATABASE.equals(e.getSQLState())) {
        throw e;
      }
      var end = access.url().lastIndexOf('/') + 1;
      var first = access.url().substring(0, end) + "postgres";
      try (var connection = DriverManager.getConnection(first, properties);
          var statement = connection.createStatement()) {
        statement.execute("create database " + access.url().substring(end));
      }
    }
    return true;
  }

  /** PostgreSQL refuses to be root. A session of its own keeps Ctrl-C from it. */
  private static List<String> asNobody(List<String> program) {
    var command = new ArrayList<>(List.of(
        "setsid",
        "setpriv",
        "--reuid=" + NOBODY,
        "--regid=" + NOBODY,
        "--clear-groups",
        "--inh-caps=-all",
        "--"));
    command.addAll(program);
    return command;
  }

  private static void giveToNobody(Path path) throws IOException {
    Files.setAttribute(path, "unix:gid", NOBODY);
    Files.setAttribute(path, "unix:uid", NOBODY);
  }

  static void writePrivately(Path file, String text) throws IOException {
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text);
  }
}
