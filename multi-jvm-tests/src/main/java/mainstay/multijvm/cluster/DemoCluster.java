package mainstay.multijvm.cluster;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import mainstay.multijvm.cluster.OsProcess.Signal;
import mainstay.multijvm.cluster.OsProcess.State;

/**
 * A cluster of server processes and databases, started by the demo command of the packaged program on free ports and in a
 * temporary directory. They are signalled by pid, as an operator with a shell would, and started by {@code demo start} and
 * {@code demo start-db}.
 *
 * <p>Closing stops the demo, kills whatever of it is left and removes the directory; the same happens if this JVM ends
 * without closing.
 */
public final class DemoCluster implements AutoCloseable {
  /** Server names by default order of preference. */
  public static final List<String> SERVERS = List.of("alpha", "bravo", "charlie");

  private static final Duration START_LIMIT = Duration.ofSeconds(120);
  private static final Duration COMMAND_LIMIT = Duration.ofSeconds(120);
  private static final Duration SIGNAL_LIMIT = Duration.ofSeconds(10);
  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(5);
  // Room for ports that a demo may put beside those of the HTTP API.
  private static final int PORTS = 40;
  private static final String DATABASE_USER = "mainstay";
  /** Points of the demo's configuration that nobody gathers: for clients to write. */
  public static final List<String> POINTS =
      IntStream.rangeClosed(1, 16).mapToObj(i -> "setpoint-" + i).toList();

  private static final JsonMapper JSON = JsonMapper.builder()
      .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
      .build();

  private final Installation installation;
  private final Path directory;
  private final HttpClient http;
  private final Map<String, OsProcess> processes = new ConcurrentHashMap<>();
  private final Map<String, OsProcess> postmasters = new ConcurrentHashMap<>();
  private final Thread atExit = new Thread(this::destroy, "demo-cluster-cleanup");
  private volatile DemoStatus status;

  private DemoCluster(Installation installation, Path directory, HttpClient http) {
    this.installation = installation;
    this.directory = directory;
    this.http = http;
  }

  /**
   * Starts a new cluster and waits until every server process runs; not until they have formed.
   *
   * @param http shared by the clients of all servers; belongs to the caller
   * @throws IOException if the demo command fails, with all it printed
   */
  public static DemoCluster start(
      Installation installation, HttpClient http, int servers, int databases) throws IOException {
    var cluster = new DemoCluster(installation, Files.createTempDirectory("mainstay-demo-"), http);
    Runtime.getRuntime().addShutdownHook(cluster.atExit);
    try {
      int port = Ports.freeRange(PORTS);
      cluster.command(
          START_LIMIT,
          "--detach",
          "--http-port",
          Integer.toString(port),
          "--servers",
          Integer.toString(servers),
          "--databases",
          Integer.toString(databases));
      Await.until(
          "all " + servers + " servers and the databases run",
          START_LIMIT,
          cluster::refresh,
          s -> s.servers().size() == servers
              && s.servers().stream().allMatch(DemoStatus.Server::running)
              && s.databases().size() == databases
              && s.databases().stream().allMatch(DemoStatus.Database::running));
      return cluster;
    } catch (IOException | RuntimeException e) {
      var report = cluster.logs();
      cluster.close();
      throw new IOException("the demo did not start: " + e.getMessage() + "\n" + report, e);
    }
  }

  /** What {@code demo status} said when it was asked last. */
  public DemoStatus status() {
    return status;
  }

  /** Asks {@code demo status} anew. */
  public DemoStatus refresh() throws IOException {
    var text = command(COMMAND_LIMIT, "status", "--json");
    // A launcher may print a line before it; the document starts at the first brace.
    var now = JSON.readValue(text.substring(Math.max(0, text.indexOf('{'))), DemoStatus.class);
    for (var server : now.servers()) {
      if (server.running()) {
        processes.put(server.name(), OsProcess.of(server.pid()));
      }
    }
    for (var database : now.databases()) {
      if (database.running()) {
        postmasters.put(database.name(), OsProcess.of(database.pid()));
      }
    }
    status = now;
    return now;
  }

  public Path directory() {
    return directory;
  }

  public List<String> servers() {
    return status.servers().stream().map(DemoStatus.Server::name).toList();
  }

  /** Names of the databases. */
  public List<String> databases() {
    return status.databases().stream().map(DemoStatus.Database::name).toList();
  }

  /** By name of the server. */
  public Map<String, URI> addresses() {
    return servers().stream().collect(Collectors.toMap(server -> server, this::address));
  }

  public URI address(String server) {
    var http = status.server(server).http();
    return URI.create(http.contains("://") ? http : "http://" + http);
  }

