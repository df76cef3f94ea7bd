package mainstay.node.cli;

import static mainstay.node.cli.Output.encoded;
import static mainstay.node.cli.Output.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.concurrent.Callable;
import mainstay.node.client.ApiClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "config",
    description = "Read and write the configuration.",
    mixinStandardHelpOptions = true,
    subcommands = {ConfigCommand.Get.class, ConfigCommand.Put.class})
final class ConfigCommand implements Runnable {
  @Spec
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "get or put is missing");
  }

  @Command(
      name = "get",
      description = "Print an object, or all of a kind, as JSON.",
      mixinStandardHelpOptions = true)
  static final class Get implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Remote remote;

    @Parameters(
        index = "0",
        paramLabel = "KIND",
        description = "dge, device, test, point, service …")
    private String kind;

    @Parameters(
        index = "1",
        paramLabel = "ID",
        arity = "0..1",
        description = "Default: all of the kind.")
    private String id;

    @Override
    public Integer call() {
      String path = "/config/" + encoded(kind) + (id == null ? "" : "/" + encoded(id));
      Output.json(spec.commandLine().getOut(), remote.client().get(path).body());
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "put",
      description = "Create or replace an object.",
      mixinStandardHelpOptions = true)
  static final class Put implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Remote remote;

    @Mixin
    private RepeatKey key;

    @Parameters(
        index = "0",
        paramLabel = "KIND",
        description = "dge, device, test, point, service …")
    private String kind;

    @Parameters(index = "1", paramLabel = "ID")
    private String id;

    @Parameters(
        index = "2",
        paramLabel = "FILE",
        description = "The object as JSON; - for standard input.")
    private Path file;

    @Option(
        names = "--if-match",
        paramLabel = "REVISION",
        description = "Only if this is still its revision.")
    private Long revision;

    @Option(names = "--create", description = "Only if it does not exist yet.")
    private boolean create;

    @Override
    public Integer call() {
      var headers = new HashMap<>(key.headers());
      if (revision != null) {
        headers.put("If-Match", "\"" + revision + "\"");
      }
      if (create) {
        headers.put("If-None-Match", "*");
      }
      String path = "/config/" + encoded(kind) + "/" + encoded(id);
      JsonNode answer = remote.client().write("PUT", path, object(), headers).body();
      spec.commandLine()
          .getOut()
          .println(kind + " " + id + " stored (revision " + text(answer.path("revision"))
              + ", configuration version " + text(answer.path("version")) + ", term "
              + text(answer.path("term")) + ")");
      return ExitCode.DONE;
    }

    private JsonNode object() {
      try {
        return ApiClient.JSON.readTree(
            file.toString().equals("-") ? System.in.readAllBytes() : Files.readAllBytes(file));
      } catch (JsonProcessingException e) {
        throw new ParameterException(
            spec.commandLine(),
            file + " is no JSON: line " + e.getLocation().getLineNr() + ", column "
                + e.getLocation().getColumnNr() + ": " + e.getOriginalMessage());
      } catch (IOException e) {
        throw new ParameterException(
            spec.commandLine(), "cannot read " + file + ": " + e.getMessage());
      }
    }
  }
}
