package mainstay.node.cli;

import static mainstay.node.cli.Output.encoded;
import static mainstay.node.cli.Output.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import mainstay.node.client.ApiClient;
import mainstay.node.client.ApiException;
import mainstay.protocol.model.DrillKind;
import mainstay.protocol.model.DurationText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "drill",
    description = "Rehearse a failover of one service, wait for its end and print the report.",
    mixinStandardHelpOptions = true)
final class DrillCommand implements Callable<Integer> {
  /** More than the cluster itself waits for a takeover and a return, unless its settings say otherwise. */
  private static final Duration LIMIT = Duration.ofMinutes(3);

  @Spec
  private CommandSpec spec;

  @Mixin
  private Remote remote;

  @Mixin
  private RepeatKey key;

  @Parameters(
      index = "0",
      paramLabel = "SERVICE",
      description = "Such as configuration or dge/main.")
  private String service;

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      defaultValue = "switchover",
      description =
          "switchover: a planned move; crash: the process of the active server dies at once, where"
              + " mainstay.drill.crash-allowed is on (default: ${DEFAULT-VALUE}).")
  private DrillKind kind;

  @Option(
      names = "--to",
      paramLabel = "SERVER",
      description = "Default: the next in the list that can serve. Not with a crash.")
  private String to;

  @Option(
      names = "--stay",
      paramLabel = "TIME",
      defaultValue = "5s",
      description =
          "How long the other server serves, such as 5s or 2m (default: ${DEFAULT-VALUE}).")
  private String stay;

  @Option(
      names = "--back",
      description =
          "The drill fails unless the server that served before serves again at its end. Without it the"
              + " service goes to where the rules want it.")
  private boolean back;

  @Option(
      names = "--confirm",
      paramLabel = "SERVER",
      description = "The active server: a crash lets it die, with all that it serves.")
  private String confirm;

  @Option(names = "--json", description = "Print the report as JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Duration limit = stay().plus(LIMIT);
    ApiClient client = remote.client();
    JsonNode report = client
        .write("POST", "/services/" + encoded(service) + "/drills", request(), key.headers())
        .body();
    String path =
        "/services/" + encoded(service) + "/drills/" + encoded(text(report.path("drill")));
    long deadline = System.nanoTime() + limit.toNanos();
    while (running(report) && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(200);
      report = follow(client, path, report);
    }
    if (running(report)) {
      spec.commandLine()
          .getErr()
          .println("the drill still runs after " + DurationText.format(limit)
              + "; follow it with GET /api/v1" + path);
      return ExitCode.FAILED;
    }
    if (json) {
      Output.json(spec.commandLine().getOut(), report);
    } else {
      print(report);
    }
    return report.path("state").asText().equals("passed") ? ExitCode.DONE : ExitCode.FAILED;
  }

  private Duration stay() {
    return DurationText.parse(stay)
        .orElseThrow(() -> new ParameterException(
            spec.commandLine(), "--stay: '" + stay + "' is no time such as 500ms, 5s or 2m"));
  }

  private ObjectNode request() {
    var body = ApiClient.JSON.createObjectNode().put("kind", kind.word()).put("stay", stay);
    if (to != null) {
      body.put("to", to);
    }
    if (back) {
      body.put("back", true);
    }
    if (confirm != null) {
      body.put("confirm", confirm);
    }
    return body;
  }

  /** The drill may have taken the supervisor's server: whoever answers next knows of it. */
  private static JsonNode follow(ApiClient client, String path, JsonNode last) {
    try {
      return client.get(path).body();
    } catch (ApiException.Unreachable nobodyNow) {
      return last;
    } catch (ApiException.Refused refused) {
      if (refused.status() == 503) {
        return last;
      }
      throw refused;
    }
  }

  private static boolean running(JsonNode report) {
    return report.path("state").asText().equals("running");
  }

  private void print(JsonNode report) {
    PrintWriter out = spec.commandLine().getOut();
    out.println("Drill of " + text(report.path("service")) + " (" + text(report.path("kind"))
        + ") by " + text(report.path("requestedBy")) + ", begun at "
        + text(report.path("begunAt")));
    out.println();
    var table = new Output.Table("served before", text(report.path("before")));
    table.row("served then", text(report.path("then")));
    table.row("detection", millis(report.path("detectionMillis")));
    table.row("takeover", millis(report.path("takeoverMillis")));
    table.row("longest gap", atMost(report.path("longestGapMillis")));
    table.row("back again at", text(report.path("backAt")));
    table.row("result", text(report.path("state")) + ": " + text(report.path("why")));
    table.print(out);
    out.println();
    var terms = new Output.Table("TERM", "SERVER", "TAKEN", "ACTIVE", "WHY");
    terms.row(
        text(report.path("termBefore")), text(report.path("before")), "-", "-", "before the drill");
    for (JsonNode term : report.path("terms")) {
      terms.row(
          text(term.path("term")),
          text(term.path("server")),
          text(term.path("takenAt")),
          text(term.path("activeAt")),
          text(term.path("why")));
    }
    terms.print(out);
    for (JsonNode limit : report.path("limits")) {
      out.println("Note: " + text(limit));
    }
  }

  private static String millis(JsonNode figure) {
    return figure.isNumber() ? figure.asText() + " ms" : "-";
  }

  private static String atMost(JsonNode figure) {
    return figure.isNumber() ? "at most " + millis(figure) : "-";
  }
}
