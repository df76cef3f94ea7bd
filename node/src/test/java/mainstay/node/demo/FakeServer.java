package mainstay.node.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Stands in for a server: reads the real configuration file, answers health checks, keeps what is configured. */
final class FakeServer {
  private FakeServer() {}

  /** The configuration file, and what shall go wrong: nothing, "ends", "unready", "stubborn". */
  public static void main(String[] arguments) throws IOException {
    System.out.println("fake server reads " + arguments[0]);
    if (arguments[1].equals("ends")) {
      System.out.println("the fake server cannot go on");
      System.exit(1);
    }
    if (arguments[1].equals("stubborn")) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> {
        synchronized (FakeServer.class) {
          try {
            FakeServer.class.wait(); // until it is killed
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        }
      }));
    }
    Config config =
        ConfigFactory.parseFile(Path.of(arguments[0]).toFile()).resolve().getConfig("mainstay");
    String name = config.getString("server.name");
    Config self = config.getConfigList("servers").stream()
        .map(Config.class::cast)
        .filter(server -> server.getString("name").equals(name))
        .findFirst()
        .orElseThrow();
    String token = Files.readString(
            Path.of(config.getString("http.token-directory"), "admin.token"))
        .strip();
    Path kept = Files.createDirectories(Path.of(config.getString("data-directory"), "kept"));
    var http = HttpServer.create(
        new InetSocketAddress(
            InetAddress.getByName(config.getString("http.bind-host")), self.getInt("http-port")),
        0);
    http.createContext("/alive", exchange -> answer(exchange, 200, "alive"));
    http.createContext(
        "/ready",
        exchange -> answer(
            exchange, arguments[1].equals("unready") ? 503 : 200, "the fake server says so"));
    http.createContext("/api/v1/config/", exchange -> configure(exchange, kept, token));
    http.start();
  }

  private static void configure(HttpExchange exchange, Path kept, String token) throws IOException {
    var headers = exchange.getRequestHeaders();
    if (!List.of("Bearer " + token).equals(headers.get("Authorization"))
        || !headers.containsKey("Idempotency-Key")
        || !"*".equals(headers.getFirst("If-None-Match"))) {
      answer(exchange, 400, "{\"detail\":\"token, key or If-None-Match is missing\"}");
      return;
    }
    Path file = kept.resolve(
        exchange.getRequestURI().getPath().replaceFirst("/api/v1/config/", "").replace('/', '~'));
    if (Files.exists(file)) {
      answer(exchange, 412, "{\"detail\":\"exists\"}");
      return;
    }
    Files.write(file, exchange.getRequestBody().readAllBytes());
    answer(exchange, 201, "{\"version\":1,\"revision\":1,\"term\":1}");
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    exchange.sendResponseHeaders(status, body.length());
    try (var out = exchange.getResponseBody()) {
      out.write(body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
  }
}
