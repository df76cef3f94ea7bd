package mainstay.node.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import mainstay.node.client.ApiClient;
import mainstay.node.demo.Demo;
import mainstay.node.demo.DemoOptions;
import mainstay.node.demo.DemoStatus;
import mainstay.node.demo.JavaServerCommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code demo} and what can be done to a running one. Each of the small commands has its own {@code --dir}. */
@Command(
    name = "demo",
    description = "Run a cluster on this machine that gathers its data: servers and databases.",
    mixinStandardHelpOptions = true,
    subcommands = {
      DemoCommand.Stop.class,
      DemoCommand.Status.class,
      DemoCommand.Kill.class,
      DemoCommand.Start.class,
      DemoCommand.KillDatabase.class,
      DemoCommand.StartDatabase.class
    })
final class DemoCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--servers",
      defaultValue = "3",
      paramLabel = "N",
      description = "1 to 7 (default: 3).")
  private int servers;

  @Option(
      names = "--databases",
      paramLabel = "N",
      description = "1 to 5 (default: 2, or what --dir was made with).")
  private Integer databases;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description =
          "Of the first server; the others follow (default: 8080, or what --dir was made with).")
  private Integer httpPort;

  @Option(
      names = "--dir",
      defaultValue = "demo-data",
      paramLabel = "DIR",
      description = "Data, logs and tokens (default: ./demo-data).")
  private Path directory;

  @Option(names = "--fresh", description = "Delete what an earlier demo left in DIR.")
  private boolean fresh;

  @Option(
      names = "--detach",
      description = "Return when the cluster is ready, and leave it running.")
  private boolean detach;

  @Override
  public Integer call() throws InterruptedException {
    DemoOptions options;
    try {
      options = new DemoOptions(servers, optional(databases), optional(httpPort), fresh);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
    Demo demo = demo(directory, spec);
    if (detach) {
      demo.startDetached(options);
    } else {
      demo.runUntilStopped(options);
    }
    return ExitCode.DONE;
  }

  private static OptionalInt optional(Integer number) {
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }

  private static Demo demo(Path directory, CommandSpec spec) {
    PrintWriter out = spec.commandLine().getOut();
    return new Demo(directory, new JavaServerCommandLine(), line -> {
      out.println(line);
      out.flush();
    });
  }

  /** The option and the demo of the small commands. */
  private abstract static class Part implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Option(
        names = "--dir",
        defaultValue = "demo-data",
        paramLabel = "DIR",
        description = "Directory of the demo (default: ./demo-data).")
    private Path directory;

    Demo demo() {
      return DemoCommand.demo(directory, spec);
    }
  }

  @Command(
      name = "stop",
      description = "Stop all servers and databases.",
      mixinStandardHelpOptions = true)
  static final class Stop extends Part {
    @Override
    public Integer call() {
      demo().stop();
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "kill",
      description = "Kill a server at once (signal 9), as a crash would.",
      mixinStandardHelpOptions = true)
  static final class Kill extends Part {
    @Parameters(paramLabel = "SERVER")
    private String server;

    @Override
    public Integer call() {
      demo().kill(server);
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "start",
      description = "Start a server that is down.",
      mixinStandardHelpOptions = true)
  static final class Start extends Part {
    @Parameters(paramLabel = "SERVER")
    private String server;

    @Override
    public Integer call() {
      demo().start(server);
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "kill-db",
      description =
          "Kill a database at once (signal 9), as a crash would. It stays down until start-db.",
      mixinStandardHelpOptions = true)
  static final class KillDatabase extends Part {
    @Parameters(paramLabel = "DATABASE")
    private String database;

    @Override
    public Integer call() {
      demo().killDatabase(database);
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "start-db",
      description = "Start a database that is down.",
      mixinStandardHelpOptions = true)
  static final class StartDatabase extends Part {
    @Parameters(paramLabel = "DATABASE")
    private String database;

    @Override
    public Integer call() {
      demo().startDatabase(database);
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "status",
      description = "Show which processes run.",
      mixinStandardHelpOptions = true)
  static final class Status extends Part {
    @Option(names = "--json", description = "Print it as JSON.")
    private boolean json;

    @Override
    public Integer call() {
      DemoStatus status = demo().status();
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        Output.json(out, ApiClient.JSON.valueToTree(status));
        return ExitCode.DONE;
      }
      var table = new Output.Table("NAME", "RUNNING", "PID", "ADDRESS");
      status.servers().forEach(s -> table.row(s.name(), yes(s.running()), pid(s.pid()), s.http()));
      status.databases().forEach(d -> table.row(d.name(), yes(d.running()), pid(d.pid()), d.url()));
      table.print(out);
      return ExitCode.DONE;
    }

    private static String yes(boolean running) {
      return running ? "yes" : "no";
    }

    private static String pid(Long pid) {
      return pid == null ? "-" : pid.toString();
    }
  }
}
