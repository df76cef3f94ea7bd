package mainstay.node.supervisor.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
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

  private static MoveStarted started(String operation, String request) {
    return new MoveStarted(
        operation,
        ServiceName.CONFIGURATION,
        new ServerId("alpha"),
        new ServerId("bravo"),
        3,
        "why",
        request,
        "admin",
        Instant.EPOCH);
  }
}
