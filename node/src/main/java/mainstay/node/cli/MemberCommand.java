package mainstay.node.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import mainstay.node.failover.core.Part;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs a member of the cluster by its configuration file. */
abstract class MemberCommand implements Callable<Integer> {
  private final Part part;
  private final ServerProgram program;

  @Spec
  private CommandSpec spec;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "Its configuration (HOCON).")
  private Path config;

  MemberCommand(Part part, ServerProgram program) {
    this.part = part;
    this.program = program;
  }

  @Override
  public Integer call() {
    if (!Files.isReadable(config)) {
      throw new ParameterException(
          spec.commandLine(), "--config: " + config + " is no readable file");
    }
    return program.run(part, config);
  }
}
