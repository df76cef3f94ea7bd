package mainstay.node.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import mainstay.node.ServerMain;
import mainstay.node.client.ApiException;
import mainstay.node.demo.DemoException;
import mainstay.persistence.embedded.EmbeddedPostgresException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program {@code mainstay}: all its commands. */
@Command(
    name = "mainstay",
    description =
        "Redundant monitoring server: ordered failover, fenced terms, no acknowledged write lost.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      ServerCommand.class,
      WitnessCommand.class,
      StatusCommand.class,
      ServicesCommand.class,
      ServiceCommand.class,
      DrillCommand.class,
      DatabasesCommand.class,
      PointsCommand.class,
      SetCommand.class,
      HistoryCommand.class,
      ConfigCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:refused or failed", "2:wrong usage", "3:no server reachable"})
public final class Main implements Runnable {

  @Spec
  private CommandSpec spec;

  public static void main(String[] arguments) {
    boolean server = arguments.length > 0 && Set.of("server", "witness").contains(arguments[0]);
    if (!server && System.getProperty("logback.configurationFile") == null) {
      System.setProperty("logback.configurationFile", "logback-command-line.xml");
    }
    var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(commandLine(ServerMain::run).setOut(out).setErr(err).execute(arguments));
  }

  /** All commands; {@code server} and {@code witness} run the given program. */
  static CommandLine commandLine(ServerProgram server) {
    var line = new CommandLine(new Main(), new Commands(server));
    line.setExecutionExceptionHandler((e, command, result) -> report(e, command));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.getSubcommands()
        .get("set")
        .setUnmatchedOptionsArePositionalParams(true); // "set POINT -5" is no option
    return line;
  }

  /** Without a command. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  private static int report(Exception e, CommandLine command) throws Exception {
    if (e instanceof ApiException
        || e instanceof DemoException
        || e instanceof EmbeddedPostgresException) {
      boolean stranger = e instanceof ApiException.Refused refused && refused.status() == 401;
      command
          .getErr()
          .println(command.getCommandSpec().qualifiedName() + ": " + e.getMessage()
              + (stranger
                  ? "; name a file with a valid token with --token-file or MAINSTAY_TOKEN_FILE"
                  : ""));
      return e instanceof ApiException.Unreachable ? ExitCode.UNREACHABLE : ExitCode.FAILED;
    }
    throw e; // a defect of ours: let it show where
  }

  private record Commands(ServerProgram server) implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      if (type == ServerCommand.class) {
        return type.cast(new ServerCommand(server));
      }
      return type == WitnessCommand.class
          ? type.cast(new WitnessCommand(server))
          : CommandLine.defaultFactory().create(type);
    }
  }
}
