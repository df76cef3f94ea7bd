package mainstay.multijvm.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import mainstay.multijvm.cluster.Ports;
import mainstay.multijvm.workload.FakePoints.Mishap;
import mainstay.multijvm.workload.Operation.Kind;
import mainstay.multijvm.workload.Operation.Outcome;
import mainstay.multijvm.workload.RepeatingClient.Limits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RepeatingClientTest {
  private static final Limits LIMITS =
      new Limits(Duration.ofSeconds(2), Duration.ofMillis(5), Duration.ofMillis(300));

  private final History history = new History();
  private final Driver driver = new Driver();
  private FakePoints points;

  @BeforeEach
  void start() throws IOException {
    points = new FakePoints();
  }

  @AfterEach
  void stop() {
    points.close();
    driver.close();
  }

  @Test
  void recordsAWriteWithItsRevisionAndTerm() {
    var write = client("bravo").write(7, "setpoint-1", "21").join();

    assertThat(write.outcome()).isEqualTo(Outcome.OK);
    assertThat(write)
        .extracting(
            Operation::process,
            Operation::value,
            Operation::revision,
            Operation::term,
            Operation::attempts)
        .containsExactly(7, "21", 1L, 3L, 1);
    assertThat(history.operations()).containsExactly(write);
  }

  @Test
  void readsTheValueInTheFormInWhichItWasWritten() {
    client("bravo").write(1, "setpoint-1", "2100").join();

    assertThat(client("bravo").read(1, "setpoint-1").join().value()).isEqualTo("2100");
    assertThat(client("bravo").read(1, "setpoint-2").join().value()).isNull();
  }

  @Test
  void repeatsWithTheSameKeySoThatNothingIsDoneTwice() {
    points.expect(Mishap.LOST_QUESTION);
    points.expect(Mishap.LOST_ANSWER);
    points.expect(Mishap.UNAVAILABLE);
    points.expect(Mishap.UNKNOWN);

    var write = client("bravo").write(1, "setpoint-1", "1").join();

    assertThat(write.outcome()).isEqualTo(Outcome.OK);
    assertThat(write.revision()).isEqualTo(1);
    assertThat(write.attempts()).isEqualTo(5);
    assertThat(write.detail()).contains("504");
    assertThat(client("bravo").read(1, "setpoint-1").join().revision()).isEqualTo(1);
    assertThat(history.operations()).hasSize(2);
  }

  @Test
  void anExplicitRefusalHasFailed() {
    points.expect(Mishap.CONFLICT);

    var write = client("bravo").write(1, "setpoint-1", "1").join();

    assertThat(write.outcome()).isEqualTo(Outcome.FAIL);
    assertThat(write.status()).isEqualTo(409);
    assertThat(write.detail()).contains("alpha is primary, bravo acts");
    assertThat(write.attempts()).isEqualTo(1);
  }

  @Test
  void aStaleCompareAndSetHasFailed() {
    client("bravo").write(1, "setpoint-1", "1").join();

    assertThat(client("bravo").compareAndSet(1, "setpoint-1", "2", 1).join().outcome())
        .isEqualTo(Outcome.OK);
    assertThat(client("bravo").compareAndSet(1, "setpoint-1", "3", 1).join())
        .extracting(Operation::kind, Operation::outcome, Operation::status)
        .containsExactly(Kind.COMPARE_AND_SET, Outcome.FAIL, 412);
  }

  @Test
  void goesToTheNextServerWhenOneDoesNotAnswer() {
    var client = client("dead", "bravo");

    assertThat(client.write(1, "setpoint-1", "1").join())
        .extracting(Operation::outcome, Operation::server, Operation::attempts)
        .containsExactly(Outcome.OK, "bravo", 2);
  }

  @Test
  void theOutcomeIsUnknownWhenPatienceEnds() {
    var write = client("dead").write(1, "setpoint-1", "1").join();

    assertThat(write.outcome()).isEqualTo(Outcome.INFO);
    assertThat(write.attempts()).isGreaterThan(1);
    assertThat(Duration.ofNanos(write.end() - write.start())).isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void aProcessWhoseLastOutcomeIsUnknownIsNeverUsedAgain() {
    var processes = new Processes();
    int first = processes.take();
    processes.giveBack(client("dead").write(first, "setpoint-1", "1").join());
    int second = processes.take();
    processes.giveBack(client("bravo").write(second, "setpoint-1", "2").join());

    assertThat(second).isNotEqualTo(first);
    assertThat(processes.take()).isEqualTo(second);
  }

  private RepeatingClient client(String... servers) {
    try {
      var addresses = Map.of(
          "bravo", points.address(), "dead", URI.create("http://127.0.0.1:" + Ports.freeRange(1)));
      var store = new PointStore(driver.http(), addresses, "token");
      return new RepeatingClient(store, List.of(servers), LIMITS, history, driver.executor());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
