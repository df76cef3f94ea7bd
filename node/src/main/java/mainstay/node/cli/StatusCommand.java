package mainstay.node.cli;

import static mainstay.node.cli.Output.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import mainstay.node.client.ApiClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "status",
    description = "Show servers, services and databases of the cluster.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Mixin
  private Remote remote;

  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  @Option(names = "--watch", description = "Show it anew every second until Ctrl-C.")
  private boolean watch;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    ApiClient client = remote.client();
    if (watch) {
      Watch.forever(out, json, () -> client.get("/cluster").body(), cluster -> show(cluster, out));
    }
    show(client.get("/cluster").body(), out);
    return ExitCode.DONE;
  }

  private void show(JsonNode cluster, PrintWriter out) {
    if (json) {
      Output.json(out, cluster);
      return;
    }
    var servers = new Output.Table(
        "SERVER", "STATUS", "FITNESS", "SYNC", "BEHIND", "CLOCK", "ROLES", "VERSION");
    for (JsonNode server : cluster.path("servers")) {
      JsonNode synchronisation = server.path("synchronisation");
      servers.row(
          text(server.path("name")),
          text(server.path("status")),
          fitness(server.path("fitness")),
          text(synchronisation.path("mode")),
          text(synchronisation.path("behind")),
          clock(server.path("clock")),
          text(server.path("roles")),
          text(server.path("version")));
    }
    servers.print(out);
    out.println();
    ServicesCommand.table(cluster.path("services")).print(out);
    ServicesCommand.warnings(cluster.path("services"), out);
    out.println();
    var databases = new Output.Table("DATABASE", "VENDOR", "ACTIVE", "EPOCH", "STATE");
    for (JsonNode database : cluster.path("databases")) {
      databases.row(
          text(database.path("name")),
          text(database.path("vendor")),
          Output.yes(database.path("active")),
          text(database.path("epoch")),
          text(database.path("state")));
    }
    databases.print(out);
    out.println();
    JsonNode quorum = cluster.path("quorum");
    out.println("Quorum: " + text(quorum.path("reachable")) + " of " + text(quorum.path("voters"))
        + " voters reachable, may act: " + (quorum.path("mayAct").asBoolean() ? "yes" : "no")
        + " (" + text(quorum.path("why")) + ")");
  }

  /** What it is ahead of the median of all, such as {@code +0.01s}; more digits would only be noise. */
  private static String clock(JsonNode clock) {
    return clock.isObject()
        ? String.format(Locale.ROOT, "%+.2fs", clock.path("offsetMillis").asLong() / 1000.0)
        : "-";
  }

  private static String fitness(JsonNode fitness) {
    return fitness.path("fit").asBoolean() ? "fit" : "unfit: " + text(fitness.path("complaints"));
  }
}
