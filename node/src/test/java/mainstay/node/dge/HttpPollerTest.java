package mainstay.node.dge;

import static mainstay.node.dge.PollerFixture.THIS_MACHINE;
import static mainstay.node.dge.PollerFixture.poll;
import static mainstay.node.dge.PollerFixture.test;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mainstay.protocol.model.TestDefinition;
import mainstay.protocol.model.TestKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpPollerTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final AtomicInteger followed = new AtomicInteger();
  private final PollThreads threads = new PollThreads("http-test", 2, 100);
  private final ExecutorService silentServers = Executors.newCachedThreadPool();
  private final HttpPoller poller = new HttpPoller(threads.executor(), 1_000);
  private HttpServer server;

  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
    answer("/good", 200, 1_000);
    answer("/large", 200, 1_001);
    answer("/broken", 503, 10);
    answer("/target", 200, 0);
    server.createContext("/moved", exchange -> {
      exchange.getResponseHeaders().add("Location", "/target");
      exchange.sendResponseHeaders(302, -1);
      exchange.close();
    });
    server.start();
  }

  @AfterEach
  void stopAll() {
    server.stop(0);
    silentServers.shutdownNow();
    threads.close();
  }

  @Test
  void measuresACompleteAnswer() throws Exception {
    for (int i = 0; i < 3; i++) {
      assertThat(poll(poller, THIS_MACHINE, get("/good")))
          .isInstanceOfSatisfying(
              PollResult.Measured.class,
              measured -> assertThat(measured.value()).isPositive().isLessThan(10_000));
    }
  }

  @Test
  void failsOnAnUnexpectedStatus() throws Exception {
    assertThat(poll(poller, THIS_MACHINE, get("/broken")))
        .isEqualTo(new PollResult.Failed("status 503 instead of 200-399"));
    assertThat(poll(poller, THIS_MACHINE, get("/good", "expectStatus", "204")))
        .isEqualTo(new PollResult.Failed("status 200 instead of 204"));
    assertThat(poll(poller, THIS_MACHINE, get("/broken", "expectStatus", "500-599")))
        .isInstanceOf(PollResult.Measured.class);
  }

  @Test
  void takesARedirectionAsAnswer() throws Exception {
    assertThat(poll(poller, THIS_MACHINE, get("/moved"))).isInstanceOf(PollResult.Measured.class);
    assertThat(followed).hasValue(0);
  }

  @Test
  void failsOnATooLargeAnswer() throws Exception {
    assertThat(poll(poller, THIS_MACHINE, get("/large")))
        .isEqualTo(new PollResult.Failed("IOException: the answer is larger than 1000 bytes"));
  }

  @Test
  void givesUpAndClosesTheConnectionWhenNoAnswerComes() throws Exception {
    try (var silent = new ServerSocket(0, 10, LOOPBACK)) {
      var closed = closedByClient(silent, "");

      assertThat(poll(poller, THIS_MACHINE, url(silent.getLocalPort(), Duration.ofMillis(300))))
          .isEqualTo(new PollResult.Failed("no answer within 300ms"));
      assertThat(closed.get(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void givesUpAndClosesTheConnectionWhenTheBodyHangs() throws Exception {
    try (var silent = new ServerSocket(0, 10, LOOPBACK)) {
      var closed = closedByClient(silent, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");

      assertThat(poll(poller, THIS_MACHINE, url(silent.getLocalPort(), Duration.ofMillis(300))))
          .isEqualTo(new PollResult.Failed("no answer within 300ms"));
      assertThat(closed.get(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void saysThatNobodyListens() throws Exception {
    int port;
    try (var closing = new ServerSocket(0, 1, LOOPBACK)) {
      port = closing.getLocalPort();
    }

    assertThat(poll(poller, THIS_MACHINE, url(port, Duration.ofSeconds(5))))
        .isInstanceOfSatisfying(
            PollResult.Failed.class,
            failed -> assertThat(failed.reason()).startsWith("cannot connect: "));
  }

  @Test
  void saysWhatIsWrongWithTheParameters() throws Exception {
    assertThat(poll(poller, THIS_MACHINE, test(TestKind.HTTP, Duration.ofSeconds(1), Map.of())))
        .isEqualTo(new PollResult.Failed("URI with undefined scheme"));
    assertThat(poll(poller, THIS_MACHINE, get("/good", "expectStatus", "ok")))
        .isInstanceOfSatisfying(
            PollResult.Failed.class, failed -> assertThat(failed.reason()).contains("'ok'"));
    assertThat(poll(
            poller,
            THIS_MACHINE,
            test(TestKind.HTTP, Duration.ofSeconds(1), Map.of("url", "ftp://x/"))))
        .isInstanceOfSatisfying(
            PollResult.Failed.class, failed -> assertThat(failed.reason()).contains("ftp"));
  }

  private void answer(String path, int status, int bytes) {
    server.createContext(path, exchange -> {
      followed.addAndGet(path.equals("/target") ? 1 : 0);
      exchange.sendResponseHeaders(status, bytes == 0 ? -1 : bytes);
      try (var body = exchange.getResponseBody()) {
        body.write(new byte[bytes]);
      }
    });
  }

  /** Accepts one connection, says no more than this, and completes when the client has closed it. */
  private CompletableFuture<Boolean> closedByClient(ServerSocket socket, String words) {
    var closed = new CompletableFuture<Boolean>();
    silentServers.execute(() -> {
      try (var connection = socket.accept()) {
        connection.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
        connection.getInputStream().readAllBytes();
        closed.complete(true);
      } catch (IOException reset) {
        closed.complete(true);
      }
    });
    return closed;
  }

  private TestDefinition get(String path, String... parameters) {
    var all =
        new TreeMap<>(Map.of("url", "http://127.0.0.1:" + server.getAddress().getPort() + path));
    for (int i = 0; i < parameters.length; i += 2) {
      all.put(parameters[i], parameters[i + 1]);
    }
    return test(TestKind.HTTP, Duration.ofSeconds(10), all);
  }

  private static TestDefinition url(int port, Duration timeout) {
    return test(TestKind.HTTP, timeout, Map.of("url", "http://127.0.0.1:" + port + "/"));
  }
}
