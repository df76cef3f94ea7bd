package mainstay.multijvm.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import mainstay.multijvm.checker.LinearizablePerKey;
import mainstay.multijvm.checker.NoAcknowledgedWriteLost;
import mainstay.multijvm.cluster.Await;
import mainstay.multijvm.workload.FakePoints.Mishap;
import mainstay.multijvm.workload.Operation.Kind;
import mainstay.multijvm.workload.RepeatingClient.Limits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkloadTest {
  private static final List<String> KEYS = List.of("setpoint-1", "setpoint-2");
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir
  private Path directory;

  @Test
  void aRunThroughMishapsLeavesAHistoryThatTheCheckersAccept() throws Exception {
    var history = new History();
    var processes = new Processes();
    try (var points = new FakePoints();
        var driver = new Driver()) {
      var store = new PointStore(driver.http(), Map.of("bravo", points.address()), "token");
      var client =
          new RepeatingClient(store, List.of("bravo"), Limits.DEFAULT, history, driver.executor());
      var writer = OpenLoopWriter.start(client, KEYS, Duration.ofMillis(5), processes);
      var loops = ClosedLoopClients.start(
          Collections.nCopies(5, client),
          KEYS,
          Duration.ofMillis(2),
          processes,
          1,
          driver.executor());
      for (var mishap :
          List.of(Mishap.LOST_ANSWER, Mishap.UNKNOWN, Mishap.UNAVAILABLE, Mishap.LOST_QUESTION)) {
        Collections.nCopies(10, mishap).forEach(points::expect);
      }
      Await.until("500 operations", LIMIT, () -> history.operations().size(), count -> count > 500);
      writer.stop(LIMIT);
      loops.stop(LIMIT);
      Driver.finalReads(client, KEYS, processes);
    }

    assertThat(new NoAcknowledgedWriteLost().check(history).violations()).isEmpty();
    assertThat(new LinearizablePerKey().check(history).violations()).isEmpty();
    assertThat(history.operations().stream().collect(Collectors.groupingBy(Operation::kind)))
        .containsOnlyKeys(Kind.values());
    assertThat(history.operations()).anyMatch(o -> o.attempts() > 1);
    assertThat(history.operations().stream().filter(Operation::finalRead)).hasSize(KEYS.size());
  }

  @Test
  void aHistoryOutlivesItsProcess() throws Exception {
    var history = new History(List.of(
        new Operation(
            1,
            Kind.READ,
            "k",
            null,
            -1,
            1,
            2,
            Operation.Outcome.OK,
            200,
            "bravo",
            1,
            0,
            1,
            true,
            ""),
        new RoleSample(
            1,
            2,
            "bravo",
            "dge/main",
            List.of("bravo"),
            "automatic",
            null,
            1,
            "none",
            List.of(new RoleSample.StandbyState("bravo", 0, 7, "ab"))),
        new FaultEvent("kill-9", "alpha", FaultEvent.Availability.DOWN, 1, 2),
        new TermTaken("db1", "configuration", 1, "alpha", "1a", "why", "2026-11-22", 8),
        new JournalRow("db1", "point|k", 1, "configuration", 1, "alpha", "1a", 9)));
    var file = directory.resolve("history.jsonl");

    history.save(file);

    assertThat(History.load(file).entries()).isEqualTo(history.entries());
    assertThat(Files.readAllLines(file)).hasSize(5);
  }
}
