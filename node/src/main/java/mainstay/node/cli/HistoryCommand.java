package mainstay.node.cli;

import static mainstay.node.cli.Output.encoded;
import static mainstay.node.cli.Output.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.concurrent.Callable;
import mainstay.protocol.model.DurationText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "history",
    description = "Show the samples of a point.",
    mixinStandardHelpOptions = true)
final class HistoryCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Mixin
  private Remote remote;

  @Parameters(index = "0", paramLabel = "POINT", description = "Such as host-cpu.")
  private String point;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      defaultValue = "10m",
      description =
          "Start: how long ago (10m, 2h, 1d) or a time such as 2026-01-31T12:00:00Z (default: 10m).")
  private String from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      description = "End, in the same forms. Default: now.")
  private String to;

  @Option(
      names = "--step",
      paramLabel = "TIME",
      description = "Summarise each step of this length, such as 5m.")
  private String step;

  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    Instant now = Instant.now();
    String query = "?from=" + instant("--from", from, now) + "&to="
        + (to == null ? now : instant("--to", to, now))
        + (step == null ? "" : "&step=" + encoded(step));
    JsonNode answer =
        remote.client().get("/points/" + encoded(point) + "/samples" + query).body();
    if (json) {
      Output.json(spec.commandLine().getOut(), answer);
    } else {
      PrintWriter out = spec.commandLine().getOut();
      (step == null ? samples(answer) : steps(answer)).print(out);
      if (answer.has("missing")) {
        out.println(
            "without what these have, which gave no answer: " + text(answer.path("missing")));
      }
    }
    return ExitCode.DONE;
  }

  private static Output.Table samples(JsonNode answer) {
    var table = new Output.Table("TIME", "VALUE", "QUALITY");
    for (JsonNode sample : answer.path("samples")) {
      table.row(
          text(sample.path("time")), text(sample.path("value")), text(sample.path("quality")));
    }
    return table;
  }

  private static Output.Table steps(JsonNode answer) {
    var table = new Output.Table("TIME", "MINIMUM", "MAXIMUM", "AVERAGE", "COUNT");
    for (JsonNode part : answer.path("samples")) {
      table.row(
          text(part.path("time")),
          text(part.path("minimum")),
          text(part.path("maximum")),
          text(part.path("average")),
          text(part.path("count")));
    }
    return table;
  }

  private Instant instant(String option, String text, Instant now) {
    return DurationText.parse(text).map(now::minus).orElseGet(() -> {
      try {
        return Instant.parse(text);
      } catch (DateTimeParseException e) {
        throw new ParameterException(
            spec.commandLine(),
            option + ": '" + text
                + "' is neither a time ago such as 10m nor a time such as 2026-01-31T12:00:00Z",
            e);
      }
    });
  }
}
