package mainstay.node.demo;

import java.util.List;

/** Which processes of a demo run; what {@code demo status --json} prints. */
public record DemoStatus(List<Server> servers, List<Database> databases) {

  /** @param pid null while it does not run */
  public record Server(String name, Long pid, String http, boolean running) {}

  /** @param pid null while it does not run */
  public record Database(String name, Long pid, String url, boolean running) {}
}
