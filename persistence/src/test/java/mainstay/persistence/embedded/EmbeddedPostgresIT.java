package mainstay.persistence.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresIT {
  @TempDir
  Path temporary;

  private EmbeddedPostgresSettings settings;

  @BeforeEach
  void settings() throws Exception {
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    settings = EmbeddedPostgresSettings.of(temporary.resolve("db1"), freePort());
  }

  @AfterEach
  void nothingIsLeftRunning() {
    EmbeddedPostgres.running(settings).ifPresent(EmbeddedPostgres::kill);
  }

  @Test
  void acknowledgedRowsSurviveAKillOfTheServer() throws Exception {
    var first = EmbeddedPostgres.start(settings);
    int acknowledged = 0;
    try (var connection = connect(first)) {
      connection.createStatement().execute("CREATE TABLE written (n int PRIMARY KEY)");
      for (; acknowledged < 500; acknowledged++) {
        connection.createStatement().execute("INSERT INTO written VALUES (" + acknowledged + ")");
      }
    }

    first.kill();
    assertThat(first.isRunning()).isFalse();
    var second = EmbeddedPostgres.start(settings);

    assertThat(second.pid()).isNotEqualTo(first.pid());
    assertThat(value(second, "SELECT count(*) FROM written")).isEqualTo("500");
    second.stop();
    assertThat(second.isRunning()).isFalse();
    assertThat(EmbeddedPostgres.running(settings)).isEmpty();
  }

  @Test
  void aKilledPostmasterWhoseChildrenLiveOnForAMomentIsReplaced() throws Exception {
    var first = EmbeddedPostgres.start(settings);

    run("kill", "-9", Long.toString(first.pid()));
    var second = EmbeddedPostgres.start(settings);

    assertThat(value(second, "SELECT 1")).isEqualTo("1");
  }

  @Test
  void isDurableChecksummedAndOnlyReachableOnLoopback() throws Exception {
    var server = EmbeddedPostgres.start(settings);

    assertThat(value(server, "SHOW fsync")).isEqualTo("on");
    assertThat(value(server, "SHOW synchronous_commit")).isEqualTo("on");
    assertThat(value(server, "SHOW data_checksums")).isEqualTo("on");
    assertThat(value(server, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
    assertThat(value(server, "SHOW password_encryption")).isEqualTo("scram-sha-256");
    assertThat(value(server, "SELECT datcollate FROM pg_database WHERE datname = 'mainstay'"))
        .isEqualTo("C");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(server.passwordFile())))
        .isEqualTo("rw-------");
    assertThatThrownBy(() -> DriverManager.getConnection(server.jdbcUrl(), server.user(), "wrong"))
        .isInstanceOf(SQLException.class);
  }

  @Test
  void runsInASessionOfItsOwnWithoutPipesToThisProcess() throws Exception {
    var server = EmbeddedPostgres.start(settings);

    String stat = Files.readString(Path.of("/proc", Long.toString(server.pid()), "stat"));
    String session = stat.substring(stat.lastIndexOf(')') + 2).split(" ")[3];
    assertThat(session).isEqualTo(Long.toString(server.pid()));
    if (RunAs.isRoot()) { // only root may look at another user's descriptors
      for (int descriptor = 0; descriptor <= 2; descriptor++) {
        Path target = Files.readSymbolicLink(
            Path.of("/proc", Long.toString(server.pid()), "fd", "" + descriptor));
        assertThat(target.toString()).startsWith("/").doesNotContain("pipe");
      }
    }
  }

  @Test
  void aServerLeftRunningIsAdopted() throws Exception {
    var left = EmbeddedPostgres.start(settings);

    var adopted = EmbeddedPostgres.start(settings);

    assertThat(adopted.pid()).isEqualTo(left.pid());
    assertThat(value(adopted, "SELECT 1")).isEqualTo("1");
  }

  @Test
  void aServerLeftRunningOnAnotherPortIsNamed() throws Exception {
    var left = EmbeddedPostgres.start(settings);

    assertThatThrownBy(() ->
            EmbeddedPostgres.start(EmbeddedPostgresSettings.of(settings.directory(), freePort())))
        .isInstanceOf(EmbeddedPostgresException.class)
        .hasMessageContaining("process " + left.pid())
        .hasMessageContaining("on port " + settings.port());
  }

  @Test
  void aStalePidFileOfAnotherProgramIsNoObstacle() throws Exception {
    EmbeddedPostgres.start(settings).kill();
    Process other = new ProcessBuilder("sleep", "60").start();
    try {
      Path file = settings.directory().resolve("data/postmaster.pid");
      var lines = Files.readAllLines(file);
      lines.set(0, Long.toString(other.pid()));
      Files.write(file, lines);

      var server = EmbeddedPostgres.start(settings);

      assertThat(value(server, "SELECT 1")).isEqualTo("1");
      assertThat(other.isAlive()).isTrue();
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void aPortInUseIsNamedBeforeAnythingIsCreated() throws Exception {
    try (var taken = new ServerSocket(settings.port(), 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(() -> EmbeddedPostgres.start(settings))
          .isInstanceOf(EmbeddedPostgresException.class)
          .hasMessageContaining("port " + taken.getLocalPort() + " on 127.0.0.1 is in use");
    }
    assertThat(settings.directory().resolve("data")).doesNotExist();
  }

  @Test
  void anInterruptedInitialisationIsStartedOver() throws Exception {
    Files.createDirectories(settings.directory().resolve("data.unfinished/base"));
    Files.writeString(settings.directory().resolve("data.unfinished/PG_VERSION"), "18\n");

    assertThat(value(EmbeddedPostgres.start(settings), "SELECT 1")).isEqualTo("1");
  }

  @Test
  void rootMayKeepItInADirectoryThatOthersCannotEnter() throws Exception {
    Assumptions.assumeTrue(RunAs.isRoot());
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx------"));

    var server = EmbeddedPostgres.start(settings);
    assertThat(value(server, "SELECT 1")).isEqualTo("1");
    assertThat(Files.getAttribute(Path.of("/proc", Long.toString(server.pid())), "unix:uid"))
        .isNotEqualTo(0);
    server.kill();

    assertThat(value(EmbeddedPostgres.start(settings), "SELECT 1")).isEqualTo("1");
  }

  @Test
  void worksForAnOrdinaryUserToo() throws Exception {
    Assumptions.assumeTrue(RunAs.isRoot(), "the other tests of this run are the proof then");
    Path home = Files.createDirectory(temporary.resolve("home"));
    Files.setAttribute(home, "unix:uid", 65534);
    Path classPath = copyOfClassPath();

    var child = new ProcessBuilder(
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "--inh-caps=-all",
            "--",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            classPath + "/*:" + classPath,
            OrdinaryUser.class.getName(),
            home.resolve("db1").toString(),
            Integer.toString(settings.port()),
            home.resolve("cache").toString())
        .redirectErrorStream(true)
        .start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(output).contains("answer=1 uid=65534");
    assertThat(child.exitValue()).isZero();
  }

  /** What an ordinary user's JVM does in the test above. */
  static final class OrdinaryUser {
    public static void main(String[] arguments) throws Exception {
      var settings = EmbeddedPostgresSettings.of(
              Path.of(arguments[0]), Integer.parseInt(arguments[1]))
          .withCacheDirectory(Path.of(arguments[2]));
      var server = EmbeddedPostgres.start(settings);
      try {
        System.out.println("answer=" + value(server, "SELECT 1") + " uid="
            + Files.getAttribute(Path.of("/proc", Long.toString(server.pid())), "unix:uid"));
      } finally {
        server.stop();
      }
    }
  }

  /** The class path at a place that everyone may read: the build may lie in a home directory. */
  private Path copyOfClassPath() throws Exception {
    Path copy = Files.createDirectory(temporary.resolve("classpath"));
    for (String entry : System.getProperty("java.class.path").split(":")) {
      if (entry.endsWith(".jar") || Files.isDirectory(Path.of(entry))) {
        run("cp", "-r", entry.endsWith(".jar") ? entry : entry + "/.", copy.toString());
      }
    }
    run("chmod", "-R", "a+rX", copy.toString());
    return copy;
  }

  private static void run(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  private static Connection connect(EmbeddedPostgres server) throws Exception {
    return DriverManager.getConnection(
        server.jdbcUrl(), server.user(), Files.readString(server.passwordFile()));
  }

  private static String value(EmbeddedPostgres server, String query) throws Exception {
    try (var connection = connect(server);
        var row = connection.createStatement().executeQuery(query)) {
      row.next();
      return row.getString(1);
    }
  }

  private static int freePort() throws Exception {
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }
}
