package mainstay.multijvm.benchmark;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import mainstay.multijvm.cluster.Await;
import mainstay.multijvm.cluster.ChildDirectory;
import mainstay.multijvm.cluster.OsProcess;
import mainstay.multijvm.cluster.Ports;
import mainstay.multijvm.workload.Driver;
import mainstay.multijvm.workload.DriverClock;
import mainstay.multijvm.workload.FaultEvent;
import mainstay.multijvm.workload.FaultEvent.Availability;
import mainstay.multijvm.workload.History;
import mainstay.multijvm.workload.KeyValueStore;

/** Three etcd processes on loopback with data on disk, as {@code etcd} starts them: fsync on. The active one is the leader. */
final class EtcdTarget implements TakeoverTarget {
  /** What decides how fast etcd notices that a leader is gone, in milliseconds. */
  record Timers(int heartbeat, int election) {
    static final Timers DEFAULT = new Timers(100, 1_000);
    static final Timers TUNED = new Timers(20, 200);
  }

  private static final List<String> NAMES = List.of("etcd-1", "etcd-2", "etcd-3");
  private static final Duration READY_LIMIT = Duration.ofSeconds(60);
  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(2);
  private static final Duration END_LIMIT = Duration.ofSeconds(10);

  private final String binary;
  private final Timers timers;
  private final Path directory;
  private final int firstPort;
  private final EtcdStore store;
  private final Map<String, Process> processes = new HashMap<>();
  private final Thread atExit = new Thread(this::destroy, "etcd-cleanup");

  /** The {@code etcd} command, if it is on the PATH. */
  static Optional<String> binary() {
    for (var directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      var candidate = Path.of(directory, "etcd");
      if (Files.isExecutable(candidate) && Files.isRegularFile(candidate)) {
        return Optional.of(candidate.toString());
      }
    }
    return Optional.empty();
  }

  EtcdTarget(String binary, Timers timers, Driver driver) throws IOException {
    this.binary = binary;
    this.timers = timers;
    this.directory = Files.createTempDirectory("mainstay-etcd-");
    this.firstPort = Ports.freeRange(2 * NAMES.size());
    this.store = new EtcdStore(
        driver.http(),
        NAMES.stream().collect(Collectors.toMap(n -> n, n -> URI.create(clientUrl(n)))));
    Runtime.getRuntime().addShutdownHook(atExit);
    try {
      for (var name : NAMES) {
        start(name);
      }
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  @Override
  public String awaitReady() {
    for (var name : NAMES) {
      Await.until(
          name + " knows its leader",
          READY_LIMIT,
          () -> leadership(name),
          EtcdStore.Leadership::knowsLeader);
    }
    return Await.until("one of " + NAMES + " leads", READY_LIMIT, this::leader, Optional::isPresent)
        .orElseThrow();
  }

  @Override
  public List<String> servers() {
    return NAMES;
  }

  @Override
  public List<String> keys() {
    return IntStream.rangeClosed(1, 16).mapToObj(i -> "setpoint-" + i).toList();
  }

  @Override
  public KeyValueStore store() {
    return store;
  }

  /** Nothing: its program is compiled before it starts. */
  @Override
  public void moveOnce(String active) {}

  @Override
  public long kill(String server, History history) throws IOException {
    var process = OsProcess.of(processes.get(server).pid());
    long moment = DriverClock.nanos();
    process.signal(OsProcess.Signal.KILL);
    process.awaitState(OsProcess.State.GONE, END_LIMIT);
    history.add(new FaultEvent("kill-9", server, Availability.DOWN, moment, DriverClock.nanos()));
    return moment;
  }

  @Override
  public boolean restore(String server, History history) throws IOException {
    long moment = DriverClock.nanos();
    start(server);
    awaitReady();
    history.add(new FaultEvent("restart", server, Availability.UP, moment, DriverClock.nanos()));
    return false;
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
    processes.values().forEach(Process::destroyForcibly);
    try {
      for (var process : processes.values()) {
        process.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      }
      ChildDirectory.delete(directory);
    } catch (IOException e) {
      System.err.println("cannot remove " + directory + ": " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private EtcdStore.Leadership leadership(String name) throws Exception {
    return store
        .leadership(name, REQUEST_LIMIT)
        .get(2 * REQUEST_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
  }

  private Optional<String> leader() throws Exception {
    for (var name : NAMES) {
      if (leadership(name).leads()) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }

  private void start(String name) throws IOException {
    var cluster = NAMES.stream().map(n -> n + "=" + peerUrl(n)).collect(Collectors.joining(","));
    var command =
        new ArrayList<>(List.of(binary, "--name", name, "--logger", "zap", "--log-level", "error"));
    command.addAll(List.of("--data-dir", directory.resolve(name).toString()));
    command.addAll(List.of(
        "--listen-client-urls", clientUrl(name), "--advertise-client-urls", clientUrl(name)));
    command.addAll(List.of(
        "--listen-peer-urls", peerUrl(name), "--initial-advertise-peer-urls", peerUrl(name)));
    command.addAll(List.of("--initial-cluster", cluster, "--initial-cluster-state", "new"));
    command.addAll(List.of("--heartbeat-interval", Integer.toString(timers.heartbeat())));
    command.addAll(List.of("--election-timeout", Integer.toString(timers.election())));
    var log = directory.resolve(name + ".log").toFile();
    processes.put(
        name,
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
            .start());
  }

  private String clientUrl(String name) {
    return "http://127.0.0.1:" + (firstPort + 2 * NAMES.indexOf(name));
  }

  private String peerUrl(String name) {
    return "http://127.0.0.1:" + (firstPort + 2 * NAMES.indexOf(name) + 1);
  }
}
