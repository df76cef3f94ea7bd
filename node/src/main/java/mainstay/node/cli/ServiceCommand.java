package mainstay.node.cli;

import static mainstay.node.cli.Output.encoded;
import static mainstay.node.cli.Output.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import mainstay.node.client.ApiClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "service",
    description = "Show one service, or act on it.",
    mixinStandardHelpOptions = true,
    subcommands = {
      ServiceCommand.Explain.class,
      ServiceCommand.Switchover.class,
      ServiceCommand.WhatIf.class,
      ServiceCommand.History.class
    })
final class ServiceCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Mixin
  private Remote remote;

  @Parameters(index = "0", paramLabel = "NAME", description = "Such as configuration or dge/main.")
  private String name;

  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    JsonNode service = remote.client().get(path("")).body();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Output.json(out, service);
      return ExitCode.DONE;
    }
    var alone = ApiClient.JSON.createArrayNode().add(service);
    ServicesCommand.table(alone).print(out);
    ServicesCommand.warnings(alone, out);
    out.println();
    var standbys = new Output.Table("STANDBY", "STATE", "SYNC", "SEQUENCE", "HASH", "MESSAGE");
    for (JsonNode standby : service.path("standbys")) {
      standbys.row(
          text(standby.path("server")),
          text(standby.path("state")),
          text(standby.path("synchronisationMode")),
          text(standby.path("sequence")),
          text(standby.path("hash")),
          text(standby.path("message")));
    }
    standbys.print(out);
    return ExitCode.DONE;
  }

  private String path(String below) {
    return "/services/" + encoded(name) + below;
  }

  @Command(
      name = "explain",
      description = "Say why the active server is active, and the others are not.",
      mixinStandardHelpOptions = true)
  static final class Explain implements Callable<Integer> {
    @ParentCommand
    private ServiceCommand service;

    @Spec
    private CommandSpec spec;

    @Mixin
    private Remote remote;

    @Option(names = "--json", description = "Print the answer as JSON.")
    private boolean json;

    @Override
    public Integer call() {
      JsonNode answer = remote.client().get(service.path("/explain")).body();
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        Output.json(out, answer);
        return ExitCode.DONE;
      }
      out.println(text(answer.path("service")) + ": " + text(answer.path("why"))
          + (answer.path("rule").asInt() > 0 ? " (rule " + answer.path("rule").asInt() + ")" : ""));
      for (JsonNode server : answer.path("servers")) {
        out.println("  " + text(server.path("server")) + ": " + text(server.path("why")));
      }
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "switchover",
      description = "Move the service and wait until it has moved.",
      mixinStandardHelpOptions = true)
  static final class Switchover implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @ParentCommand
    private ServiceCommand service;

    @Spec
    private CommandSpec spec;

    @Mixin
    private Remote remote;

    @Mixin
    private RepeatKey key;

    @Option(
        names = "--to",
        paramLabel = "SERVER",
        description = "Default: the next in the list that can serve.")
    private String to;

    @Option(names = "--json", description = "Print the finished operation as JSON.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
      ApiClient client = remote.client();
      ObjectNode body = ApiClient.JSON.createObjectNode();
      if (to != null) {
        body.put("to", to);
      }
      JsonNode operation =
          client.write("POST", service.path("/switchover"), body, key.headers()).body();
      String id = operation.path("operation").asText();
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (operation.path("state").asText().equals("running") && System.nanoTime() < deadline) {
        TimeUnit.MILLISECONDS.sleep(50);
        operation = client.get("/operations/" + encoded(id)).body();
      }
      return report(operation, id);
    }

    private int report(JsonNode operation, String id) {
      boolean done = operation.path("state").asText().equals("done");
      if (json) {
        Output.json(spec.commandLine().getOut(), operation);
      } else if (done) {
        spec.commandLine()
            .getOut()
            .println(service.name + " moved from " + text(operation.path("from")) + " to "
                + text(operation.path("to")) + ", pause " + text(operation.path("pauseMillis"))
                + " ms");
      } else if (operation.path("state").asText().equals("running")) {
        spec.commandLine()
            .getErr()
            .println("operation " + id + " still runs after " + LIMIT.toSeconds()
                + " s; follow it with GET /api/v1/operations/" + id);
      } else {
        spec.commandLine()
            .getErr()
            .println(service.name + " did not move: " + text(operation.path("detail")));
      }
      return done ? ExitCode.DONE : ExitCode.FAILED;
    }
  }

  @Command(
      name = "what-if",
      description = "Say who would serve if some servers died now. Nothing is done.",
      mixinStandardHelpOptions = true)
  static final class WhatIf implements Callable<Integer> {
    @ParentCommand
    private ServiceCommand service;

    @Spec
    private CommandSpec spec;

    @Mixin
    private Remote remote;

    @Option(
        names = "--down",
        paramLabel = "SERVER",
        required = true,
        split = ",",
        description = "Server that dies; may be repeated: they die at once.")
    private List<String> down;

    @Option(names = "--json", description = "Print the answer as JSON.")
    private boolean json;

    @Override
    public Integer call() {
      ObjectNode question = ApiClient.JSON.createObjectNode();
      down.forEach(question.putArray("down")::add);
      JsonNode outlook = remote.client().write("POST", "/what-if", question).body();
      JsonNode fate = fate(outlook);
      if (fate == null) {
        spec.commandLine().getErr().println("there is no service " + service.name);
        return ExitCode.FAILED;
      }
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        Output.json(out, outlook);
        return ExitCode.DONE;
      }
      out.println(service.name + " without " + String.join(", ", down) + ": " + sentence(fate));
      for (JsonNode limit : outlook.path("limits")) {
        out.println("  " + text(limit));
      }
      return ExitCode.DONE;
    }

    private JsonNode fate(JsonNode outlook) {
      for (JsonNode fate : outlook.path("services")) {
        if (fate.path("service").asText().equals(service.name)) {
          return fate;
        }
      }
      return null;
    }

    private static String sentence(JsonNode fate) {
      String why = " (" + text(fate.path("why")) + ")";
      if (fate.path("then").isNull()) {
        return "nobody would serve" + why;
      }
      return fate.path("then").equals(fate.path("active"))
          ? text(fate.path("then")) + " goes on" + why
          : text(fate.path("then")) + " takes over" + why;
    }
  }

  @Command(
      name = "history",
      description = "List who was active in which term, newest first.",
      mixinStandardHelpOptions = true)
  static final class History implements Callable<Integer> {
    @ParentCommand
    private ServiceCommand service;

    @Spec
    private CommandSpec spec;

    @Mixin
    private Remote remote;

    @Option(names = "--json", description = "Print the answer as JSON.")
    private boolean json;

    @Override
    public Integer call() {
      JsonNode answer = remote.client().get(service.path("/history")).body();
      if (json) {
        Output.json(spec.commandLine().getOut(), answer);
        return ExitCode.DONE;
      }
      var table = new Output.Table("TERM", "SERVER", "AT", "UNTIL", "WHY");
      for (JsonNode term : answer.path("items")) {
        table.row(
            text(term.path("term")),
            text(term.path("server")),
            text(term.path("at")),
            text(term.path("until")),
            text(term.path("why")));
      }
      table.print(spec.commandLine().getOut());
      return ExitCode.DONE;
    }
  }
}
