package mainstay.node.demo;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The program of this JVM, run by the same Java with little memory. {@code MAINSTAY_JAVA_OPTS} comes last and wins. */
public final class JavaServerCommandLine implements ServerCommandLine {
  private static final int FIRST_RELEASE_THAT_WARNS = 24;
  private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");

  @Override
  public List<String> of(Path configFile) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options());
    command.addAll(List.of(
        "-cp",
        absoluteClassPath(),
        "mainstay.node.cli.Main",
        "server",
        "--config",
        configFile.toString()));
    return command;
  }

  private static List<String> options() {
    // The quick compiler only: several servers start at once on one machine, and the thorough one
    // would take their processors for the first minutes and twice the memory for good. The heap as
    // in the launcher.
    var options = new ArrayList<>(List.of(
        "-Xms256m",
        "-Xmx256m",
        "-Xmn64m",
        "-XX:SurvivorRatio=4",
        "-XX:MetaspaceSize=96m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Djava.util.concurrent.ForkJoinPool.common.parallelism=2"));
    if (hugePagesOffered()) {
      options.add("-XX:+UseTransparentHugePages");
    }
    if (Runtime.version().feature() >= FIRST_RELEASE_THAT_WARNS) {
      options.addAll(
          List.of("--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"));
    }
    String more = System.getenv("MAINSTAY_JAVA_OPTS");
    if (more != null && !more.isBlank()) {
      options.addAll(Arrays.asList(more.strip().split("\\s+")));
    }
    return options;
  }

  /**
   * The sockets of a killed process are closed, and its death is noticed, when its memory has been given back: fewer
   * pages, sooner noticed. Where the kernel never gives them, Java would warn at each start.
   */
  private static boolean hugePagesOffered() {
    try {
      return !Files.readString(HUGE_PAGES).contains("[never]");
    } catch (IOException e) {
      return false; // not Linux, or a kernel without them
    }
  }

  /** The servers have working directories of their own. */
  private static String absoluteClassPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