  /** The bearer token of a role: admin, engineer, operator, viewer. */
  public String token(String role) throws IOException {
    return Files.readString(directory.resolve(role + ".token")).trim();
  }

  /** A client with all rights that asks this server only. */
  public AdminClient client(String server) throws IOException {
    return new AdminClient(http, server, address(server), token("admin"), REQUEST_LIMIT);
  }

  public List<AdminClient> clients() throws IOException {
    var clients = new ArrayList<AdminClient>();
    for (var server : servers()) {
      clients.add(client(server));
    }
    return clients;
  }

  /** Every one of some servers says that a database is active, or that it is not. */
  public void awaitDatabase(
      String database, boolean active, Duration limit, Collection<String> asked)
      throws IOException {
    for (var server : asked) {
      var client = client(server);
      Await.until(
          database + (active ? " is active" : " is not active") + ", as seen by " + server,
          limit,
          () -> client.database(database),
          seen -> seen.active() == active);
    }
  }

  /** How to reach the named database directly. */
  public DatabaseAccess database(String database) throws IOException {
    return new DatabaseAccess(
        database, status.database(database).url(), DATABASE_USER, passwordOf(database));
  }

  public OsProcess process(String server) {
    var process = processes.get(server);
    if (process == null) {
      throw new IllegalStateException("server " + server + " never ran");
    }
    return process;
  }

  /** SIGKILL; returns when the process is gone. */
  public void kill(String server) throws IOException {
    process(server).signal(Signal.KILL);
    process(server).awaitState(State.GONE, SIGNAL_LIMIT);
  }

  /** SIGSTOP; returns when the process has stopped. */
  public void pause(String server) throws IOException {
    process(server).signal(Signal.STOP);
    process(server).awaitState(State.STOPPED, SIGNAL_LIMIT);
  }

  /** SIGCONT; returns when the process runs. */
  public void resume(String server) throws IOException {
    process(server).signal(Signal.CONT);
    process(server).awaitState(State.RUNNING, SIGNAL_LIMIT);
  }

  /** SIGTERM; returns when the process is gone, which it should be within {@code limit}. */
  public void terminate(String server, Duration limit) throws IOException {
    process(server).signal(Signal.TERM);
    process(server).awaitState(State.GONE, limit);
  }

  /** Starts a server that is down; returns when its process runs and answers {@code /alive}. */
  public void start(String server) throws IOException {
    command(COMMAND_LIMIT, "start", server);
    Await.until(
        "demo status shows " + server + " running",
        COMMAND_LIMIT,
        this::refresh,
        s -> s.server(server).running());
    var client = client(server);
    Await.until(server + " answers /alive", COMMAND_LIMIT, () -> client.alive(), alive -> alive);
  }

