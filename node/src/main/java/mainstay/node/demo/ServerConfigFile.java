package mainstay.node.demo;

import java.nio.file.Path;
import java.util.stream.Collectors;

/** The configuration file of one server of the demo. */
final class ServerConfigFile {
  private ServerConfigFile() {}

  static String of(DemoPlan plan, DemoPlan.Server server, Path directory) {
    String servers =
        plan.servers().stream().map(ServerConfigFile::entry).collect(Collectors.joining("\n"));
    String databases = plan.databases().stream()
        .map(database -> entry(database, directory))
        .collect(Collectors.joining("\n"));
    return """
        # Written by 'mainstay demo'; it is written anew at every start.
        mainstay {
          server.name = %s
          servers = [   # all voters, in default order of preference
        %s
          ]
          databases = [
        %s
          ]
          # Fewer than by default: all servers and databases share this machine, and each session that a server leaves
          # behind when it dies costs it milliseconds just when another one takes over.
          persistence.connections { writers = 3, readers = 2, control-connections = 3 }
          data-directory = %s
          http { bind-host = 127.0.0.1, token-directory = %s }
        }
        """.formatted(
            server.name(),
            servers,
            databases,
            quoted(directory.resolve(server.name()).toString()),
            quoted(directory.toString()));
  }

  private static String entry(DemoPlan.Server server) {
    return "    { name = %s, host = 127.0.0.1, cluster-port = %d, management-port = %d, crash-watch-port = %d, http-port = %d }"
        .formatted(
            server.name(),
            server.clusterPort(),
            server.managementPort(),
            server.crashWatchPort(),
            server.httpPort());
  }

  private static String entry(DemoPlan.Database database, Path directory) {
    return "    { name = %s, vendor = postgresql, url = %s, user = mainstay, password-file = %s }"
        .formatted(
            database.name(),
            quoted(database.url()),
            quoted(directory.resolve(database.name() + ".password").toString()));
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
