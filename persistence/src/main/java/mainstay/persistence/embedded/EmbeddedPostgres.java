package mainstay.persistence.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running PostgreSQL: a process of its own session that neither Ctrl-C nor the end of this JVM touches.
 *
 * <ul>
 *   <li>nothing there: initdb into a temporary directory, renamed when complete, then start;
 *   <li>stopped or crashed: start (and recover);
 *   <li>running, as a killed JVM leaves it: adopted once a login has proved that it is ours.
 * </ul>
 *
 * <p>fsync and synchronous_commit are on: a commit that was acknowledged survives {@link #kill()}. The server has one
 * superuser, {@value #USER}, with a random password in a file that only its owner can read, and one database,
 * {@value #DATABASE}. Instances are immutable and safe for use by many threads.
 */
public final class EmbeddedPostgres {
  public static final String USER = "mainstay";
  public static final String DATABASE = "mainstay";

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
  static final String HOST = "127.0.0.1";
  private static final long LOG_LIMIT_BYTES = 10_000_000;
  private static final long POLL_MILLIS = 20;

  private static final Map<String, String> SERVER_SETTINGS = new TreeMap<>(Map.ofEntries(
      Map.entry("listen_addresses", HOST),
      Map.entry(
          "unix_socket_directories", ""), // TCP is the only way in: no path limit, nothing in /tmp
      Map.entry("fsync", "on"),
      Map.entry("synchronous_commit", "on"),
      Map.entry("full_page_writes", "on"),
      Map.entry("max_connections", "120"),
      Map.entry("shared_buffers", "32MB"),
      Map.entry("max_wal_size", "512MB"),
      Map.entry(
          "idle_in_transaction_session_timeout",
          "10s"), // a hung client must not hold its locks for ever
      Map.entry("client_connection_check_interval", "1s"),
      Map.entry("tcp_keepalives_idle", "10"),
      Map.entry("tcp_keepalives_interval", "2"),
      Map.entry("tcp_keepalives_count", "3"),
      Map.entry("tcp_user_timeout", "10000"),
      Map.entry("log_line_prefix", "%m [%p] "),
      Map.entry("log_checkpoints", "off")));

  private final EmbeddedPostgresSettings settings;
  private final ProcessTable.Running postmaster;

  private EmbeddedPostgres(EmbeddedPostgresSettings settings, ProcessTable.Running postmaster) {
    this.settings = settings;
    this.postmaster = postmaster;
  }

  /**
   * Starts the server of {@code settings.directory()}, or adopts it if it runs already, and returns when it has
   * accepted a login. Two callers at once are served one after the other, and both get the same server.
   *
   * @throws EmbeddedPostgresException if that is impossible (port in use, directory closed, damaged data …) or takes
   *     longer than the start time-out; nothing that this call started is left running then
   */
  public static EmbeddedPostgres start(EmbeddedPostgresSettings settings) {
    Path home = PostgresBinaries.unpackedIn(settings.cacheDirectory());
    try {
      Files.createDirectories(settings.directory());
      try (var channel = FileChannel.open(
          settings.directory().resolve("supervisor.lock"),
          StandardOpenOption.CREATE,
          StandardOpenOption.WRITE)) {
        channel.lock(); // until the channel is closed
        return startLocked(settings, home, RunAs.forDirectories(home, settings.directory()));
      }
    } catch (OverlappingFileLockException e) {
      throw new EmbeddedPostgresException(
          "another thread is starting PostgreSQL in " + settings.directory(), e);
    } catch (IOException e) {
      throw new EmbeddedPostgresException("cannot set up PostgreSQL in " + settings.directory(), e);
    }
  }

  /** The server of that directory if it runs now; asks the process table only, so it also finds a hung one. */
  public static Optional<EmbeddedPostgres> running(EmbeddedPostgresSettings settings) {
    return PidFile.read(dataOf(settings))
        .flatMap(PidFile::postmaster)
        .map(postmaster -> new EmbeddedPostgres(settings, postmaster));
  }

  /** Whether a first start has got so far that from now on only a start, not an initialisation, has to be waited for. */
  public static boolean isInitialised(EmbeddedPostgresSettings settings) {
    return Files.exists(dataOf(settings));
  }

  public String jdbcUrl() {
    return "jdbc:postgresql://" + HOST + ":" + settings.port() + "/" + DATABASE;
  }

  public String user() {
    return USER;
  }

  /** Holds the password and nothing else; readable by its owner only. */
  public Path passwordFile() {
    return Login.passwordFile(settings);
  }

  /** The process that all others of this server descend from. */
  public long pid() {
    return postmaster.pid();
  }

  public boolean isRunning() {
    return ProcessTable.find(pid()).equals(Optional.of(postmaster));
  }

  /**
   * Stops the server and waits for its end: fast (open transactions are rolled back); after the stop time-out
   * immediate (recovers at the next start); then kill. Does nothing if it does not run.
   */
  public void stop() {
    for (String signal : List.of("INT", "QUIT")) {
      List<ProcessTable.Running> family = family();
      signal(signal, family.stream().limit(1).toList());
      if (awaitEnd(family, settings.stopTimeout())) {
        return;
      }
      LOG.warn(
          "postgresql pid={} still runs {} s after signal {}",
          pid(),
          settings.stopTimeout().toSeconds(),
          signal);
    }
    kill();
  }

  /** Kills all processes of the server with signal 9 and waits until they are gone, as a crash of it would do. */
  public void kill() {
    List<ProcessTable.Running> family = family();
    signal("KILL", family);
    if (!awaitEnd(family, settings.stopTimeout())) {
      throw new EmbeddedPostgresException(
          "PostgreSQL in " + settings.directory() + " (process " + pid()
              + ") did not end within " + settings.stopTimeout().toSeconds()
              + " s of signal 9; the kernel holds it,"
              + " look for a hanging disk");
    }
  }

  private static EmbeddedPostgres startLocked(
      EmbeddedPostgresSettings settings, Path home, RunAs runAs) throws IOException {
    Optional<EmbeddedPostgres> left = adopt(settings);
    if (left.isPresent()) {
      return left.get();
    }
    requireFreePort(settings);
    if (!Files.exists(dataOf(settings))) {
      initialise(settings, home, runAs);
    }
    long deadline = System.nanoTime() + settings.startTimeout().toNanos();
    while (true) {
      PidFile.releaseIfStale(dataOf(settings));
      Process process = launch(settings, home, runAs);
      try {
        Optional<EmbeddedPostgres> started = awaitLogin(settings, process, deadline);
        if (started.isPresent()) {
          LOG.info(
              "postgresql directory={} port={} pid={} started",
              settings.directory(),
              settings.port(),
              process.pid());
          return started.get();
        }
      } catch (RuntimeException | IOException e) {
        process.destroyForcibly();
        throw e;
      }
      // Its predecessor was killed a moment ago and not all of its processes have noticed yet.
      pause();
    }
  }

  private static Optional<EmbeddedPostgres> adopt(EmbeddedPostgresSettings settings) {
    Path data = dataOf(settings);
    Optional<PidFile> file = PidFile.read(data);
    Optional<ProcessTable.Running> left = file.flatMap(PidFile::postmaster);
    if (left.isEmpty()) {
      return Optional.empty();
    }
    var found = new EmbeddedPostgres(settings, left.get());
    String who = "a PostgreSQL (process " + found.pid() + ") already runs in " + data;
    if (file.get().port() != settings.port()) {
      throw new EmbeddedPostgresException(who + " on port " + file.get().port()
          + ", not on the wanted " + settings.port() + "; stop it or use its port");
    }
    long deadline = System.nanoTime() + settings.startTimeout().toNanos();
    while (found.isRunning()) {
      Optional<SQLException> refused = Login.attempt(settings, dataOf(settings));
      if (refused.isEmpty()) {
        LOG.info(
            "postgresql directory={} port={} pid={} adopted why=\"it was left running\"",
            settings.directory(),
            settings.port(),
            found.pid());
        return Optional.of(found);
      }
      if (System.nanoTime() > deadline) {
        throw new EmbeddedPostgresException(
            who + " and did not accept a login within "
                + settings.startTimeout().toSeconds() + " s; see " + logOf(settings)
                + " or stop it",
            refused.get());
      }
      pause();
    }
    return Optional.empty(); // it was on its way out
  }

  private static void requireFreePort(EmbeddedPostgresSettings settings) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true); // as PostgreSQL does; a listener is still in the way
      socket.bind(new InetSocketAddress(InetAddress.getByName(HOST), settings.port()));
    } catch (IOException e) {
      throw new EmbeddedPostgresException(
          "port " + settings.port() + " on " + HOST
              + " is in use by another program; stop it or choose another port for "
              + settings.directory(),
          e);
    }
  }

  private static void initialise(EmbeddedPostgresSettings settings, Path home, RunAs runAs)
      throws IOException {
    Path unfinished = settings.directory().resolve("data.unfinished");
    PostgresBinaries.deleteRecursively(unfinished);
    Files.createDirectory(unfinished);
    runAs.own(unfinished);
    Path copy = settings.directory().resolve("password.unfinished");
    Files.deleteIfExists(copy);
    Login.writePrivately(copy, Login.password(settings));
    runAs.own(copy);
    try {
      Process initdb = program(
          settings,
          runAs,
          List.of(
              home.resolve("bin/initdb").toString(),
              "--pgdata=" + unfinished,
              "--username=" + USER,
              "--pwfile=" + copy,
              "--auth=scram-sha-256",
              "--data-checksums",
              "--encoding=UTF8",
              "--locale=C",
              "--no-instructions"));
      if (endOf(initdb) != 0) {
        throw new EmbeddedPostgresException(
            "initdb failed in " + settings.directory() + ": " + logTail(settings));
      }
    } finally {
      Files.deleteIfExists(copy);
    }
    Files.move(unfinished, dataOf(settings), StandardCopyOption.ATOMIC_MOVE);
  }

  private static int endOf(Process process) {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new EmbeddedPostgresException("interrupted while waiting for "
          + process.info().command().orElse("a program of PostgreSQL"));
    }
  }

  private static Process launch(EmbeddedPostgresSettings settings, Path home, RunAs runAs)
      throws IOException {
    if (Files.exists(logOf(settings)) && Files.size(logOf(settings)) > LOG_LIMIT_BYTES) {
      Files.move(
          logOf(settings),
          logOf(settings).resolveSibling("postgresql.log.1"),
          StandardCopyOption.REPLACE_EXISTING);
    }
    var command = new ArrayList<>(List.of(
        home.resolve("bin/postgres").toString(),
        "-D",
        dataOf(settings).toString(),
        "-p",
        Integer.toString(settings.port())));
    SERVER_SETTINGS.forEach((key, value) -> command.addAll(List.of("-c", key + "=" + value)));
    return program(settings, runAs, command);
  }

  /** Runs it in a session of its own, so that no terminal reaches it, with no pipe to this JVM. */
  private static Process program(
      EmbeddedPostgresSettings settings, RunAs runAs, List<String> command) throws IOException {
    var whole = new ArrayList<>(List.of("setsid"));
    whole.addAll(runAs.command(command));
    var builder = new ProcessBuilder(whole)
        .directory(settings.directory().toFile())
        .redirectErrorStream(true)
        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
        .redirectOutput(ProcessBuilder.Redirect.appendTo(logOf(settings).toFile()));
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("PG") || name.startsWith("LC_"));
    return builder.start();
  }

  /** Empty if the process ended because the processes of its predecessor have not ended yet: try again. */
  private static Optional<EmbeddedPostgres> awaitLogin(
      EmbeddedPostgresSettings settings, Process process, long deadline) throws IOException {
    Optional<SQLException> refused = Optional.empty();
    while (System.nanoTime() < deadline) {
      if (!process.isAlive()) {
        String tail = logTail(settings);
        if (tail.contains("shared memory block") || tail.contains("lock file \"postmaster.pid\"")) {
          return Optional.empty();
        }
        throw new EmbeddedPostgresException(
            "PostgreSQL in " + settings.directory() + " ended at once: " + tail);
      }
      Optional<PidFile> file =
          PidFile.read(dataOf(settings)).filter(f -> f.pid() == process.pid() && f.ready());
      if (file.isPresent()) {
        refused = Login.attempt(settings, dataOf(settings));
        if (refused.isEmpty()) {
          return running(settings);
        }
      }
      pause();
    }
    throw new EmbeddedPostgresException(
        "PostgreSQL in " + settings.directory() + " accepted no login within "
            + settings.startTimeout().toSeconds() + " s"
            + refused.map(e -> " (" + e.getMessage() + ")").orElse("")
            + "; its log ends with: " + logTail(settings));
  }

  /** The postmaster first, then its children; empty if it does not run. */
  private List<ProcessTable.Running> family() {
    if (!isRunning()) {
      return List.of();
    }
    var children = ProcessHandle.of(pid()).stream()
        .flatMap(ProcessHandle::descendants)
        .map(ProcessHandle::pid);
    return Stream.concat(Stream.of(pid()), children)
        .flatMap(pid -> ProcessTable.find(pid).stream())
        .toList();
  }

  private static boolean awaitEnd(List<ProcessTable.Running> family, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (family.stream().anyMatch(p -> ProcessTable.find(p.pid()).equals(Optional.of(p)))) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      pause();
    }
    return true;
  }

  private static void signal(String name, List<ProcessTable.Running> targets) {
    if (targets.isEmpty()) {
      return;
    }
    var command = new ArrayList<>(
        List.of("sh", "-c", "kill -s " + name + " \"$@\" 2>/dev/null || true", "sh"));
    targets.forEach(target -> command.add(Long.toString(target.pid())));
    try {
      endOf(new ProcessBuilder(command).start());
    } catch (IOException e) {
      throw new EmbeddedPostgresException("cannot run 'sh' to send " + name + " to PostgreSQL", e);
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedPostgresException("interrupted while waiting for PostgreSQL");
    }
  }

  private static String logTail(EmbeddedPostgresSettings settings) throws IOException {
    List<String> lines = Files.readAllLines(logOf(settings));
    return String.join(" | ", lines.subList(Math.max(0, lines.size() - 4), lines.size()));
  }

  private static Path dataOf(EmbeddedPostgresSettings settings) {
    return settings.directory().resolve("data");
  }

  private static Path logOf(EmbeddedPostgresSettings settings) {
    return settings.directory().resolve("postgresql.log");
  }
}
