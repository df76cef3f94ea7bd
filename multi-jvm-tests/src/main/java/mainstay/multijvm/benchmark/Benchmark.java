package mainstay.multijvm.benchmark;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Entry of {@code multi-jvm-tests/benchmark}. */
@Command(
    name = "benchmark",
    mixinStandardHelpOptions = true,
    description =
        "Measures the packaged program on this machine. Exit codes: 0 done, 1 failed, 2 usage.",
    subcommands = {TakeoverBenchmark.class, DatabaseBenchmark.class})
public final class Benchmark implements Callable<Integer> {
  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec;

  public static void main(String[] arguments) {
    var commandLine = new CommandLine(new Benchmark())
        .setExecutionExceptionHandler((failure, line, parsed) -> {
          line.getErr()
              .println("benchmark " + parsed.originalArgs() + " failed: " + failure.getMessage());
          return 1;
        });
    System.exit(commandLine.execute(arguments));
  }

  @Override
  public Integer call() {
    spec.commandLine().usage(System.err);
    return CommandLine.ExitCode.USAGE;
  }
}
