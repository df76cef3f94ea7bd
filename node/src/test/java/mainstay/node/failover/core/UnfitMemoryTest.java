package mainstay.node.failover.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import mainstay.protocol.model.ServerId;
import org.junit.jupiter.api.Test;

class UnfitMemoryTest {
  private static final ServerId ALPHA = new ServerId("alpha");
  private static final ServerId BRAVO = new ServerId("bravo");
  private final UnfitMemory memory = new UnfitMemory();

  @Test
  void whoSaysFitCountsAsFit() {
    assertThat(memory.countAsFit(Map.of(ALPHA, false, BRAVO, true), Optional.of(ALPHA)))
        .containsExactly(BRAVO);
  }

  @Test
  void whenAllAreUnfitAllButTheLastActiveAreCleared() {
    assertThat(memory.countAsFit(Map.of(ALPHA, false, BRAVO, false), Optional.of(ALPHA)))
        .containsExactly(BRAVO);
  }

  @Test
  void theServiceDoesNotWanderAsLongAsAllComplain() {
    memory.countAsFit(Map.of(ALPHA, false, BRAVO, false), Optional.of(ALPHA));

    assertThat(memory.countAsFit(Map.of(ALPHA, false, BRAVO, false), Optional.of(BRAVO)))
        .containsExactly(BRAVO);
  }

  @Test
  void aClearedServerThatWasFitAgainMayComplainAnew() {
    memory.countAsFit(Map.of(ALPHA, false, BRAVO, false), Optional.of(ALPHA));
    memory.countAsFit(Map.of(ALPHA, true, BRAVO, true), Optional.of(BRAVO));

    assertThat(memory.countAsFit(Map.of(ALPHA, true, BRAVO, false), Optional.of(BRAVO)))
        .containsExactly(ALPHA);
  }
}
