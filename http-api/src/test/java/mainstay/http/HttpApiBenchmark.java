package mainstay.http;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.Behaviors;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import mainstay.http.security.TokenFiles;
import mainstay.protocol.message.ClusterOverview;
import mainstay.protocol.message.ClusterSupervisor;
import mainstay.protocol.message.Points;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceRouter;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Role;

/**
 * What this layer alone costs: acknowledged point writes and reads per second over HTTP with a router that answers at
 * once, clients in the same JVM. Arguments: clients, seconds to warm up, seconds to measure. With {@code serve} as the
 * only argument it serves until it is killed, for clients of another process, and prints port and token.
 */
public final class HttpApiBenchmark {
  private HttpApiBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    Path directory = Files.createTempDirectory("http-api-benchmark");
    ActorTestKit kit = ActorTestKit.create();
    try {
      var settings = new HttpApiSettings(
          "127.0.0.1",
          0,
          directory,
          Duration.ofSeconds(5),
          1 << 20,
          1_000,
          new HttpApiSettings.Events(Duration.ofSeconds(15), 16, 1));
      ActorRef<ServiceRouter.Command> router = kit.spawn(Behaviors.receiveMessage(command -> {
        answer((ServiceRouter.Ask) command);
        return Behaviors.same();
      }));
      ActorRef<ClusterOverview.Message> overview = kit.spawn(Behaviors.ignore());
      ActorRef<ClusterSupervisor.Command> supervisor = kit.spawn(Behaviors.ignore());
      var ports = new HttpApiPorts(
          router,
          overview,
          supervisor,
          kit.spawn(Behaviors.ignore()),
          new HttpApiFixture.History(HttpApiFixture.NoSamples::new, List::of),
          () -> Readiness.READY,
          new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
          Clock.systemUTC());
      int port = HttpApiFixture.await(HttpApi.bind(ports, settings, kit.system()))
          .localAddress()
          .getPort();
      String token = TokenFiles.open(directory).get(Role.OPERATOR);
      if (arguments.length == 1 && arguments[0].equals("serve")) {
        System.out.println(port + " " + token);
        new CountDownLatch(1).await();
      }
      int clients = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 64;
      int warmUp = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10;
      int measured = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 10;
      String body = "{\"value\":21.5}";
      String put =
          "PUT /api/v1/points/setpoint-1/value HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
              + token
              + "\r\nIdempotency-Key: abcdefgh-1234\r\nContent-Type: application/json\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n" + body;
      String get =
          "GET /api/v1/points/setpoint-1/value HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
              + token + "\r\n\r\n";
      measure("PUT", put, port, clients, warmUp, measured);
      measure("GET", get, port, clients, warmUp / 2, measured);
    } finally {
      kit.shutdownTestKit();
      for (Role role : Role.values()) {
        Files.delete(directory.resolve(TokenFiles.fileName(role)));
      }
      Files.delete(directory);
    }
  }

  private static void answer(ServiceRouter.Ask ask) {
    String point = ask.request() instanceof Points.SetValue set
        ? set.point()
        : ((Points.GetValue) ask.request()).point();
    ask.replyTo()
        .tell(new ServiceRouter.Answer(
            new ServiceReply.PointValue(
                point, Optional.of(21.5), 7, 2, Optional.of(Instant.now()), Quality.GOOD),
            0));
  }

  private static void measure(
      String name, String request, int port, int clients, int warmUp, int seconds)
      throws InterruptedException {
    long start = System.nanoTime() + Duration.ofSeconds(warmUp).toNanos();
    long end = start + Duration.ofSeconds(seconds).toNanos();
    var runs = new ArrayList<Client>();
    for (int i = 0; i < clients; i++) {
      runs.add(new Client(port, request.getBytes(StandardCharsets.US_ASCII), start, end));
    }
    runs.forEach(Thread::start);
    for (Client run : runs) {
      run.join();
    }
    long[] nanos = runs.stream()
        .flatMapToLong(run -> run.nanos.stream().mapToLong(Long::longValue))
        .sorted()
        .toArray();
    System.out.printf(
        "%s clients=%d answered/s=%.0f p50=%.2f ms p99=%.2f ms max=%.2f ms%n",
        name,
        clients,
        nanos.length / (double) seconds,
        nanos[nanos.length / 2] / 1e6,
        nanos[(int) (nanos.length * 0.99)] / 1e6,
        Arrays.stream(nanos).max().orElse(0) / 1e6);
  }

  /** Sends one request after another over one connection. */
  private static final class Client extends Thread {
    private final int port;
    private final byte[] request;
    private final long start;
    private final long end;
    private final List<Long> nanos = new ArrayList<>();

    Client(int port, byte[] request, long start, long end) {
      this.port = port;
      this.request = request;
      this.start = start;
      this.end = end;
    }

    @Override
    public void run() {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setTcpNoDelay(true);
        OutputStream out = socket.getOutputStream();
        InputStream in = new BufferedInputStream(socket.getInputStream());
        for (long sent = System.nanoTime(); sent < end; sent = System.nanoTime()) {
          out.write(request);
          readResponse(in);
          if (sent >= start) {
            nanos.add(System.nanoTime() - sent);
          }
        }
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    private static void readResponse(InputStream in) throws IOException {
      var head = new StringBuilder(256);
      while (head.length() < 4
          || head.charAt(head.length() - 1) != '\n'
          || head.charAt(head.length() - 3) != '\n') {
        head.append((char) in.read());
      }
      if (!head.substring(9, 12).equals("200")) {
        throw new IOException("answered " + head);
      }
      int at = head.indexOf("Content-Length: ") + 16;
      in.skipNBytes(Integer.parseInt(head.substring(at, head.indexOf("\r", at))));
    }
  }
}
