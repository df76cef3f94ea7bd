package mainstay.node.cli;

import static mainstay.node.cli.Output.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "points",
    description = "List the points: what people set and what is gathered.",
    mixinStandardHelpOptions = true)
final class PointsCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Mixin
  private Remote remote;

  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    JsonNode answer = remote.client().get("/points").body();
    if (json) {
      Output.json(spec.commandLine().getOut(), answer);
      return ExitCode.DONE;
    }
    var table = new Output.Table("POINT", "KIND", "UNIT", "NAME");
    for (JsonNode point : answer.path("items")) {
      table.row(
          text(point.path("id")),
          text(point.path("kind")),
          text(point.path("unit")),
          text(point.path("name")));
    }
    table.print(spec.commandLine().getOut());
    return ExitCode.DONE;
  }
}
