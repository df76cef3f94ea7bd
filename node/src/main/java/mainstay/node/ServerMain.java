package mainstay.node;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import mainstay.node.ServerSettings.InvalidSettingsException;
import mainstay.node.cluster.CrashWatch;
import mainstay.node.failover.core.Part;
import mainstay.protocol.model.ServerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process of one server or witness. From before it first joins the others it holds the crash-watch port as long as it
 * lives; its cluster part may end and come back as a new incarnation, which is how a server that the others have downed
 * returns without a hand laid on.
 */
public final class ServerMain {
  private static final Logger log = LoggerFactory.getLogger("mainstay.server");
  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final int INCARNATION_BYTES = 4;

  private final ServerSettings settings;
  private final AtomicReference<ClusterPart> node = new AtomicReference<>();
  private CrashWatch crashWatch;
  private volatile boolean stopping;
  private volatile boolean ended;

  private ServerMain(ServerSettings settings) {
    this.settings = settings;
  }

  /**
   * Runs until the process is told to stop.
   *
   * @param part that the file must give this process; the launcher has chosen the size of its memory by it
   * @return exit code: 0 stopped on request, 1 could not start; a sentence on the log says why
   */
  public static int run(Part part, Path configFile) {
    try {
      var settings = ServerSettings.read(configFile);
      settings.requirePart(part);
      return new ServerMain(settings).run();
    } catch (InvalidSettingsException e) {
      log.error("configuration file {}: {}", configFile, e.getMessage());
      return FAILED;
    }
  }

  private int run() {
    var unusable = settings.prepareDataDirectory().or(this::usedPort);
    if (unusable.isPresent()) {
      log.error("server {} does not start: {}", settings.self(), unusable.get());
      return FAILED;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
    try {
      return serve();
    } finally {
      ended = true;
    }
  }

  private int serve() {
    var run = newIncarnation();
    var incarnation = run;
    while (!stopping) {
      boolean first = incarnation.equals(run);
      try {
        var started = start(incarnation, first, () -> holdCrashWatchPort(run));
        node.set(started);
        if (stopping) {
          started.stop();
        }
        started.awaitEnd();
      } catch (ClusterPart.StartFailedException e) {
        log.error("server {} does not start: {}", settings.self(), e.getMessage());
        if (first) {
          return FAILED;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return FAILED;
      }
      if (!stopping) {
        log.warn(
            "server {}: its cluster part has ended; it returns as a new incarnation in {}",
            settings.self(),
            settings.restart());
        incarnation = newIncarnation();
        pause();
      }
    }
    return DONE;
  }

  private ClusterPart start(
      String incarnation, boolean first, ClusterPart.BeforeJoining beforeJoining)
      throws ClusterPart.StartFailedException, InterruptedException {
    return settings.own().isWitness()
        ? WitnessNode.start(settings, incarnation, beforeJoining)
        : ServerNode.start(settings, incarnation, first, beforeJoining);
  }

  private void pause() {
    try {
      Thread.sleep(settings.restart().toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopping = true;
    }
  }

  private void stop() {
    if (ended) {
      return;
    }
    stopping = true;
    var running = node.get();
    if (running != null) {
      log.info("server {} stops", settings.self());
      running.stop();
    }
    // A JVM that is told to stop would say 143, as if something had gone wrong.
    Runtime.getRuntime().halt(DONE);
  }

  /**
   * Never closed: that this port is open is what says that the process lives. Opened after all sessions of the databases:
   * Linux closes what a killed process has open in the reverse order, and the ends of sessions, which give the databases
   * much to do, come after that which the others wait for.
   */
  private void holdCrashWatchPort(String run) throws IOException {
    if (crashWatch != null) {
      return; // an earlier incarnation of this process opened it
    }
    var own = settings.own();
    var peers = settings.others().stream()
        .map(other -> new CrashWatch.Peer(other.name(), other.host(), other.crashWatchPort()))
        .toList();
    try {
      crashWatch = new CrashWatch(
          InetAddress.getByName(own.host()),
          own.crashWatchPort(),
          run,
          peers,
          CrashWatch.Settings.from(settings.config()),
          new Evidence());
    } catch (IOException e) {
      throw new IOException(
          cannotBeOpened("crash-watch-port", own.host(), own.crashWatchPort(), e), e);
    }
  }

  /** To the incarnation that runs. */
  private final class Evidence implements CrashWatch.Listener {
    @Override
    public void crashed(ServerId server) {
      var running = node.get();
      if (running != null) {
        running.crashed(server);
      }
    }

    @Override
    public void alive(ServerId server) {
      var running = node.get();
      if (running != null) {
        running.alive(server);
      }
    }
  }

  /** Found out before anything starts, so that the answer is a sentence and not a half-started server. */
  private Optional<String> usedPort() {
    var own = settings.own();
    return usedPort("cluster-port", own.host(), own.clusterPort())
        .or(() -> usedPort(
            "management-port",
            settings.config().getString("mainstay.management.bind-host"),
            own.managementPort()))
        .or(() -> usedPort("crash-watch-port", own.host(), own.crashWatchPort()))
        .or(() -> own.isWitness()
            ? Optional.empty()
            : usedPort("http-port", settings.httpHost(), own.httpPort()));
  }

  private static Optional<String> usedPort(String key, String host, int port) {
    try (var probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(host, port));
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(cannotBeOpened(key, host, port, e));
    }
  }

  private static String cannotBeOpened(String key, String host, int port, IOException failure) {
    return key + " " + port + " on " + host + " cannot be opened (" + failure.getMessage()
        + "); stop the program that uses it or change mainstay.servers";
  }

  private static String newIncarnation() {
    var bytes = new byte[INCARNATION_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
