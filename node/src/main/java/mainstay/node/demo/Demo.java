package mainstay.node.demo;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mainstay.node.client.ApiClient;
import mainstay.node.client.ApiException;
import mainstay.persistence.embedded.EmbeddedPostgres;
import mainstay.persistence.embedded.EmbeddedPostgresException;
import mainstay.persistence.embedded.EmbeddedPostgresSettings;
import mainstay.persistence.embedded.ProcessTable;

/**
 * The cluster in one directory: starts it, says what runs, kills and starts parts, stops all.
 *
 * <p>A start either ends with everything ready or leaves nothing running, also if it is interrupted by Ctrl-C: nothing is
 * launched once {@link #stopping} is set, and launching and stopping exclude each other.
 */
public final class Demo {
  private static final Path DEFAULT_DIRECTORY = Path.of("demo-data");
  private static final int DEFAULT_HTTP_PORT = 8080;
  private static final int DEFAULT_DATABASES = 2;
  private static final String SELF = "demo";
  private static final Duration READY_LIMIT = Duration.ofSeconds(90);
  private static final Duration ALIVE_LIMIT = Duration.ofSeconds(90);
  private static final Duration INSTALL_LIMIT = Duration.ofSeconds(30);
  private static final Duration PORT_LIMIT = Duration.ofSeconds(1);
  private static final long PORT_POLL_MILLIS = 20;
  private static final Duration TERMINATE_LIMIT = Duration.ofSeconds(15);
  private static final Duration OTHER_DEMO_LIMIT = Duration.ofSeconds(45);

  private final DemoDirectory directory;
  private final ServerCommandLine command;
  private final Consumer<String> progress;
  private final Duration terminateLimit;
  private final ExecutorService background = Executors.newCachedThreadPool(task -> {
    var thread = new Thread(task, "demo-database");
    thread.setDaemon(true);
    return thread;
  });
  private volatile boolean stopping;

  /**
   * @param command how a server is run
   * @param progress told what happens, a line at a time
   */
  public Demo(Path directory, ServerCommandLine command, Consumer<String> progress) {
    this(directory, command, progress, TERMINATE_LIMIT);
  }

  /** @param terminateLimit how long a server may take to end before it is killed */
  Demo(
      Path directory,
      ServerCommandLine command,
      Consumer<String> progress,
      Duration terminateLimit) {
    this.terminateLimit = terminateLimit;
    this.directory = new DemoDirectory(directory);
    this.command = command;
    this.progress = progress;
  }

  /** Starts all and returns when it is ready; it runs on. */
  public void startDetached(DemoOptions options) {
    var hook = new Thread(this::stopAll, "demo-stop");
    directory.requireDemoOrEmpty();
    directory.whileClaimed(() -> startOrStopAll(options, hook));
    withdraw(hook);
    directory.forget(SELF);
    progress.accept("It runs on. Stop it with: ./mainstay demo stop" + directoryOption());
  }

  /** Starts all and stays until this JVM is told to end, by Ctrl-C or by {@link #stop()} elsewhere; then stops all. */
  public void runUntilStopped(DemoOptions options) throws InterruptedException {
    var hook = new Thread(
        () -> {
          progress.accept("stopping …");
          stopAll();
          directory.forget(SELF);
          progress.accept("stopped; no process is left");
        },
        "demo-stop");
    directory.requireDemoOrEmpty();
    directory.whileClaimed(() -> startOrStopAll(options, hook));
    progress.accept("Ctrl-C stops it all.");
    new CountDownLatch(1).await();
  }

  /** Stops all that runs in the directory, whoever started it. */
  public void stop() {
    DemoPlan plan = requirePlan();
    Optional<ProcessFile> other = directory.process(SELF).filter(ProcessFile::isRunning);
    List<String> running = names(runningServers(plan));
    other.ifPresent(demo -> ServerProcess.terminate(List.of(demo), OTHER_DEMO_LIMIT));
    boolean databases =
        plan.databases().stream().anyMatch(database -> running(database).isPresent());
    stopAll();
    directory.forget(SELF);
    progress.accept(
        running.isEmpty() && other.isEmpty() && !databases
            ? "nothing runs in " + directory.root()
            : "stopped the demo in " + directory.root());
  }

  public DemoStatus status() {
    DemoPlan plan = requirePlan();
    var servers = plan.servers().stream()
        .map(server -> {
          Long pid = directory
              .process(server.name())
              .filter(ProcessFile::isRunning)
              .map(ProcessFile::pid)
              .orElse(null);
          return new DemoStatus.Server(server.name(), pid, server.url(), pid != null);
        })
        .toList();
    var databases = plan.databases().stream()
        .map(database -> {
          Long pid = running(database).map(EmbeddedPostgres::pid).orElse(null);
          return new DemoStatus.Database(database.name(), pid, database.url(), pid != null);
        })
        .toList();
    return new DemoStatus(servers, databases);
  }

