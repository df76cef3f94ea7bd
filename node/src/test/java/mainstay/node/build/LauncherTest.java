package mainstay.node.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher in a directory of its own, with a Java and a Maven that only say how they were called. */
class LauncherTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir
  private Path temporary;

  private Path home;
  private Path distribution;

  @BeforeEach
  void layOut() throws IOException {
    home = Files.createDirectories(temporary.resolve("a path with spaces"));
    distribution = home.resolve("node/target/mainstay");
    script(home.resolve("mainstay"), Files.readString(Path.of("..", "mainstay")));
    for (var module : List.of("protocol", "persistence", "http-api", "node")) {
      Files.createDirectories(home.resolve(module).resolve("src/main/java"));
      Files.writeString(home.resolve(module).resolve("pom.xml"), "<project/>");
    }
    Files.writeString(home.resolve("pom.xml"), "<project/>");
    mavenRuns("""
        echo "[INFO] Building protocol 0.1.0   [2/5]"
        echo "built with $JAVA_HOME" >>"%1$s/builds"
        sleep 0.3
        mkdir -p "%1$s/node/target/mainstay/lib"
        touch "%1$s/node/target/mainstay/build.properties"
        """.formatted(home));
  }

  @Test
  void refusesAnOldJavaAndSaysWhatItFoundAndWhatToDo() throws Exception {
    var run = run(Map.of("PATH", java("11", "11.0.20") + ":/usr/bin:/bin"), "status");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output())
        .contains(
            "Java 17 or later is needed; found Java 11 at " + temporary.resolve("11/bin/java"))
        .contains("Install a JDK 17");
    assertThat(home.resolve("builds")).doesNotExist();
  }

  @Test
  void readsTheOldNumberingOfJavaEight() throws Exception {
    var run = run(Map.of("PATH", java("8", "1.8.0_382") + ":/usr/bin:/bin"), "status");

    assertThat(run.output()).contains("found Java 8 at ");
  }

  @Test
  void refusesWithoutAnyJava() throws Exception {
    var run = run(Map.of("PATH", toolsWithoutJava()), "status");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output()).contains("no java, neither by JAVA_HOME nor on PATH");
  }

  @Test
  void takesTheJavaOnPathAndSaysSoWhenThatOfJavaHomeIsTooOld() throws Exception {
    java("11", "11.0.20");
    var run = run(
        Map.of(
            "PATH",
            java("21", "21.0.2") + ":/usr/bin:/bin",
            "JAVA_HOME",
            temporary.resolve("11").toString()),
        "status");

    assertThat(run.exitCode()).isZero();
    assertThat(run.output()).contains("using Java 21 of PATH; found Java 11 at ", "java 21.0.2");
  }

  @Test
  void prefersTheJavaOfJavaHome() throws Exception {
    java("17", "17.0.1");
    var run = run(
        Map.of(
            "PATH",
            java("25", "25.0.3") + ":/usr/bin:/bin",
            "JAVA_HOME",
            temporary.resolve("17").toString()),
        "status");

    assertThat(run.output()).contains("java 17.0.1");
    assertThat(home.resolve("builds")).hasContent("built with " + temporary.resolve("17"));
  }

  @Test
  void refusesToBuildWithoutACompiler() throws Exception {
    var path = java("17", "17.0.1");
    Files.delete(temporary.resolve("17/bin/javac"));

    var run = run(Map.of("PATH", path + ":/usr/bin:/bin"), "status");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output()).contains("has no compiler");
    assertThat(home.resolve("target/launcher.lock")).doesNotExist();
  }

  @Test
  void givesJdk24AndLaterTheFlagsThatOlderOnesDoNotKnow() throws Exception {
    var old = run(Map.of("PATH", java("23", "23.0.1") + ":/usr/bin:/bin"), "status");
    var current = run(Map.of("PATH", java("24", "24") + ":/usr/bin:/bin"), "status");

    assertThat(old.output()).doesNotContain("--sun-misc-unsafe-memory-access");
    assertThat(current.output())
        .contains("--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED");
  }

  @Test
  void startsTheServerWithItsOwnOptionsAndTheUsersLast() throws Exception {
    var environment = Map.of(
        "PATH", java("17", "17.0.1") + ":/usr/bin:/bin", "MAINSTAY_JAVA_OPTS", "-Xmx1g -Da=*");

    var server = run(environment, "server", "--config", "with space.conf");
    var status = run(environment, "status");

    assertThat(server.output())
        .contains("-Xmx256m")
        .contains("-Xmx1g -Da=* -cp " + distribution + "/lib/* mainstay.node.cli.Main"
            + " server --config with space.conf")
        .contains("MAINSTAY_HOME=" + home);
    assertThat(status.output()).contains("-XX:TieredStopAtLevel=1").doesNotContain("-Xmx256m");
  }

  @Test
  void buildsOnceAndAgainOnlyAfterASourceChanged() throws Exception {
    var environment = Map.of("PATH", java("17", "17.0.1") + ":/usr/bin:/bin");

    var first = run(environment, "status");
    run(environment, "status");
    assertThat(first.output()).contains("building, the first time", "[2/5] protocol", "built in");
    assertThat(home.resolve("builds")).content().hasLineCount(1);

    var source = home.resolve("http-api/src/main/java/A.java");
    Files.writeString(source, "class A {}");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(1)));
    var third = run(environment, "status");
    assertThat(third.output()).contains("building again: the sources changed");
    assertThat(home.resolve("builds")).content().hasLineCount(2);
  }

  @Test
  void showsTheEndOfTheLogOfAFailedBuildAndStartsNothing() throws Exception {
    mavenRuns("echo '[ERROR] Could not transfer artifact a:b'\nexit 1\n");

    var run = run(Map.of("PATH", java("17", "17.0.1") + ":/usr/bin:/bin"), "status");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output())
        .contains("[ERROR] Could not transfer artifact a:b", "Maven Central", "the build failed")
        .contains(home.resolve("target/build.log").toString())
        .doesNotContain("java 17.0.1");
    assertThat(home.resolve("target/launcher.lock")).doesNotExist();
  }

  @Test
  void buildsOnceWhenStartedTwiceAtOnce() throws Exception {
    var environment = Map.of("PATH", java("17", "17.0.1") + ":/usr/bin:/bin");

    var first = start(environment, home.resolve("mainstay"), "one");
    var second = start(environment, home.resolve("mainstay"), "two");

    assertThat(finish(first).output()).contains("mainstay.node.cli.Main one");
    assertThat(finish(second).output()).contains("mainstay.node.cli.Main two");
    assertThat(home.resolve("builds")).content().hasLineCount(1);
  }

  @Test
  void removesTheLockOfAProcessThatIsGone() throws Exception {
    var lock = Files.createDirectories(home.resolve("target/launcher.lock"));
    // Our own number, but a start that is not ours: the number was given to another process since.
    Files.writeString(lock.resolve("owner"), ProcessHandle.current().pid() + " 1\n");

    var run = run(Map.of("PATH", java("17", "17.0.1") + ":/usr/bin:/bin"), "status");

    assertThat(run.exitCode()).isZero();
    assertThat(home.resolve("builds")).content().hasLineCount(1);
    assertThat(lock).doesNotExist();
  }

  @Test
  void worksThroughARelativeLinkFromAnotherDirectory() throws Exception {
    var links = Files.createDirectories(temporary.resolve("bin"));
    var link =
        Files.createSymbolicLink(links.resolve("ms"), links.relativize(home.resolve("mainstay")));

    var run =
        finish(start(Map.of("PATH", java("17", "17.0.1") + ":/usr/bin:/bin"), link, "status"));

    assertThat(run.output()).contains("MAINSTAY_HOME=" + home);
  }

  /** Makes a JDK that says how it is called; returns its {@code bin}. */
  private Path java(String name, String version) throws IOException {
    var bin = Files.createDirectories(temporary.resolve(name).resolve("bin"));
    script(bin.resolve("java"), """
        #!/bin/sh
        case $1 in -version) echo 'openjdk version "%1$s" 2026-01-01' >&2; exit ;; esac
        echo "java %1$s $*"
        echo "MAINSTAY_HOME=$MAINSTAY_HOME"
        """.formatted(version));
    script(bin.resolve("javac"), "#!/bin/sh\n");
    return bin;
  }

  /** A directory with the commands the launcher may use until it has found a Java. */
  private String toolsWithoutJava() throws IOException {
    var bin = Files.createDirectories(temporary.resolve("tools"));
    for (var tool : List.of("sh", "dirname", "readlink", "sed")) {
      var real = List.of(Path.of("/bin", tool), Path.of("/usr/bin", tool)).stream()
          .filter(Files::exists)
          .findFirst();
      Files.createSymbolicLink(bin.resolve(tool), real.orElseThrow());
    }
    return bin.toString();
  }

  private void mavenRuns(String commands) throws IOException {
    script(home.resolve("mvnw"), "#!/bin/sh\nset -e\n" + commands);
  }

  private static void script(Path file, String content) throws IOException {
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private record Run(int exitCode, String output) {}

  private Run run(Map<String, String> environment, String... arguments) throws Exception {
    return finish(start(environment, home.resolve("mainstay"), arguments));
  }

  private Process start(Map<String, String> environment, Path launcher, String... arguments)
      throws IOException {
    var command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    var builder =
        new ProcessBuilder(command).directory(temporary.toFile()).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static Run finish(Process process) throws Exception {
    process.getOutputStream().close();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("still running after " + LIMIT + ", so far: " + output);
    }
    return new Run(process.exitValue(), output);
  }
}
