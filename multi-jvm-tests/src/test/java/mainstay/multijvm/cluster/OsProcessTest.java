package mainstay.multijvm.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import mainstay.multijvm.cluster.OsProcess.Signal;
import mainstay.multijvm.cluster.OsProcess.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OsProcessTest {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private Process child;

  @BeforeEach
  void start() throws IOException {
    child = new ProcessBuilder("sleep", "60").start();
  }

  @AfterEach
  void stop() {
    child.destroyForcibly();
  }

  @Test
  void isStoppedContinuedAndKilled() throws IOException {
    var process = OsProcess.of(child.pid());
    assertThat(process.state()).isEqualTo(State.RUNNING);

    process.signal(Signal.STOP);
    process.awaitState(State.STOPPED, LIMIT);
    process.signal(Signal.CONT);
    process.awaitState(State.RUNNING, LIMIT);
    process.signal(Signal.KILL);
    process.awaitState(State.GONE, LIMIT);

    assertThatThrownBy(() -> process.signal(Signal.KILL)).hasMessageContaining("is gone");
  }

  @Test
  void aLaterProcessOfTheSamePidIsAnother() throws IOException {
    var earlier = new OsProcess(child.pid(), OsProcess.of(child.pid()).startTicks() - 1);

    assertThat(earlier.state()).isEqualTo(State.GONE);
  }

  @Test
  void aFailedWaitSaysWhatItSaw() throws IOException {
    var process = OsProcess.of(child.pid());

    assertThatThrownBy(() -> process.awaitState(State.GONE, Duration.ofMillis(50)))
        .hasMessageContaining("process " + child.pid() + " is GONE")
        .hasMessageContaining("Seen last: RUNNING");
  }

  @Test
  void aFamilyIsSignalledAtOnce() throws Exception {
    var shell = new ProcessBuilder("sh", "-c", "sleep 60 & sleep 60 & wait").start();
    try {
      var parent = OsProcess.of(shell.pid());
      var family = Await.until("both children run", LIMIT, parent::family, f -> f.size() == 3);
      assertThat(family.get(0)).isEqualTo(parent);

      OsProcess.signal(Signal.STOP, family);
      for (var process : family) {
        process.awaitState(State.STOPPED, LIMIT);
      }
      OsProcess.signal(Signal.KILL, family);
      for (var process : family) {
        process.awaitState(State.GONE, LIMIT);
      }

      assertThat(parent.family()).isEmpty();
      OsProcess.signal(Signal.KILL, family);
    } finally {
      shell.destroyForcibly();
    }
  }
}
