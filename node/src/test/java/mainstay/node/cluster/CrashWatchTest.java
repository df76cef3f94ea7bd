package mainstay.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import mainstay.protocol.model.ServerId;
import org.junit.jupiter.api.Test;

class CrashWatchTest {
  private static final ServerId BRAVO = new ServerId("bravo");
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private final AtomicInteger crashes = new AtomicInteger();
  private final AtomicInteger alive = new AtomicInteger();

  @Test
  void aProcessThatIsGoneIsProvenByRefusedConnections() throws Exception {
    var bravo = new Process("run-1");
    try (var watch = watch(bravo.port())) {
      await().atMost(LIMIT).until(() -> alive.get() == 1);
      bravo.die();

      await().atMost(LIMIT).until(() -> crashes.get() == 1);
      assertThat(watch).isNotNull();
    }
  }

  @Test
  void aProcessThatTakesConnectionsWhileItDiesIsNotWaitedFor() throws Exception {
    var bravo = new Process("run-1");
    try (var watch = watch(bravo.port(), Duration.ofHours(1))) {
      await().atMost(LIMIT).until(() -> alive.get() == 1);
      bravo.dieSlowly(Duration.ofMillis(60));

      await().atMost(LIMIT).until(() -> crashes.get() == 1);
      assertThat(watch).isNotNull();
    }
  }

  @Test
  void aServerThatWasNeverThereHasNotCrashed() throws Exception {
    int port = freePort();
    try (var watch = watch(port);
        var late = new Process("run-1", port)) {
      await().atMost(LIMIT).until(() -> alive.get() == 1);

      assertThat(crashes).hasValue(0);
      assertThat(watch).isNotNull();
      assertThat(late.port()).isEqualTo(port);
    }
  }

  @Test
  void aConnectionThatEndsWhileTheProcessLivesProvesNothing() throws Exception {
    try (var bravo = new Process("run-1");
        var watch = watch(bravo.port())) {
      await().atMost(LIMIT).until(() -> alive.get() == 1);
      bravo.dropConnection();

      await().atMost(LIMIT).until(() -> alive.get() == 2);
      assertThat(crashes).hasValue(0);
      assertThat(watch).isNotNull();
    }
  }

  @Test
  void anotherProcessAtTheSamePortProvesTheEndOfTheFirst() throws Exception {
    try (var bravo = new Process("run-1");
        var watch = watch(bravo.port())) {
      await().atMost(LIMIT).until(() -> alive.get() == 1);
      bravo.greetAs("run-2");
      bravo.dropConnection();

      await().atMost(LIMIT).until(() -> crashes.get() == 1 && alive.get() == 2);
      assertThat(watch).isNotNull();
    }
  }

  private CrashWatch watch(int port) throws IOException {
    return watch(port, Duration.ofMillis(20));
  }

  private CrashWatch watch(int port, Duration retry) throws IOException {
    var settings = new CrashWatch.Settings(3, Duration.ofMillis(5), Duration.ofSeconds(1), retry);
    var peers = List.of(new CrashWatch.Peer(BRAVO, "127.0.0.1", port));
    return new CrashWatch(
        InetAddress.getLoopbackAddress(), 0, "run-0", peers, settings, new CrashWatch.Listener() {
          @Override
          public void crashed(ServerId server) {
            crashes.incrementAndGet();
          }

          @Override
          public void alive(ServerId server) {
            alive.incrementAndGet();
          }
        });
  }

  private static int freePort() throws IOException {
    try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  /** Stands in for the crash-watch port of another process. */
  private static final class Process implements AutoCloseable {
    private final ServerSocket listening;
    private volatile String run;
    private volatile Socket accepted;
    private volatile boolean dying;

    Process(String run) throws IOException {
      this(run, 0);
    }

    Process(String run, int port) throws IOException {
      this.run = run;
      this.listening = new ServerSocket(port, 5, InetAddress.getLoopbackAddress());
      var thread = new Thread(this::accept, "stand-in");
      thread.setDaemon(true);
      thread.start();
    }

    int port() {
      return listening.getLocalPort();
    }

    void greetAs(String next) {
      run = next;
    }

    void dropConnection() throws IOException {
      accepted.close();
    }

    /** Connections are taken and dropped until it is gone. */
    void dieSlowly(Duration length) throws Exception {
      dying = true;
      accepted.close();
      Thread.sleep(length.toMillis());
      listening.close();
    }

    void die() throws IOException {
      listening.close();
      accepted.close();
    }

    private void accept() {
      while (!listening.isClosed()) {
        try {
          var socket = listening.accept();
          if (dying) {
            socket.close();
            continue;
          }
          socket
              .getOutputStream()
              .write(("mainstay " + run + "\n").getBytes(StandardCharsets.UTF_8));
          accepted = socket;
        } catch (IOException e) {
          assertThat(listening.isClosed()).isTrue();
        }
      }
    }

    @Override
    public void close() throws IOException {
      listening.close();
    }
  }
}
