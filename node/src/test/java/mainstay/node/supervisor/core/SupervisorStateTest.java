package mainstay.node.supervisor.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import mainstay.node.supervisor.core.SupervisorEvent.DrillBegun;
import mainstay.node.supervisor.core.SupervisorEvent.DrillFinished;
import mainstay.node.supervisor.core.SupervisorEvent.DrillStarted;
import mainstay.node.supervisor.core.SupervisorEvent.DrillTermSeen;
import mainstay.node.supervisor.core.SupervisorEvent.MoveFinished;
import mainstay.node.supervisor.core.SupervisorEvent.MoveStarted;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import org.junit.jupiter.api.Test;

class SupervisorStateTest {
  @Test
  void aMoveRunsUntilItIsFinishedAndIsFoundByItsRequest() {
    var running = SupervisorState.EMPTY.apply(started("one", "admin/key"));
    var done = running.apply(new MoveFinished("one", true, "moved to bravo", 42, Instant.EPOCH));

    assertThat(running.running(ServiceName.CONFIGURATION)).isPresent();
    assertThat(done.running()).isEmpty();
    assertThat(done.byRequest("admin/key")).hasValueSatisfying(operation -> {
      assertThat(operation.state()).isEqualTo("done");
      assertThat(operation.pauseMillis()).isEqualTo(42);
    });
  }

  @Test
  void theEndOfAMoveThatIsForgottenChangesNothing() {
    var state =
        SupervisorState.EMPTY.apply(new MoveFinished("unknown", false, "", 0, Instant.EPOCH));

    assertThat(state).isEqualTo(SupervisorState.EMPTY);
  }

  @Test
  void onlyTheNewestMovesAreKept() {
    var state = SupervisorState.EMPTY;
    for (int i = 0; i <= SupervisorState.OPERATIONS; i++) {
      state = state
          .apply(started("move-" + i, ""))
          .apply(new MoveFinished("move-" + i, true, "", 1, Instant.EPOCH));
    }

    assertThat(state.moves()).hasSize(SupervisorState.OPERATIONS);
    assertThat(state.operation("move-0")).isEmpty();
    assertThat(state.operation("move-" + SupervisorState.OPERATIONS)).isPresent();
  }

  @Test
  void aDrillGathersWhatHappensUntilItsEndAndIsFoundByItsRequest() {
    var term = DrillSamples.term(5, DrillSamples.BRAVO, Instant.EPOCH);
    var running = SupervisorState.EMPTY
        .apply(drill("d-1"))
        .apply(new DrillBegun("d-1", Optional.of("one"), Instant.EPOCH))
        .apply(new DrillTermSeen("d-1", term, Instant.EPOCH));
    var over = running.apply(new DrillFinished("d-1", true, "all well", Instant.EPOCH));

    assertThat(running.runningDrill()).hasValueSatisfying(drill -> {
      assertThat(drill.operation()).contains("one");
      assertThat(drill.turns()).extracting(Drill.Turn::term).containsExactly(term);
      assertThat(drill.lastTerm()).isEqualTo(5);
    });
    assertThat(over.runningDrill()).isEmpty();
    assertThat(over.drillByRequest("eve/r")).isEqualTo(over.drill("d-1"));
    assertThat(over.drill("d-1"))
        .hasValueSatisfying(drill ->
            assertThat(drill.end()).contains(new Drill.End(true, "all well", Instant.EPOCH)));
  }

  @Test
  void whatIsOrderedForTheSameServiceIsRememberedWithTheDrill() {
    var later = Instant.EPOCH.plusSeconds(1);
    var moves = SupervisorState.EMPTY
        .apply(drill("d-1"))
        .apply(started("other", ""))
        .apply(started(DrillSamples.SERVICE, "own", ""))
        .apply(new DrillBegun("d-1", Optional.of("own"), later));
    var crash = SupervisorState.EMPTY
        .apply(drill("d-1"))
        .apply(new DrillBegun("d-1", Optional.empty(), later));

    assertThat(moves.drill("d-1").orElseThrow().orders()).containsExactly(Instant.EPOCH);
    assertThat(crash.drill("d-1").orElseThrow().orders()).containsExactly(later);
  }

  @Test
  void onlyTheNewestDrillsAreKeptAndListedNewestFirst() {
    var state = SupervisorState.EMPTY;
    for (int i = 0; i <= SupervisorState.DRILLS; i++) {
      state =
          state.apply(drill("d-" + i)).apply(new DrillFinished("d-" + i, true, "", Instant.EPOCH));
    }

    assertThat(state.drills()).hasSize(SupervisorState.DRILLS).doesNotContainKey("d-0");
    assertThat(state.drills(DrillSamples.SERVICE, 2))
        .extracting(Drill::id)
        .containsExactly("d-50", "d-49");
    assertThat(state.drills(ServiceName.CONFIGURATION, 2)).isEmpty();
  }

  @Test
  void aSnapshotOfBeforeThereWereDrillsHasNone() {
    assertThat(new SupervisorState(Map.of(), null)).isEqualTo(SupervisorState.EMPTY);
  }

  private static DrillStarted drill(String id) {
    return new DrillStarted(id, DrillSamples.plan(DrillSamples.switchover(), false), Instant.EPOCH);
  }

  private static MoveStarted started(String operation, String request) {
    return started(ServiceName.CONFIGURATION, operation, request);
  }

  private static MoveStarted started(ServiceName service, String operation, String request) {
    return new MoveStarted(
        operation,
        service,
        new ServerId("alpha"),
        new ServerId("bravo"),
        3,
        "why",
        request,
        "admin",
        Instant.EPOCH);
  }
}
