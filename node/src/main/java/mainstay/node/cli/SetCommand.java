package mainstay.node.cli;

import static mainstay.node.cli.Output.encoded;
import static mainstay.node.cli.Output.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.concurrent.Callable;
import mainstay.node.client.ApiClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "set", description = "Set the value of a point.", mixinStandardHelpOptions = true)
final class SetCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Mixin
  private Remote remote;

  @Mixin
  private RepeatKey key;

  @Parameters(index = "0", paramLabel = "POINT", description = "Such as setpoint-1.")
  private String point;

  @Parameters(index = "1", paramLabel = "VALUE", description = "A number, such as 21.5 or -3.")
  private BigDecimal value;

  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    var body = ApiClient.JSON.createObjectNode().put("value", value);
    JsonNode answer = remote
        .client()
        .write("PUT", "/points/" + encoded(point) + "/value", body, key.headers())
        .body();
    if (json) {
      Output.json(spec.commandLine().getOut(), answer);
    } else {
      spec.commandLine()
          .getOut()
          .println(text(answer.path("id")) + " = " + text(answer.path("value")) + " (revision "
              + text(answer.path("revision")) + ", term " + text(answer.path("term")) + ")");
    }
    return ExitCode.DONE;
  }
}