  /**
   * Starts a server that may have to wait for a database before it answers; returns when its process runs.
   *
   * @return completes when it answers {@code /alive}; fails, and the process is gone, if it does not in time
   */
  public CompletableFuture<Void> launch(String server) {
    var alive = CompletableFuture.runAsync(
        () -> {
          try {
            start(server);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        DemoCluster::inBackground);
    Await.until(
        "demo status shows " + server + " running",
        COMMAND_LIMIT,
        this::refresh,
        s -> s.server(server).running() || alive.isCompletedExceptionally());
    return alive;
  }

  private static void inBackground(Runnable task) {
    var thread = new Thread(task, "demo-start");
    thread.setDaemon(true);
    thread.start();
  }

  /** SIGKILL for all processes of a database; returns when they are gone. */
  public void killDatabase(String database) throws IOException {
    var family = postmaster(database).family();
    OsProcess.signal(Signal.KILL, family);
    for (var process : family) {
      process.awaitState(State.GONE, SIGNAL_LIMIT);
    }
  }

  /** SIGSTOP for all processes of a database, so that it neither answers nor closes a connection. */
  public void pauseDatabase(String database) throws IOException {
    var postmaster = postmaster(database);
    // First, so that no process of it is born unnoticed.
    postmaster.signal(Signal.STOP);
    postmaster.awaitState(State.STOPPED, SIGNAL_LIMIT);
    var family = postmaster.family();
    OsProcess.signal(Signal.STOP, family);
    for (var process : family) {
      Await.until(
          "process " + process.pid() + " of " + database + " has stopped",
          SIGNAL_LIMIT,
          process::state,
          state -> state != State.RUNNING);
    }
  }

  /** SIGCONT for all processes of a database; returns when the first of them runs. */
  public void resumeDatabase(String database) throws IOException {
    OsProcess.signal(Signal.CONT, postmaster(database).family());
    postmaster(database).awaitState(State.RUNNING, SIGNAL_LIMIT);
  }

  /** Starts a database that is down; returns when it accepts logins. */
  public void startDatabase(String database) throws IOException {
    command(COMMAND_LIMIT, "start-db", database);
    refresh();
  }

  /** What the process that all others of a database descend from is doing. */
  public State databaseState(String database) throws IOException {
    return postmaster(database).state();
  }

  private OsProcess postmaster(String database) {
    var postmaster = postmasters.get(database);
    if (postmaster == null) {
      throw new IllegalStateException("database " + database + " never ran");
    }
    return postmaster;
  }

  /** Whether the process of a server is there and not stopped. */
  public boolean running(String server) throws IOException {
    var process = processes.get(server);
    return process != null && process.state() == State.RUNNING;
  }

  /** The ends of all logs, for the report of a failure. */
  public String logs() {
    if (!Files.exists(directory)) {
      return "";
    }
    try (var files = Files.walk(directory, 3)) {
      var text = new StringBuilder();
      files
          .filter(f -> f.getFileName().toString().endsWith(".log"))
          .filter(f -> !f.toString().contains("/pg_"))
          .sorted()
          .forEach(f -> text.append(ChildDirectory.tail(f)));
      return text.toString();
    } catch (IOException | UncheckedIOException e) {
      return "logs under " + directory + " cannot be read: " + e.getMessage();
    }
  }

  @Override
  public void close() {
    destroy();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException shuttingDown) {
      // The hook runs already and does the same.
      return;
    }
  }

  private synchronized void destroy() {
    if (!Files.exists(directory)) {
      return;
    }
    // A paused process would not hear the demand to stop.
    processes.forEach((server, process) -> sendIfThere(process, Signal.CONT));
    postmasters.forEach((database, process) -> resumeIfThere(process));
    try {
      command(COMMAND_LIMIT, "stop");
    } catch (IOException e) {
      System.err.println("demo stop failed, so its processes are killed: " + e.getMessage());
    }
    processes.forEach((server, process) -> sendIfThere(process, Signal.KILL));
    if (status != null) {
      status.databases().forEach(d -> sendIfThere(d.pid(), Signal.TERM));
    }
    try {
      ChildDirectory.delete(directory);
    } catch (IOException e) {
      System.err.println("cannot remove " + directory + ": " + e.getMessage());
    }
  }

  private static void resumeIfThere(OsProcess postmaster) {
    try {
      OsProcess.signal(Signal.CONT, postmaster.family());
    } catch (IOException e) {
      System.err.println(
          "cannot resume process " + postmaster.pid() + " and its children: " + e.getMessage());
    }
  }

  private void sendIfThere(long pid, Signal signal) {
    // A pid alone may be somebody else's by now: signal it only if it works in our directory.
    try {
      var cwd = Path.of("/proc", Long.toString(pid), "cwd").toRealPath();
      if (cwd.startsWith(directory.toRealPath())) {
        sendIfThere(OsProcess.of(pid), signal);
      }
    } catch (IOException gone) {
      return;
    }
  }

  private static void sendIfThere(OsProcess process, Signal signal) {
    try {
      if (process.state() != State.GONE) {
        process.signal(signal);
      }
    } catch (IOException e) {
      System.err.println(
          "cannot send " + signal + " to process " + process.pid() + ": " + e.getMessage());
    }
  }

  private String passwordOf(String database) throws IOException {
    var file = directory.resolve(database + ".password");
    if (!Files.exists(file)) {
      throw new IOException("the demo keeps no password of database " + database + " in " + file);
    }
    return Files.readString(file).trim();
  }

  /** Runs {@code demo ARGUMENTS --dir DIRECTORY} and returns its standard output. */
  private String command(Duration limit, String... arguments) throws IOException {
    var all = new ArrayList<>(List.of("demo"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--dir", directory.toString()));
    var command = installation.command(all);
    var out = Files.createTempFile("mainstay-command-", ".out");
    var err = Files.createTempFile("mainstay-command-", ".err");
    var process = new ProcessBuilder(command)
        .redirectOutput(out.toFile())
        .redirectError(err.toFile())
        .start();
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException(failure(command, "did not end within " + limit, out, err));
      }
      if (process.exitValue() != 0) {
        throw new IOException(
            failure(command, "ended with exit code " + process.exitValue(), out, err));
      }
      return Files.readString(out);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for " + String.join(" ", command), e);
    } finally {
      process.destroyForcibly();
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    }
  }

  private static String failure(List<String> command, String what, Path out, Path err)
      throws IOException {
    return String.join(" ", command) + " " + what + ". It printed: " + Files.readString(err)
        + Files.readString(out);
  }
}
