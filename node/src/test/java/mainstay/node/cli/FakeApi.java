package mainstay.node.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server of the HTTP API that answers what a test told it to. */
final class FakeApi implements AutoCloseable {
  record Request(
      String method,
      String path,
      String body,
      String key,
      String token,
      String ifMatch,
      String ifNoneMatch) {}

  record Answer(int status, String body) {
    /** Ends the connection without an answer. */
    static final Answer LOST = new Answer(-1, "");
  }

  final List<Request> requests = new CopyOnWriteArrayList<>();
  private final Map<String, Queue<Answer>> answers = new ConcurrentHashMap<>();
  private final HttpServer server;

  FakeApi() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.createContext("/", this::handle);
    server.start();
  }

  /** One after the other; the last is repeated. */
  FakeApi on(String methodAndPath, Answer... inTurn) {
    answers.put(methodAndPath, new ArrayDeque<>(List.of(inTurn)));
    return this;
  }

  FakeApi on(String methodAndPath, int status, String body) {
    return on(methodAndPath, new Answer(status, body));
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    var headers = exchange.getRequestHeaders();
    String path = exchange
        .getRequestURI()
        .toString()
        .replaceFirst("^/api/v1", "")
        .replaceFirst("from=.*", "from");
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    requests.add(new Request(
        exchange.getRequestMethod(),
        exchange.getRequestURI().toString(),
        body,
        headers.getFirst("Idempotency-Key"),
        headers.getFirst("Authorization"),
        headers.getFirst("If-Match"),
        headers.getFirst("If-None-Match")));
    Queue<Answer> queue =
        answers.getOrDefault(exchange.getRequestMethod() + " " + path, new ArrayDeque<>());
    Answer answer =
        queue.size() > 1 ? queue.poll() : queue.isEmpty() ? new Answer(404, "") : queue.peek();
    if (answer.equals(Answer.LOST)) {
      exchange.close();
      return;
    }
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    try (var out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
