package mainstay.multijvm.cluster;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The outside of the demo command: processes that answer {@code /alive} and one service, and nothing behind them. Called as
 * {@code demo --detach|status|start|start-db|stop}, or by itself as {@code server PORT}. Its one database is a shell with two
 * children.
 */
public final class FakeDemo {
  private static final String DATABASE = "db1";

  private FakeDemo() {}

  public static void main(String[] arguments) throws IOException {
    var all = List.of(arguments);
    if (all.get(0).equals("server")) {
      serve(Integer.parseInt(all.get(1)));
      return;
    }
    var directory = Path.of(all.get(all.indexOf("--dir") + 1));
    switch (all.get(1)) {
      case "--detach" -> {
        int port = Integer.parseInt(all.get(all.indexOf("--http-port") + 1));
        int count = Integer.parseInt(all.get(all.indexOf("--servers") + 1));
        Files.writeString(directory.resolve("admin.token"), "secret\n");
        for (int i = 0; i < count; i++) {
          Files.writeString(
              directory.resolve(Cluster.SERVERS.get(i) + ".port"), Integer.toString(port + i));
          launch(directory, Cluster.SERVERS.get(i));
        }
        Files.writeString(directory.resolve(DATABASE + ".password"), "secret\n");
        launchDatabase(directory);
      }
      case "start-db" -> launchDatabase(directory);
      case "start" -> launch(directory, all.get(2));
      case "stop" -> {
        for (var server : servers(directory)) {
          ProcessHandle.of(pid(directory, server)).ifPresent(ProcessHandle::destroyForcibly);
        }
        if (Files.exists(directory.resolve(DATABASE + ".pid"))) {
          ProcessHandle.of(pid(directory, DATABASE)).ifPresent(database -> {
            database.descendants().forEach(ProcessHandle::destroyForcibly);
            database.destroyForcibly();
          });
        }
      }
      case "status" ->
        System.out.println("{\"servers\":["
            + servers(directory).stream()
                .map(s -> status(directory, s))
                .collect(Collectors.joining(","))
            + "],\"databases\":[" + databaseStatus(directory) + "]}");
      default -> throw new IllegalArgumentException("unknown: " + all);
    }
  }

  private static void serve(int port) throws IOException {
    var server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext("/", exchange -> {
      boolean known = exchange.getRequestURI().getPath().equals("/api/v1/services/dge/main");
      var body = known
          ? "{\"name\":\"dge/main\",\"serverList\":[\"alpha\",\"bravo\"],\"policy\":{\"mode\":\"automatic\"},"
              + "\"active\":\"alpha\",\"term\":4,\"state\":\"active\",\"why\":\"first\",\"new\":1,"
              + "\"standbys\":[{\"server\":\"bravo\",\"synchronisationMode\":0}]}"
          : "{\"status\":404,\"detail\":\"no such service\"}";
      boolean found = known || exchange.getRequestURI().getPath().equals("/alive");
      var bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(found ? 200 : 404, bytes.length);
      exchange.getResponseBody().write(bytes);
      exchange.close();
    });
    server.start();
  }

  private static void launch(Path directory, String name) throws IOException {
    var port = Files.readString(directory.resolve(name + ".port"));
    var command = List.of(
        Installation.currentJava().toString(),
        "-cp",
        System.getProperty("java.class.path"),
        FakeDemo.class.getName(),
        "server",
        port);
    var process = new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve(name + ".log").toFile())
        .start();
    Files.writeString(directory.resolve(name + ".pid"), Long.toString(process.pid()));
  }

  private static void launchDatabase(Path directory) throws IOException {
    var process = new ProcessBuilder("sh", "-c", "sleep 600 & sleep 600 & wait")
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve(DATABASE + ".log").toFile())
        .start();
    Files.writeString(directory.resolve(DATABASE + ".pid"), Long.toString(process.pid()));
  }

  private static String databaseStatus(Path directory) throws IOException {
    long pid = pid(directory, DATABASE);
    return "{\"name\":\"" + DATABASE + "\",\"pid\":" + (runs(pid) ? pid : "null")
        + ",\"url\":\"jdbc:postgresql://127.0.0.1:1/mainstay\",\"running\":" + runs(pid) + "}";
  }

  private static List<String> servers(Path directory) {
    var servers = new ArrayList<>(Cluster.SERVERS);
    servers.removeIf(s -> !Files.exists(directory.resolve(s + ".port")));
    return servers;
  }

  private static String status(Path directory, String server) {
    try {
      long pid = pid(directory, server);
      boolean running = runs(pid);
      return "{\"name\":\"" + server + "\",\"pid\":" + (running ? pid : "null")
          + ",\"http\":\"http://127.0.0.1:" + Files.readString(directory.resolve(server + ".port"))
          + "\",\"running\":" + running + "}";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean runs(long pid) {
    try {
      return OsProcess.of(pid).state() != OsProcess.State.GONE;
    } catch (IOException gone) {
      return false;
    }
  }

  private static long pid(Path directory, String server) throws IOException {
    return Long.parseLong(Files.readString(directory.resolve(server + ".pid")));
  }
}
