package mainstay.node.demo;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;

/**
 * What a demo directory was made for: names and ports, chosen once, so that a restarted cluster finds itself again.
 *
 * @param configured the default configuration has been installed
 */
public record DemoPlan(
    List<Server> servers,
    // a demo from before there were several has one, without a list
    @JsonAlias("database") @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
    List<Database> databases,

    boolean configured) {
  static final int MOST_DATABASES = 5;
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
  static DemoPlan create(int servers, int databases, int httpPort, IntSupplier freePort) {
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
    var stores = IntStream.rangeClosed(1, databases)
        .mapToObj(n -> new Database("db" + n, internal.getAsInt()))
        .toList();
    return new DemoPlan(planned, stores, false);
  }

  DemoPlan asConfigured() {
    return new DemoPlan(servers, databases, true);
  }
}
