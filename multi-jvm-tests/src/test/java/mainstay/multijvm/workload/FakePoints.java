package mainstay.multijvm.workload;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Points over HTTP as the product offers them, with mishaps on order. All instances made by one are one cluster. */
final class FakePoints implements AutoCloseable {
  /** What happens to the next request that has not been given a mishap yet. */
  enum Mishap {
    /** Connection lost before anything was done. */
    LOST_QUESTION,
    /** Connection lost after it was done. */
    LOST_ANSWER,
    /** 503 and nothing done. */
    UNAVAILABLE,
    /** 504 after it was done. */
    UNKNOWN,
    /** 409 and nothing done. */
    CONFLICT
  }

  private record Cell(String value, long revision) {}

  private record Reply(int status, String body) {}

  private final Map<String, Cell> cells = new HashMap<>();
  private final Map<String, Reply> answered = new HashMap<>();
  private final ConcurrentLinkedQueue<Mishap> mishaps = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;

  FakePoints() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/api/v1/points/", this::handle);
    server.start();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  void expect(Mishap mishap) {
    mishaps.add(mishap);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    var mishap = mishaps.poll();
    var key = exchange.getRequestURI().getPath().split("/")[4];
    var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    if (mishap == Mishap.LOST_QUESTION) {
      exchange.close();
      return;
    }
    var reply = switch (mishap == null ? Mishap.LOST_ANSWER : mishap) {
      case UNAVAILABLE -> new Reply(503, "{\"detail\":\"nobody is active\"}");
      case CONFLICT -> new Reply(409, "{\"detail\":\"alpha is primary, bravo acts\"}");
      default -> perform(exchange, key, body);
    };
    if (mishap == Mishap.LOST_ANSWER) {
      exchange.close();
      return;
    }
    if (mishap == Mishap.UNKNOWN) {
      reply = new Reply(504, "{\"detail\":\"unknown, repeat with the same key\"}");
    }
    var bytes = reply.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(reply.status(), bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private synchronized Reply perform(HttpExchange exchange, String key, String body) {
    var cell = cells.getOrDefault(key, new Cell(null, 0));
    if (exchange.getRequestMethod().equals("GET")) {
      return new Reply(200, json(key, cell));
    }
    var id = exchange.getRequestHeaders().getFirst("Idempotency-Key");
    var known = answered.get(id);
    if (known != null) {
      return known;
    }
    var match = exchange.getRequestHeaders().getFirst("If-Match");
    if (match != null && !match.equals("\"" + cell.revision() + "\"")) {
      return new Reply(412, "{\"detail\":\"stale\"}");
    }
    var now = new Cell(body.replaceAll("[^0-9.]", ""), cell.revision() + 1);
    cells.put(key, now);
    var reply = new Reply(200, json(key, now));
    answered.put(id, reply);
    return reply;
  }

  /** A number comes back in another form than it was written, as it may. */
  private static String json(String key, Cell cell) {
    var value = cell.value() == null ? "null" : cell.value() + ".0";
    return "{\"id\":\"" + key + "\",\"value\":" + value + ",\"revision\":" + cell.revision()
        + ",\"term\":3}";
  }
}
