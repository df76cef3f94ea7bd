package mainstay.multijvm.cluster;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
public final class DemoCluster extends Cluster {
  private static final Duration COMMAND_LIMIT = Duration.ofSeconds(120);
  // Room for ports that a demo may put beside those of the HTTP API.
  private static final int PORTS = 40;

  private static final JsonMapper JSON = JsonMapper.builder()
      .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
      .build();

  private final Installation installation;
  private final Thread atExit = new Thread(this::destroy, "demo-cluster-cleanup");
  private volatile DemoStatus status;

  private DemoCluster(Installation installation, Path directory, HttpClient http) {
    super(directory, http);
    this.installation = installation;
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
        serverRuns(server.name(), OsProcess.of(server.pid()));
      }
    }
    for (var database : now.databases()) {
      if (database.running()) {
        databaseRuns(database.name(), OsProcess.of(database.pid()));
      }
    }
    status = now;
    return now;
  }

  @Override
  public List<String> servers() {
    return status.servers().stream().map(DemoStatus.Server::name).toList();
  }

  @Override
  public List<String> databases() {
    return status.databases().stream().map(DemoStatus.Database::name).toList();
  }

  @Override
  public URI address(String server) {
    var http = status.server(server).http();
    return URI.create(http.contains("://") ? http : "http://" + http);
  }

  @Override
  String databaseUrl(String database) {
    return status.database(database).url();
  }

  @Override
  void look() throws IOException {
    refresh();
  }

  @Override
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

  @Override
  public void startDatabase(String database) throws IOException {
    command(COMMAND_LIMIT, "start-db", database);
    refresh();
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
    if (!Files.exists(directory())) {
      return;
    }
    // A paused process would not hear the demand to stop.
    processes().forEach(process -> sendIfThere(process, Signal.CONT));
    postmasters().forEach(DemoCluster::resumeIfThere);
    try {
      command(COMMAND_LIMIT, "stop");
    } catch (IOException e) {
      System.err.println("demo stop failed, so its processes are killed: " + e.getMessage());
    }
    processes().forEach(process -> sendIfThere(process, Signal.KILL));
    if (status != null) {
      status.databases().forEach(d -> sendIfThere(d.pid(), Signal.TERM));
    }
    try {
      ChildDirectory.delete(directory());
    } catch (IOException e) {
      System.err.println("cannot remove " + directory() + ": " + e.getMessage());
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
      if (cwd.startsWith(directory().toRealPath())) {
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

  /** Runs {@code demo ARGUMENTS --dir DIRECTORY} and returns its standard output. */
  private String command(Duration limit, String... arguments) throws IOException {
    var all = new ArrayList<>(List.of("demo"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--dir", directory().toString()));
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
