package mainstay.node.cli;

import mainstay.node.failover.core.Part;
import picocli.CommandLine.Command;

@Command(
    name = "server",
    description = "Run one server until it is told to stop.",
    mixinStandardHelpOptions = true)
final class ServerCommand extends MemberCommand {
  ServerCommand(ServerProgram program) {
    super(Part.SERVER, program);
  }
}
