package mainstay.node.cli;

import static mainstay.node.cli.Output.encoded;
import static mainstay.node.cli.Output.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import mainstay.node.client.ApiClient;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "databases",
    description = "List the databases, or change which of them count.",
    mixinStandardHelpOptions = true,
    subcommands = {
      DatabasesCommand.Add.class,
      DatabasesCommand.Remove.class,
      DatabasesCommand.Activate.class,
      DatabasesCommand.Deactivate.class,
      DatabasesCommand.Check.class
    })
final class DatabasesCommand implements Callable<Integer> {
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
      Watch.forever(
          out, json, () -> client.get("/databases").body(), databases -> show(databases, out));
    }
    show(client.get("/databases").body(), out);
    return ExitCode.DONE;
  }

  private void show(JsonNode databases, PrintWriter out) {
    if (json) {
      Output.json(out, databases);
      return;
    }
    var table = new Output.Table(
        "NAME",
        "CLUSTER",
        "STATE",
        "ACTIVE",
        "EPOCH",
        "LOAD",
        "PROGRESS",
        "JOURNAL-HASH",
        "MESSAGE");
    for (JsonNode database : databases) {
      table.row(
          text(database.path("name")),
          text(database.path("cluster")),
          text(database.path("state")),
          Output.yes(database.path("active")),
          text(database.path("epoch")),
          text(database.path("load")),
          progress(database.path("progress")),
          text(database.path("journalHash")),
          text(database.path("message")));
    }
    table.print(out);
  }

  private static String progress(JsonNode progress) {
    return progress.isObject()
        ? text(progress.path("phase")) + " " + text(progress.path("percent")) + " %, "
            + text(progress.path("rowsCopied")) + " rows, " + text(progress.path("rowsPerSecond"))
            + "/s"
        : "-";
  }

  /** The options of every change, and how its answer looks. */
  private abstract static class Change implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    RepeatKey key;

    @Parameters(paramLabel = "NAME", description = "Of the database, such as db2.")
    String name;

    @Option(names = "--json", description = "Print the database as JSON.")
    private boolean json;

    int send(ApiClient client, String method, String below, JsonNode body) {
      JsonNode database = client
          .write(method, "/databases/" + encoded(name) + below, body, key.headers())
          .body();
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        Output.json(out, database);
      } else {
        out.println(name + " is " + text(database.path("state")) + " in epoch "
            + text(database.path("epoch")) + ": " + text(database.path("message")));
      }
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "add",
      description = "Make a database known; it is synchronised and then active.",
      footer = {
        "",
        "--url is the database's. Which cluster is asked is said before the word add:",
        "  mainstay databases --url http://192.0.2.11:8080 --token-file FILE add db3 --vendor ..."
      },
      mixinStandardHelpOptions = true)
  static final class Add extends Change {
    @ParentCommand
    private DatabasesCommand databases;

    @Option(
        names = "--vendor",
        required = true,
        paramLabel = "VENDOR",
        description = "postgresql, mariadb, or another one of which the servers have the dialect.")
    private String vendor;

    @Option(
        names = "--url",
        required = true,
        paramLabel = "URL",
        description = "Its JDBC address, without user and password.")
    private String url;

    @Option(names = "--user", required = true, paramLabel = "USER", description = "To log in as.")
    private String user;

    @ArgGroup(multiplicity = "1")
    private Password password;

    @Option(
        names = "--weight",
        paramLabel = "N",
        description = "Share of the reads among equally loaded databases, 1 to 100 (default: 1).")
    private Integer weight;

    @Option(
        names = "--cluster",
        paramLabel = "NAME",
        description =
            "The cluster for samples that it shall belong to (default: the installation's databases).")
    private String cluster;

    static final class Password {
      @Option(
          names = "--password-file",
          paramLabel = "FILE",
          description = "File on each server that holds the password and nothing else.")
      private String file;

      @Option(
          names = "--password-variable",
          paramLabel = "VARIABLE",
          description = "Environment variable of each server that holds the password.")
      private String variable;
    }

    @Override
    public Integer call() {
      ObjectNode body = ApiClient.JSON
          .createObjectNode()
          .put("vendor", vendor)
          .put("url", url)
          .put("user", user);
      if (password.file != null) {
        body.put("passwordFile", password.file);
      }
      if (password.variable != null) {
        body.put("passwordVariable", password.variable);
      }
      if (weight != null) {
        body.put("weight", weight);
      }
      if (cluster != null) {
        body.put("cluster", cluster);
      }
      return send(databases.remote.client(), "PUT", "", body);
    }
  }

  @Command(
      name = "remove",
      description = "Forget a database that is not active.",
      mixinStandardHelpOptions = true)
  static final class Remove implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Remote remote;

    @Mixin
    private RepeatKey key;

    @Parameters(paramLabel = "NAME", description = "Of the database, such as db2.")
    private String name;

    @Override
    public Integer call() {
      remote
          .client()
          .write(
              "DELETE",
              "/databases/" + encoded(name),
              ApiClient.JSON.createObjectNode(),
              key.headers());
      spec.commandLine().getOut().println(name + " is removed");
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "activate",
      description = "End a hold: the database is synchronised and then active.",
      mixinStandardHelpOptions = true)
  static final class Activate extends Change {
    @Mixin
    private Remote remote;

    @Option(
        names = "--force",
        description = "Count it as it is, and active ones that cannot be reached as lost.")
    private boolean force;

    @Option(names = "--yes", description = "Confirms --force.")
    private boolean yes;

    @Override
    public Integer call() {
      if (force && !yes) {
        spec.commandLine()
            .getErr()
            .println(
                "--force counts " + name + " as it is, and every active database that cannot be"
                    + " reached as lost: what was acknowledged and only those have is gone for good."
                    + " Nothing was done; add --yes if that is what you want.");
        return ExitCode.FAILED;
      }
      ObjectNode body = ApiClient.JSON.createObjectNode();
      return send(remote.client(), "POST", "/activate", force ? body.put("force", true) : body);
    }
  }

  @Command(
      name = "deactivate",
      description = "Take a database out, until somebody activates it again.",
      mixinStandardHelpOptions = true)
  static final class Deactivate extends Change {
    @Mixin
    private Remote remote;

    @Override
    public Integer call() {
      return send(remote.client(), "POST", "/deactivate", ApiClient.JSON.createObjectNode());
    }
  }

  @Command(
      name = "check",
      description = "Compare the content of a database with the others now.",
      mixinStandardHelpOptions = true)
  static final class Check extends Change {
    @Mixin
    private Remote remote;

    @Override
    public Integer call() {
      return send(remote.client(), "POST", "/check", ApiClient.JSON.createObjectNode());
    }
  }
}
