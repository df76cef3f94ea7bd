package mainstay.multijvm.cluster;

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
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import mainstay.multijvm.cluster.OsProcess.Signal;
import mainstay.multijvm.cluster.OsProcess.State;

/**
 * Server processes and databases of the packaged program, each with a directory of its own. They are signalled by pid, as an
 * operator with a shell would. Closing ends and removes all of it.
 */
public abstract class Cluster implements AutoCloseable {
  /** Server names by default order of preference. */
  public static final List<String> SERVERS = List.of("alpha", "bravo", "charlie");

  /** Name of the one that only votes. */
  public static final String WITNESS = "witness";

  /** Points of the configuration that nobody gathers: for clients to write. */
  public static final List<String> POINTS =
      IntStream.rangeClosed(1, 16).mapToObj(i -> "setpoint-" + i).toList();

  static final String DATABASE_USER = "mainstay";
  static final Duration START_LIMIT = Duration.ofSeconds(120);
  private static final Duration SIGNAL_LIMIT = Duration.ofSeconds(10);
  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(5);

  private final Path directory;
  private final HttpClient http;
  private final Map<String, OsProcess> processes = new ConcurrentHashMap<>();
  private final Map<String, OsProcess> postmasters = new ConcurrentHashMap<>();

  /**
   * @param directory where everything is kept
   * @param http shared by the clients of all servers; belongs to the caller
   */
  Cluster(Path directory, HttpClient http) {
    this.directory = directory;
    this.http = http;
  }

  /** Names of the servers. */
  public abstract List<String> servers();

  /** Whether {@link #WITNESS} is one of the processes. */
  public boolean hasWitness() {
    return false;
  }

  /** Returns when the witness, if there is one, is a member. */
  public void awaitWitness(Duration limit) {
    // Most have none.
  }

  /** Names of the databases. */
  public abstract List<String> databases();

  /** Of the HTTP API of a server. */
  public abstract URI address(String server);

  abstract String databaseUrl(String database);

  /** Finds out which processes run, where they are not started by this object. */
  abstract void look() throws IOException;

  /** Starts a server or the witness that is down; returns when its process runs and answers {@code /alive}. */
  public abstract void start(String server) throws IOException;

  /** Starts a database that is down; returns when it accepts logins. */
  public abstract void startDatabase(String database) throws IOException;

  @Override
  public abstract void close();

  /** The network between servers and databases; empty where all of them share one machine's loopback. */
  public Optional<Hosts> hosts() {
    return Optional.empty();
  }

  final void serverRuns(String server, OsProcess process) {
    processes.put(server, process);
  }

  final void databaseRuns(String database, OsProcess postmaster) {
    postmasters.put(database, postmaster);
  }

  final Collection<OsProcess> processes() {
    return processes.values();
  }

  final Collection<OsProcess> postmasters() {
    return postmasters.values();
  }

  /** Where the cluster keeps everything, each server and each database in a directory of its name. */
  public final Path directory() {
    return directory;
  }

  /** By name of the server. */
  public final Map<String, URI> addresses() {
    return servers().stream().collect(Collectors.toMap(server -> server, this::address));
  }

  /** The bearer token of a role: admin, engineer, operator, viewer. */
  public final String token(String role) throws IOException {
    return Files.readString(directory.resolve(role + ".token")).trim();
  }

  /** A client with all rights that asks this server only. */
  public final AdminClient client(String server) throws IOException {
    return new AdminClient(http, server, address(server), token("admin"), REQUEST_LIMIT);
  }

  public final List<AdminClient> clients() throws IOException {
    var clients = new ArrayList<AdminClient>();
    for (var server : servers()) {
      clients.add(client(server));
    }
    return clients;
  }

