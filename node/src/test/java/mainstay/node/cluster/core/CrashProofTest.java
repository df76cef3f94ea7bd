package mainstay.node.cluster.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CrashProofTest {
  private static final long NOW = -5; // a clock of nanoseconds may start anywhere
  private final CrashProof proof = new CrashProof(3);

  @Test
  void refusalsInARowAfterAnAnswerAreProofOnce() {
    proof.answered("run-1");
    proof.ended(NOW);

    assertThat(proof.refused()).isEmpty();
    assertThat(proof.refused()).isEmpty();
    assertThat(proof.refused()).contains("its port refused 3 connections in a row");
    assertThat(proof.refused()).isEmpty();
  }

  @Test
  void whoNeverAnsweredHasNotCrashed() {
    for (int i = 0; i < 10; i++) {
      assertThat(proof.refused()).isEmpty();
    }
  }

  @Test
  void anythingBetweenRefusalsBeginsTheCountAnew() {
    proof.answered("run-1");
    proof.refused();
    proof.refused();
    proof.unclear();
    assertThat(proof.refused()).isEmpty();
    proof.refused();
    proof.answered("run-1");
    assertThat(proof.refused()).isEmpty();
  }

  @Test
  void anotherProcessInItsPlaceIsProof() {
    assertThat(proof.answered("run-1")).isEmpty();
    assertThat(proof.answered("run-1")).isEmpty();
    assertThat(proof.answered("run-2")).contains("another process answers at its port");
    assertThat(proof.answered("run-2")).isEmpty();
  }

  @Test
  void theEndOfAConnectionIsFollowedForASecondOrUntilItIsProven() {
    assertThat(proof.urgent(NOW)).isFalse();
    proof.answered("run-1");
    proof.ended(NOW);
    assertThat(proof.urgent(NOW)).isTrue();
    assertThat(proof.urgent(NOW + Duration.ofMillis(999).toNanos())).isTrue();
    assertThat(proof.urgent(NOW + Duration.ofSeconds(1).toNanos())).isFalse();

    for (int i = 0; i < 3; i++) {
      proof.refused();
    }
    assertThat(proof.urgent(NOW)).isFalse();
  }
}
