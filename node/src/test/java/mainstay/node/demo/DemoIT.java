package mainstay.node.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mainstay.persistence.embedded.ProcessTable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo's handling of processes, with real processes and real databases; only the servers are fakes. */
@Timeout(120)
class DemoIT {
  @TempDir
  Path temporary;

  private final List<String> said = new ArrayList<>();
  private Path directory;
  private int port;

  @BeforeEach
  void choose() {
    directory = temporary.resolve("demo");
    port = consecutiveFreePorts();
  }

  @AfterEach
  void leaveNothingBehind() {
    if (Files.exists(directory.resolve(DemoDirectory.MARK))) {
      demo("").stop();
    }
    assertThat(processesIn(temporary)).isEmpty();
  }

  @Test
  void startsEverythingInstallsTheConfigurationAndStopsEverything() throws Exception {
    demo("").startDetached(options(2, 2));

    var status = demo("").status();
    assertThat(status.servers())
        .extracting(DemoStatus.Server::name)
        .containsExactly("alpha", "bravo");
    assertThat(status.servers()).allMatch(DemoStatus.Server::running);
    assertThat(status.databases())
        .extracting(DemoStatus.Database::name)
        .containsExactly("db1", "db2");
    assertThat(status.databases()).allMatch(DemoStatus.Database::running);
    assertThat(said).anyMatch(line -> line.contains("http://127.0.0.1:" + port));
    for (String role : List.of("admin", "engineer", "operator", "viewer")) {
      Path token = directory.resolve(role + ".token");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(token)))
          .isEqualTo("rw-------");
      assertThat(Files.readString(token).strip()).matches("[A-Za-z0-9_-]{43}");
    }
    assertThat(directory.resolve("db1.password")).exists();
    assertThat(directory.resolve("db2.password")).exists();
    try (var kept = Files.list(directory.resolve("alpha/kept"))) {
      assertThat(kept.map(path -> path.getFileName().toString()))
          .contains(
              "device~this-machine",
              "test~host-cpu",
              "test~bravo-alive",
              "test~db1-port",
              "test~db2-port",
              "test~loopback-ping",
              "point~setpoint-16")
          .hasSize(1 + 3 + 2 + 2 + 1 + 16);
    }

    demo("").stop();

    assertThat(processesIn(temporary)).isEmpty();
    assertThat(demo("").status().servers()).noneMatch(DemoStatus.Server::running);
    assertThat(demo("").status().databases()).noneMatch(DemoStatus.Database::running);
  }

  @Test
  void aServerIsKilledAndStartedAgain() {
    demo("").startDetached(options(2));
    long first = demo("").status().servers().get(0).pid();

    demo("").kill("alpha");

    assertThat(demo("").status().servers())
        .extracting(DemoStatus.Server::running)
        .containsExactly(false, true);
    assertThat(demo("").status().servers().get(0).pid()).isNull();
    assertThatThrownBy(() -> demo("").kill("alpha")).hasMessage("alpha does not run");
    assertThatThrownBy(() -> demo("").kill("zulu")).hasMessageContaining("there are alpha, bravo");

    demo("").start("alpha");

    assertThat(demo("").status().servers().get(0).pid()).isNotNull().isNotEqualTo(first);
    assertThatThrownBy(() -> demo("").start("alpha")).hasMessageContaining("alpha runs already");
  }

  @Test
  void aDatabaseIsKilledAndStaysDownUntilItIsStarted() {
    demo("").startDetached(options(1, 2));
    long other = demo("").status().databases().get(0).pid();

    demo("").killDatabase("db2");

    assertThat(demo("").status().databases())
        .extracting(DemoStatus.Database::running)
        .containsExactly(true, false);
    assertThatThrownBy(() -> demo("").killDatabase("db2")).hasMessage("db2 does not run");
    assertThatThrownBy(() -> demo("").killDatabase("db3"))
        .hasMessageContaining("there is db1, db2");
    demo("").kill("alpha");
    demo("").start("alpha");
    assertThat(demo("").status().databases().get(1).running()).isFalse();

    demo("").startDatabase("db2");

    assertThat(demo("").status().databases()).allMatch(DemoStatus.Database::running);
    assertThat(demo("").status().databases().get(0).pid()).isEqualTo(other);
    assertThatThrownBy(() -> demo("").startDatabase("db2"))
        .hasMessageContaining("db2 runs already");
  }

  @Test
  void aDirectoryMadeForOneDatabaseGoesOnWithOne() throws Exception {
    demo("").startDetached(options(1));
    demo("").stop();
    Path plan = directory.resolve(DemoDirectory.MARK);
    Files.writeString(
        plan,
        Files.readString(plan)
            .replaceFirst("\"databases\"\\s*:\\s*\\[\\s*([^]]*)]", "\"database\" : $1"));
    assertThat(Files.readString(plan)).contains("\"database\" : {");

    demo("").startDetached(new DemoOptions(1, OptionalInt.empty(), OptionalInt.empty(), false));

    assertThat(demo("").status().databases()).singleElement().matches(DemoStatus.Database::running);
    demo("").stop();
    assertThatThrownBy(() -> demo("").startDetached(options(1, 2)))
        .hasMessageContaining("was made with --servers 1 --databases 1");
  }

  @Test
  void keepsItsDataAndPortsOverARestartAndStartsOverWhenAskedTo() throws Exception {
    demo("").startDetached(options(1));
    String config = Files.readString(directory.resolve("alpha/server.conf"));
    String token = Files.readString(directory.resolve("admin.token"));
    demo("").stop();

    demo("").startDetached(new DemoOptions(1, OptionalInt.of(1), OptionalInt.empty(), false));
    assertThat(Files.readString(directory.resolve("alpha/server.conf"))).isEqualTo(config);
    assertThat(said)
        .filteredOn(line -> line.contains("default configuration is installed"))
        .hasSize(1);
    assertThatThrownBy(() -> demo("")
            .startDetached(new DemoOptions(1, OptionalInt.of(1), OptionalInt.empty(), true)))
        .hasMessageContaining("a demo already runs in " + directory);
    demo("").stop();
    assertThatThrownBy(() -> demo("").startDetached(options(2)))
        .hasMessageContaining("was made with --servers 1");

    demo("").startDetached(new DemoOptions(1, OptionalInt.of(1), OptionalInt.of(port), true));
    assertThat(Files.readString(directory.resolve("admin.token"))).isNotEqualTo(token);
  }

  @Test
  void aSecondDemoNamesWhatIsInTheWay() throws Exception {
    demo("").startDetached(options(1));
    long alpha = demo("").status().servers().get(0).pid();

    assertThatThrownBy(() -> demo("").startDetached(options(1)))
        .hasMessageContaining("a demo already runs in " + directory)
        .hasMessageContaining("alpha (process " + alpha)
        .hasMessageContaining("demo stop --dir " + directory);
    var elsewhere = new Demo(temporary.resolve("other"), FakeDemo.server(""), said::add);
    assertThatThrownBy(() -> elsewhere.startDetached(options(1)))
        .hasMessageContaining("port " + port + " on 127.0.0.1 is in use by process " + alpha)
        .hasMessageContaining(directory.resolve("alpha").toString());
    assertThat(demo("").status().servers()).allMatch(DemoStatus.Server::running);
    assertThat(temporary.resolve("other").resolve(DemoDirectory.MARK)).doesNotExist();
  }

  @Test
  void aServerThatEndsIsQuotedAndNothingIsLeftRunning() {
    assertThatThrownBy(() -> demo("ends").startDetached(options(2)))
        .isInstanceOf(DemoException.class)
        .hasMessageContaining("ended while it started")
        .hasMessageContaining("the fake server cannot go on");
    assertThat(processesIn(temporary)).isEmpty();
  }

  @Test
  void aDatabaseThatCannotStartIsNamedAndQuotedAndNothingIsLeftRunning() throws Exception {
    demo("").startDetached(options(1, 2));
    demo("").stop();
    Files.writeString(directory.resolve("db2/data/postgresql.conf"), "no such setting\n");

    assertThatThrownBy(() -> demo("").startDetached(options(1, 2)))
        .hasMessageContaining("db2 cannot start")
        .hasMessageContaining("syntax error");
    assertThat(processesIn(temporary)).isEmpty();
  }

  @Test
  void aDirectoryWithOtherThingsIsNotTouched() throws Exception {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("thesis.txt"), "years of work");

    assertThatThrownBy(() -> demo("")
            .startDetached(new DemoOptions(1, OptionalInt.of(1), OptionalInt.of(port), true)))
        .hasMessageContaining("is no directory of a demo");
    assertThat(directory.resolve("thesis.txt")).exists();
  }

  @Test
  void aPlaceThatCannotBeWrittenIsNamed() {
    var nowhere = new Demo(Path.of("/proc/nowhere"), FakeDemo.server(""), said::add);

    assertThatThrownBy(() -> nowhere.startDetached(options(1)))
        .isInstanceOf(DemoException.class)
        .hasMessageContaining(
            "cannot write to /proc/nowhere; make it writable or choose another directory");
  }

  @Test
  void ctrlCStopsServersAndDatabases() throws Exception {
    Process foreground = foreground("");

    interrupt(foreground);

    assertThat(foreground.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(log()).contains("stopped; no process is left");
    assertThat(processesIn(temporary)).isEmpty();
  }

  @Test
  void ctrlCWhileStartingLeavesNothingBehind() throws Exception {
    Process foreground = launchForeground("unready");
    await()
        .atMost(60, TimeUnit.SECONDS)
        .until(() -> Files.exists(directory.resolve("run/bravo.json")));

    interrupt(foreground);

    assertThat(foreground.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(processesIn(temporary)).isEmpty();
  }

  @Test
  void serversOutliveTheKilledDemoAndAreStoppedFromElsewhere() throws Exception {
    Process foreground = foreground("");

    foreground.destroyForcibly().waitFor();

    assertThat(demo("").status().servers()).hasSize(2).allMatch(DemoStatus.Server::running);
    assertThatThrownBy(() -> demo("").startDetached(options(2)))
        .hasMessageContaining("a demo already runs");
    demo("").stop();
    assertThat(processesIn(temporary)).isEmpty();
  }

  @Test
  void stopFromElsewhereEndsTheForegroundDemoToo() throws Exception {
    Process foreground = foreground("");

    demo("").stop();

    assertThat(foreground.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(processesIn(temporary)).isEmpty();
  }

  @Test
  void aPausedServerIsStoppedToo() throws Exception {
    demo("").startDetached(options(1));
    signal("STOP", demo("").status().servers().get(0).pid());

    demo("").stop();

    assertThat(processesIn(temporary)).isEmpty();
  }

  @Test
  void aServerThatDoesNotEndIsKilled() {
    demo("stubborn").startDetached(options(1));

    new Demo(directory, FakeDemo.server(""), said::add, Duration.ofSeconds(1)).stop();

    assertThat(processesIn(temporary)).isEmpty();
  }

  private Demo demo(String fault) {
    return new Demo(directory, FakeDemo.server(fault), said::add);
  }

  private DemoOptions options(int servers) {
    return options(servers, 1);
  }

  private DemoOptions options(int servers, int databases) {
    return new DemoOptions(servers, OptionalInt.of(databases), OptionalInt.of(port), false);
  }

  private Process foreground(String fault) throws IOException {
    Process process = launchForeground(fault);
    await()
        .atMost(60, TimeUnit.SECONDS)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> log().contains("Ctrl-C stops it all") || !process.isAlive());
    assertThat(process.isAlive()).as(log()).isTrue();
    return process;
  }

  private Process launchForeground(String fault) throws IOException {
    // A build that runs in the background ignores SIGINT, and so would every child of it.
    return new ProcessBuilder(
            "env",
            "--default-signal=INT",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            FakeDemo.class.getName(),
            directory.toString(),
            "" + port,
            "2",
            "foreground",
            fault)
        .redirectErrorStream(true)
        .redirectOutput(temporary.resolve("demo.log").toFile())
        .start();
  }

  private String log() throws IOException {
    return Files.readString(temporary.resolve("demo.log"));
  }

  private static void interrupt(Process process) throws Exception {
    signal("INT", process.pid());
  }

  private static void signal(String name, long pid) throws Exception {
    assertThat(new ProcessBuilder("sh", "-c", "kill -s " + name + " " + pid)
            .start()
            .waitFor())
        .isZero();
  }

  /** All that works in the directory: "pid command". */
  private static List<String> processesIn(Path place) {
    return ProcessHandle.allProcesses()
        .flatMap(process -> ProcessTable.find(process.pid()).stream())
        .filter(process -> {
          try {
            return Files.readSymbolicLink(Path.of("/proc", "" + process.pid(), "cwd"))
                .startsWith(place);
          } catch (IOException gone) {
            return false;
          }
        })
        .map(process -> process.pid() + " " + process.command())
        .collect(Collectors.toList());
  }

  private static int consecutiveFreePorts() {
    var ports = new Ports();
    return Stream.generate(ports::getAsInt)
        .filter(first -> Ports.isFree(first + 1))
        .findFirst()
        .orElseThrow();
  }
}
