package mainstay.node.failover.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RightTest {
  @Test
  void aMajorityMayActAndHalfMayNot() {
    assertThat(Right.of(true, 3, 2).mayAct()).isTrue();
    assertThat(Right.of(true, 2, 1).mayAct()).isFalse();
    assertThat(Right.of(true, 4, 2).mayAct()).isFalse();
    assertThat(Right.of(true, 1, 1).mayAct()).isTrue();
  }

  @Test
  void aServerThatWasDownedNeverConcludesThatItIsAlone() {
    assertThat(Right.of(false, 1, 1).mayAct()).isFalse();
  }
}
