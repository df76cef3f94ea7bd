package mainstay.node.failover.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuorumModeTest {
  @Test
  void aModeIsKnownByItsKey() {
    for (var mode : QuorumMode.values()) {
      assertThat(QuorumMode.of(mode.key())).isEqualTo(mode);
    }
    assertThatThrownBy(() -> QuorumMode.of("majority"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("mainstay.quorum = 'majority' must be lease-majority or keep-majority");
  }

  @ParameterizedTest
  @CsvSource({
    "LEASE_MAJORITY, 1, true",
    "LEASE_MAJORITY, 2, true",
    "LEASE_MAJORITY, 3, true",
    "LEASE_MAJORITY, 4, true",
    "KEEP_MAJORITY, 1, true",
    "KEEP_MAJORITY, 2, false",
    "KEEP_MAJORITY, 3, true",
    "KEEP_MAJORITY, 4, false"
  })
  void halvesNeedTheLease(QuorumMode mode, int voters, boolean suitable) {
    assertThat(mode.unsuitable(voters).isEmpty()).isEqualTo(suitable);
  }
}
