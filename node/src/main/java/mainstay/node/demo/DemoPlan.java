package mainstay.node.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * What a demo directory was made for: names and ports, chosen once, so that a restarted cluster finds itself again.
 *
 * @param configured the default configuration has been installed
 */
public record DemoPlan(List<Server> servers, Database database, boolean configured) {
  static final List<String> NAMES =
      List.of("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf");

  /** Ports on 127.0.0.1. */
  public record Server(
      String name, int httpPort, int clusterPort, int managementPort, int crashWatchPort) {
    String url() {
      return "http://127.0.0.1:" + httpPort;
    }

    List<Integer> internalPorts() {
      return List.of(clusterPort, managementPort, crashWatchPort);
    }
  }

  public record Database(String name, int port) {
    String url() {
      return "jdbc:postgresql://127.0.0.1:" + port + "/mainstay";
    }
  }

  /** @param freePort gives another port each time; those that the servers' HTTP takes are passed over */
  static DemoPlan create(int servers, int httpPort, IntSupplier freePort) {
    IntSupplier internal = () -> {
      int port = freePort.getAsInt();
      while (port >= httpPort && port < httpPort + servers) {
        port = freePort.getAsInt();
      }
      return port;
    };
    var planned = new ArrayList<Server>();
    for (int n = 0; n < servers; n++) {
      planned.add(new Server(
          NAMES.get(n),
          httpPort + n,
          internal.getAsInt(),
          internal.getAsInt(),
          internal.getAsInt()));
    }
    return new DemoPlan(planned, new Database("db1", internal.getAsInt()), false);
  }

  DemoPlan asConfigured() {
    return new DemoPlan(servers, database, true);
  }
}
