package mainstay.node.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "server",
    description = "Run one server until it is told to stop.",
    mixinStandardHelpOptions = true)
final class ServerCommand implements Callable<Integer> {
  private final ServerProgram program;

  @Spec
  private CommandSpec spec;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "Configuration of this server (HOCON).")
  private Path config;

  ServerCommand(ServerProgram program) {
    this.program = program;
  }

  @Override
  public Integer call() {
    if (!Files.isReadable(config)) {
      throw new ParameterException(
          spec.commandLine(), "--config: " + config + " is no readable file");
    }
    return program.run(config);
  }
}
