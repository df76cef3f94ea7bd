package mainstay.multijvm.cluster;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where the packaged program is and what runs it.
 *
 * @param java path of the {@code java} command
 * @param classPath of the program
 * @param mainClass of the command line
 */
public record Installation(Path java, String classPath, String mainClass) {
  private static final String LIB = "node/target/mainstay/lib";
  private static final int FIRST_RELEASE_THAT_WARNS = 24;

  /**
   * The program of this source tree, found from the working directory upwards, run by the same Java as this JVM.
   *
   * @throws IllegalStateException if it was not built
   */
  public static Installation find() {
    var start = Path.of("").toAbsolutePath();
    for (var directory = start; directory != null; directory = directory.getParent()) {
      var lib = directory.resolve(LIB);
      if (hasJars(lib)) {
        return new Installation(currentJava(), lib + "/*", "mainstay.node.cli.Main");
      }
    }
    throw new IllegalStateException("the packaged program " + LIB + " is neither in " + start
        + " nor above it: run ./mvnw -DskipTests package at the root of the source tree");
  }

  private static boolean hasJars(Path directory) {
    var names = directory.toFile().list();
    return names != null && Arrays.stream(names).anyMatch(n -> n.endsWith(".jar"));
  }

  public static Path currentJava() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  /** The program with these arguments, as {@code ./mainstay} calls it. */
  public List<String> command(List<String> arguments) {
    return command(List.of(), arguments);
  }

  /** {@code ./mainstay server --config FILE} with as much memory as the demo gives to a server. */
  public List<String> server(Path config) {
    return command(
        List.of(
            "-Xms256m",
            "-Xmx256m",
            "-Xmn64m",
            "-XX:SurvivorRatio=4",
            "-XX:MetaspaceSize=96m",
            "-Djava.util.concurrent.ForkJoinPool.common.parallelism=2",
            "-XX:+ExitOnOutOfMemoryError"),
        List.of("server", "--config", config.toString()));
  }

  /** {@code ./mainstay witness --config FILE} with the memory that it has there. */
  public List<String> witness(Path config) {
    return command(
        List.of(
            "-Xms32m",
            "-Xmx32m",
            "-XX:ReservedCodeCacheSize=24m",
            "-Xss512k",
            "-Djava.util.concurrent.ForkJoinPool.common.parallelism=2",
            "-XX:+ExitOnOutOfMemoryError"),
        List.of("witness", "--config", config.toString()));
  }

  private List<String> command(List<String> options, List<String> arguments) {
    var command = new ArrayList<String>();
    command.add(java.toString());
    // For short commands, and for many servers on one machine: compiling them fully costs more than
    // it brings.
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    if (Runtime.version().feature() >= FIRST_RELEASE_THAT_WARNS) {
      command.add("--sun-misc-unsafe-memory-access=allow");
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(options);
    command.add("-cp");
    command.add(classPath);
    command.add(mainClass);
    command.addAll(arguments);
    return command;
  }
}