  /** Kills a server with signal 9. */
  public void kill(String name) {
    DemoPlan.Server server = requireServer(requirePlan(), name);
    ProcessFile process = directory
        .process(server.name())
        .filter(ProcessFile::isRunning)
        .orElseThrow(() -> new DemoException(name + " does not run"));
    ServerProcess.kill(List.of(process));
    progress.accept("killed " + name + " (process " + process.pid() + ")");
  }

  /**
   * Starts a server that is down, and returns when it is alive; it may not have joined the others yet. While it waits, for
   * example for a database, other commands may start what it needs.
   */
  public void start(String name) {
    DemoPlan plan = requirePlan();
    DemoPlan.Server server = requireServer(plan, name);
    ProcessFile process = directory.claimed(() -> {
      directory.process(name).filter(ProcessFile::isRunning).ifPresent(running -> {
        throw new DemoException(name + " runs already (process " + running.pid() + ")");
      });
      portsOf(server).forEach(Demo::requireFree);
      directory.writeServerConfig(plan, server);
      return launchServer(server);
    });
    try {
      new Readiness(directory, "/alive")
          .await(List.of(process), ALIVE_LIMIT, () -> {}, alive -> {});
    } catch (RuntimeException e) {
      ServerProcess.kill(List.of(process));
      throw e;
    }
    progress.accept("started " + name + " (process " + process.pid() + ")");
  }

  /** Kills all processes of a database with signal 9. Nothing but {@link #startDatabase} or a new start starts it again. */
  public void killDatabase(String name) {
    EmbeddedPostgres database = running(requireDatabase(requirePlan(), name))
        .orElseThrow(() -> new DemoException(name + " does not run"));
    database.kill();
    progress.accept("killed " + name + " (process " + database.pid() + ")");
  }

  /** Starts a database that is down, and returns when it has accepted a login. */
  public void startDatabase(String name) {
    EmbeddedPostgresSettings settings = settings(requireDatabase(requirePlan(), name));
    directory.whileClaimed(() -> {
      EmbeddedPostgres.running(settings).ifPresent(database -> {
        throw new DemoException(name + " runs already (process " + database.pid() + ")");
      });
      progress.accept(
          "started " + name + " (process " + EmbeddedPostgres.start(settings).pid() + ")");
    });
  }

