package mainstay.multijvm.cluster;

import java.util.List;

/** What {@code demo status --json} prints. */
public record DemoStatus(List<Server> servers, List<Database> databases) {

  /**
   * @param pid 0 while it does not run
   * @param http address of the HTTP API, {@code http://127.0.0.1:8080} or {@code 127.0.0.1:8080}
   */
  public record Server(String name, long pid, String http, boolean running) {}

  /**
   * @param pid 0 while it does not run
   * @param url JDBC address
   */
  public record Database(String name, long pid, String url, boolean running) {}

  /** @throws IllegalArgumentException if there is no such server */
  public Server server(String name) {
    return servers.stream()
        .filter(s -> s.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException("demo status knows no server " + name + ": " + servers));
  }

  /** @throws IllegalArgumentException if there is no such database */
  public Database database(String name) {
    return databases.stream()
        .filter(d -> d.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(
            "demo status knows no database " + name + ": " + databases));
  }
}
