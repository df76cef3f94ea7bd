package mainstay.persistence.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PidFileTest {
  @TempDir
  Path data;

  @Test
  void aServerIsReadyOnlyWhenItSaysSo() {
    var starting = List.of("4711", "/data", "1700000000", "5432", "");
    var ready =
        List.of("4711", "/data", "1700000000", "5432", "", "127.0.0.1", "  1234 5", "ready   ");

    assertThat(PidFile.parse(starting)).contains(new PidFile(4711, 5432, false));
    assertThat(PidFile.parse(ready)).contains(new PidFile(4711, 5432, true));
    assertThat(PidFile.parse(List.of())).isEmpty();
  }

  @Test
  void anotherProgramUnderTheRecordedPidIsNoPostmasterAndGivesWayButKeepsTheMemoryKey()
      throws Exception {
    Process other = new ProcessBuilder("sleep", "60").start();
    try {
      Files.write(
          data.resolve("postmaster.pid"),
          List.of(
              "" + other.pid(),
              "/data",
              "1700000000",
              "5432",
              "",
              "127.0.0.1",
              "  1234 5",
              "ready   "));

      assertThat(PidFile.read(data).orElseThrow().postmaster()).isEmpty();
      PidFile.releaseIfStale(data);

      assertThat(Files.readAllLines(data.resolve("postmaster.pid")))
          .startsWith("" + ProcessHandle.current().pid())
          .contains("  1234 5");
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void aZombieDoesNotCountAsRunning() throws Exception {
    // The shell becomes a sleep that never reaps its child, which ends after that.
    Process parent = new ProcessBuilder(
            "sh", "-c", "exec 3<&0; sh -c 'read line <&3' & echo $!; exec sleep 60")
        .start();
    try {
      long child = Long.parseLong(parent.inputReader().readLine());
      Awaitility.await().until(() -> stat(parent.pid()).contains("(sleep)"));
      parent.outputWriter().append("end\n").close();
      Awaitility.await().until(() -> stat(child).contains(") Z "));

      assertThat(ProcessTable.find(child)).isEmpty();
      assertThat(ProcessTable.find(parent.pid())).isPresent();
    } finally {
      parent.destroyForcibly();
    }
  }

  private static String stat(long pid) throws IOException {
    return Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
  }
}