  /** The hook stops all if this JVM is told to end; it is set only when this directory is found to be ours to use. */
  private void startOrStopAll(DemoOptions options, Thread hook) {
    long began = System.nanoTime();
    DemoPlan plan = prepare(options);
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      run(plan, began);
    } catch (RuntimeException e) {
      boolean told = stopping;
      stopAll();
      directory.forget(SELF);
      withdraw(hook);
      throw told ? new DemoException("stopped before it was ready") : e;
    }
  }

  private static void withdraw(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      return; // it runs already, and does no harm twice
    }
  }

  /** All that can be refused is refused here, before anything runs. */
  private DemoPlan prepare(DemoOptions options) {
    Optional<DemoPlan> old = directory.plan();
    old.ifPresent(plan -> requireNothingRuns(plan, options.fresh()));
    if (options.fresh()) {
      directory.empty();
      old = Optional.empty();
    }
    old.ifPresent(plan -> requireSame(plan, options));
    DemoPlan plan = old.orElseGet(() -> DemoPlan.create(
        options.servers(),
        options.databases().orElse(DEFAULT_DATABASES),
        options.httpPort().orElse(DEFAULT_HTTP_PORT),
        new Ports()));
    plan.servers().stream().flatMap(server -> portsOf(server).stream()).forEach(Demo::requireFree);
    plan.databases().stream()
        .filter(database -> running(database).isEmpty())
        .forEach(database -> requireFree(database.port()));
    directory.write(plan);
    directory.createTokens();
    plan.servers().forEach(server -> directory.writeServerConfig(plan, server));
    long self = ProcessHandle.current().pid();
    directory.write(ProcessFile.of(
        SELF, ProcessTable.find(self).orElseThrow(), directory.root().toString()));
    return plan;
  }

  /** A database on its way. */
  private record Starting(DemoPlan.Database database, Future<EmbeddedPostgres> started) {}

  private void run(DemoPlan plan, long began) {
    progress.accept("starting "
        + Stream.concat(
                plan.databases().stream().map(DemoPlan.Database::name),
                plan.servers().stream().map(DemoPlan.Server::name))
            .collect(Collectors.joining(", "))
        + " in " + directory.root());
    List<Starting> databases =
        plan.databases().stream().map(this::launchDatabase).toList();
    while (databases.stream().anyMatch(this::isInitialising)) {
      ServerProcess.pause(20); // from then on they are ready before the servers ask for them
    }
    databases.forEach(Demo::requireNotFailed);
    List<ProcessFile> servers = plan.servers().stream().map(this::launchServer).toList();
    new Readiness(directory, "/ready")
        .await(
            servers,
            READY_LIMIT,
            () -> databases.forEach(Demo::requireNotFailed),
            server -> progress.accept(server.name() + " is ready after " + seconds(began)));
    databases.forEach(Demo::awaitStarted);
    if (!plan.configured()) {
      install(plan);
      directory.write(plan.asConfigured());
      progress.accept("the default configuration is installed after " + seconds(began));
    }
    introduce(plan);
  }

  private synchronized Starting launchDatabase(DemoPlan.Database database) {
    requireNotStopping();
    return new Starting(
        database, background.submit(() -> EmbeddedPostgres.start(settings(database))));
  }

  private boolean isInitialising(Starting starting) {
    return !starting.started().isDone()
        && !EmbeddedPostgres.isInitialised(settings(starting.database()));
  }

  private synchronized ProcessFile launchServer(DemoPlan.Server server) {
    requireNotStopping();
    return ServerProcess.launch(directory, server, command);
  }

  private void requireNotStopping() {
    if (stopping) {
      throw new DemoException("stopped while starting");
    }
  }

  private static void requireNotFailed(Starting starting) {
    if (starting.started().isDone()) {
      awaitStarted(starting);
    }
  }

  /** Its own start time-out bounds this. */
  private static void awaitStarted(Starting starting) {
    try {
      starting.started().get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof EmbeddedPostgresException known
          ? new DemoException(starting.database().name() + " cannot start", known)
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoException(
          "interrupted while waiting for " + starting.database().name());
    }
  }

  /** Servers first, all at once; the databases when nobody writes any more. Harmless where nothing runs. */
  private synchronized void stopAll() {
    stopping = true;
    background.shutdownNow();
    try {
      background.awaitTermination(TERMINATE_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    directory.plan().ifPresent(plan -> {
      ServerProcess.terminate(runningServers(plan), terminateLimit);
      plan.databases().parallelStream()
          .forEach(database -> running(database).ifPresent(EmbeddedPostgres::stop));
      plan.servers().forEach(server -> directory.forget(server.name()));
    });
  }

  /** Creates what is missing; a repeat after an interrupted installation finds the rest. */
  private void install(DemoPlan plan) {
    List<URI> urls =
        plan.servers().stream().map(server -> URI.create(server.url())).toList();
    var client = new ApiClient(urls, Optional.of(adminToken()), INSTALL_LIMIT);
    long deadline = System.nanoTime() + INSTALL_LIMIT.toNanos();
    for (DefaultConfiguration.Item item : DefaultConfiguration.of(plan)) {
      while (!created(client, item, deadline)) {
        ServerProcess.pause(100);
      }
    }
  }

  /** False while a backup serves, which refuses configuration: the primary takes over when it has synchronised. */
  private static boolean created(ApiClient client, DefaultConfiguration.Item item, long deadline) {
    try {
      client.write(
          "PUT",
          item.path(),
          item.object(),
          Map.of("Idempotency-Key", UUID.randomUUID().toString(), "If-None-Match", "*"));
      return true;
    } catch (ApiException.Refused refused) {
      if (refused.status() == 409 && System.nanoTime() < deadline) {
        return false;
      }
      if (refused.status() == 412) {
        return true; // it exists
      }
      throw new DemoException(
          "cannot install " + item.kind() + " " + item.id() + ": " + refused.getMessage());
    } catch (ApiException e) {
      throw new DemoException(
          "cannot install " + item.kind() + " " + item.id() + ": " + e.getMessage());
    }
  }

  private String adminToken() {
    try {
      return Files.readString(directory.adminToken()).strip();
    } catch (IOException e) {
      throw new DemoException("cannot read " + directory.adminToken(), e);
    }
  }

  private void introduce(DemoPlan plan) {
    int first = plan.servers().get(0).httpPort();
    String remote = (first == DEFAULT_HTTP_PORT && plan.servers().size() == 3
            ? ""
            : " --url http://127.0.0.1:"
                + plan.servers().stream()
                    .map(server -> Integer.toString(server.httpPort()))
                    .collect(Collectors.joining(",")))
        + (directoryOption().isEmpty() ? "" : " --token-file " + directory.adminToken());
    progress.accept("");
    plan.servers()
        .forEach(server -> progress.accept("  %-9s %s".formatted(server.name(), server.url())));
    plan.databases()
        .forEach(database -> progress.accept("  %-9s %s (user mainstay, password in %s)"
            .formatted(
                database.name(), database.url(), directory.of(database.name() + ".password"))));
    progress.accept(
        "  %-9s %s (also engineer, operator, viewer)".formatted("token", directory.adminToken()));
    progress.accept("  %-9s %s".formatted("logs", ServerProcess.logOf(directory.of("<server>"))));
    progress.accept("");
    progress.accept("To try in another terminal:");
    progress.accept("  ./mainstay status --watch" + remote);
    progress.accept("  ./mainstay demo kill alpha" + directoryOption()
        + "    and later: ./mainstay demo start alpha" + directoryOption());
    progress.accept("  ./mainstay set setpoint-1 21.5" + remote);
    if (plan.databases().size() > 1) {
      progress.accept("  ./mainstay demo kill-db db2" + directoryOption()
          + "   and later: ./mainstay demo start-db db2" + directoryOption());
      progress.accept("  ./mainstay databases --watch" + remote);
    }
    progress.accept("");
  }

  private String directoryOption() {
    return directory.root().equals(DEFAULT_DIRECTORY.toAbsolutePath().normalize())
        ? ""
        : " --dir " + directory.root();
  }

  private void requireNothingRuns(DemoPlan plan, boolean fresh) {
    var running = Stream.concat(
            directory.process(SELF).stream().filter(ProcessFile::isRunning),
            runningServers(plan).stream())
        .map(process -> process.name() + " (process " + process.pid() + ", " + process.url() + ")")
        .collect(Collectors.toCollection(ArrayList::new));
    if (fresh) {
      plan.databases()
          .forEach(database -> running(database)
              .ifPresent(
                  process -> running.add(database.name() + " (process " + process.pid() + ")")));
    }
    if (!running.isEmpty()) {
      throw new DemoException(
          "a demo already runs in " + directory.root() + ": " + String.join(", ", running)
              + "; stop it with './mainstay demo stop --dir " + directory.root()
              + "', or choose another directory with --dir and other ports with --http-port");
    }
  }

  private void requireSame(DemoPlan plan, DemoOptions options) {
    int first = plan.servers().get(0).httpPort();
    int databases = plan.databases().size();
    if (plan.servers().size() != options.servers()
        || options.databases().orElse(databases) != databases
        || options.httpPort().orElse(first) != first) {
      throw new DemoException(
          "the demo in " + directory.root() + " was made with --servers "
              + plan.servers().size() + " --databases " + databases + " --http-port " + first
              + "; start it so, add --fresh to delete its data, or choose another directory with --dir");
    }
  }

  private static List<Integer> portsOf(DemoPlan.Server server) {
    return Stream.concat(Stream.of(server.httpPort()), server.internalPorts().stream())
        .toList();
  }

  /** The ports of a process that was killed are closed a moment after it has ended. */
  private static void requireFree(int port) {
    long deadline = System.nanoTime() + PORT_LIMIT.toNanos();
    while (!Ports.isFree(port) && System.nanoTime() < deadline) {
      ServerProcess.pause(PORT_POLL_MILLIS);
    }
    if (!Ports.isFree(port)) {
      throw new DemoException("port " + port + " on 127.0.0.1 is in use by " + Ports.holder(port)
          + "; stop it, or choose other ports with --http-port and another directory with --dir");
    }
  }

  private List<ProcessFile> runningServers(DemoPlan plan) {
    return plan.servers().stream()
        .flatMap(server -> directory.process(server.name()).stream())
        .filter(ProcessFile::isRunning)
        .toList();
  }

  private DemoPlan requirePlan() {
    return directory
        .plan()
        .orElseThrow(() -> new DemoException("there is no demo in " + directory.root()
            + "; start one with './mainstay demo', or name its directory with --dir"));
  }

  private static DemoPlan.Server requireServer(DemoPlan plan, String name) {
    return plan.servers().stream()
        .filter(server -> server.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new DemoException("there is no server '" + name + "' in this demo; there are "
                + plan.servers().stream()
                    .map(DemoPlan.Server::name)
                    .collect(Collectors.joining(", "))));
  }

  private static DemoPlan.Database requireDatabase(DemoPlan plan, String name) {
    return plan.databases().stream()
        .filter(database -> database.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new DemoException("there is no database '" + name + "' in this demo; there is "
                + plan.databases().stream()
                    .map(DemoPlan.Database::name)
                    .collect(Collectors.joining(", "))));
  }

  private Optional<EmbeddedPostgres> running(DemoPlan.Database database) {
    return EmbeddedPostgres.running(settings(database));
  }

  private EmbeddedPostgresSettings settings(DemoPlan.Database database) {
    return EmbeddedPostgresSettings.of(directory.of(database.name()), database.port());
  }

  private static List<String> names(List<ProcessFile> processes) {
    return processes.stream().map(ProcessFile::name).toList();
  }

  private static String seconds(long began) {
    return String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - began) / 1e9);
  }
}
