package mainstay.node.cli;

import static mainstay.node.cli.Output.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "services",
    description = "List the services, who runs them and why.",
    mixinStandardHelpOptions = true)
final class ServicesCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Mixin
  private Remote remote;

  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    JsonNode answer = remote.client().get("/services").body();
    if (json) {
      Output.json(spec.commandLine().getOut(), answer);
    } else {
      JsonNode services = answer.has("items") ? answer.path("items") : answer;
      table(services).print(spec.commandLine().getOut());
      warnings(services, spec.commandLine().getOut());
    }
    return ExitCode.DONE;
  }

  /** One line for each thing that is missing for the next takeover of a service. */
  static void warnings(JsonNode services, PrintWriter out) {
    for (JsonNode service : services) {
      for (JsonNode warning : service.path("warnings")) {
        out.println("Warning: " + text(service.path("name")) + ": " + text(warning));
      }
    }
  }

  static Output.Table table(JsonNode services) {
    var table = new Output.Table("SERVICE", "ACTIVE", "TERM", "STATE", "SERVERS", "POLICY", "WHY");
    for (JsonNode service : services) {
      JsonNode policy = service.path("policy");
      table.row(
          text(service.path("name")),
          text(service.path("active")),
          text(service.path("term")),
          text(service.path("state")),
          text(service.path("serverList")),
          text(policy.has("mode") ? policy.path("mode") : policy),
          text(service.path("why")));
    }
    return table;
  }
}