  /** Every one of some servers says that a database is active, or that it is not. */
  public final void awaitDatabase(
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
  public final DatabaseAccess database(String database) throws IOException {
    var file = passwordFile(database);
    if (!Files.exists(file)) {
      throw new IOException("there is no password of database " + database + " in " + file);
    }
    return new DatabaseAccess(
        database, databaseUrl(database), DATABASE_USER, Files.readString(file).trim());
  }

  final Path passwordFile(String database) {
    return directory.resolve(database + ".password");
  }

  public final OsProcess process(String server) {
    var process = processes.get(server);
    if (process == null) {
      throw new IllegalStateException("server " + server + " never ran");
    }
    return process;
  }

  /** SIGKILL; returns when the process is gone. */
  public final void kill(String server) throws IOException {
    process(server).signal(Signal.KILL);
    process(server).awaitState(State.GONE, SIGNAL_LIMIT);
  }

  /** SIGSTOP; returns when the process has stopped. */
  public final void pause(String server) throws IOException {
    process(server).signal(Signal.STOP);
    process(server).awaitState(State.STOPPED, SIGNAL_LIMIT);
  }

  /** SIGCONT; returns when the process runs. */
  public final void resume(String server) throws IOException {
    process(server).signal(Signal.CONT);
    process(server).awaitState(State.RUNNING, SIGNAL_LIMIT);
  }

  /** SIGTERM; returns when the process is gone, which it should be within {@code limit}. */
  public final void terminate(String server, Duration limit) throws IOException {
    process(server).signal(Signal.TERM);
    process(server).awaitState(State.GONE, limit);
  }

  /** SIGKILL for every process of some servers and databases by one command; returns when they are gone. */
  public final void killAll(Collection<String> servers, Collection<String> databases)
      throws IOException {
    var all = new ArrayList<OsProcess>();
    for (var server : servers) {
      all.add(process(server));
    }
    for (var database : databases) {
      all.addAll(postmaster(database).family());
    }
    OsProcess.signal(Signal.KILL, all);
    for (var process : all) {
      process.awaitState(State.GONE, SIGNAL_LIMIT);
    }
  }

  /**
   * Starts a server that may have to wait for a database before it answers; returns when its process runs.
   *
   * @return completes when it answers {@code /alive}; fails, and the process is gone, if it does not in time
   */
  public final CompletableFuture<Void> launch(String server) {
    var alive = CompletableFuture.runAsync(
        () -> {
          try {
            start(server);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        Cluster::inBackground);
    Await.until(
        server + " runs",
        START_LIMIT,
        () -> {
          look();
          return running(server);
        },
        runs -> runs || alive.isCompletedExceptionally());
    return alive;
  }

  private static void inBackground(Runnable task) {
    var thread = new Thread(task, "cluster-start");
    thread.setDaemon(true);
    thread.start();
  }

  /** SIGKILL for all processes of a database; returns when they are gone. */
  public final void killDatabase(String database) throws IOException {
    killAll(List.of(), List.of(database));
  }

  /** SIGSTOP for all processes of a database, so that it neither answers nor closes a connection. */
  public final void pauseDatabase(String database) throws IOException {
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
  public final void resumeDatabase(String database) throws IOException {
    OsProcess.signal(Signal.CONT, postmaster(database).family());
    postmaster(database).awaitState(State.RUNNING, SIGNAL_LIMIT);
  }

  /** What the process that all others of a database descend from is doing. */
  public final State databaseState(String database) throws IOException {
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
  public final boolean running(String server) throws IOException {
    var process = processes.get(server);
    return process != null && process.state() == State.RUNNING;
  }

  /** The ends of all logs, for the report of a failure. */
  public final String logs() {
    try {
      return logFiles().stream().map(ChildDirectory::tail).collect(Collectors.joining());
    } catch (IOException e) {
      return "logs under " + directory + " cannot be read: " + e.getMessage();
    }
  }

  /** Copies all logs to a directory, each under the name of its server or database. */
  public final void copyLogs(Path to) throws IOException {
    for (var log : logFiles()) {
      Files.copy(log, to.resolve(log.getParent().getFileName() + "-" + log.getFileName()));
    }
  }

  private List<Path> logFiles() throws IOException {
    if (!Files.exists(directory)) {
      return List.of();
    }
    try (var files = Files.walk(directory, 3)) {
      return files
          .filter(f -> f.getFileName().toString().endsWith(".log"))
          .filter(f -> !f.toString().contains("/pg_"))
          .sorted()
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
