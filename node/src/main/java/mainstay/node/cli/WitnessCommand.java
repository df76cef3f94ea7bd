package mainstay.node.cli;

import mainstay.node.failover.core.Part;
import picocli.CommandLine.Command;

@Command(
    name = "witness",
    description = "Run a witness, which only votes, until it is told to stop.",
    mixinStandardHelpOptions = true)
final class WitnessCommand extends MemberCommand {
  WitnessCommand(ServerProgram program) {
    super(Part.WITNESS, program);
  }
}
