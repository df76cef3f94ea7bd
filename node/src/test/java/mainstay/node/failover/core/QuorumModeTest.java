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
    assertThat(mode.unsuitable(voters, 0).isEmpty()).isEqualTo(suitable);
  }

  @Test
  void aWitnessMakesAnEvenNumberOdd() {
    assertThat(QuorumMode.KEEP_MAJORITY.unsuitable(2, 1)).isEmpty();
    assertThat(QuorumMode.KEEP_MAJORITY.unsuitable(4, 1)).isEmpty();
    assertThat(QuorumMode.KEEP_MAJORITY.unsuitable(3, 1))
        .hasValueSatisfying(why -> assertThat(why)
            .startsWith("mainstay.quorum = keep-majority does not fit 3 servers and a witness"));
    assertThat(QuorumMode.KEEP_MAJORITY.unsuitable(2, 0))
        .hasValueSatisfying(why -> assertThat(why).contains("one more entry with role = witness"));
  }

  @Test
  void aWitnessIsRefusedWhereItHasNoUse() {
    assertThat(QuorumMode.LEASE_MAJORITY.unsuitable(2, 1))
        .contains("a witness in mainstay.servers needs mainstay.quorum = keep-majority; with"
            + " lease-majority the databases are the witness");
    assertThat(QuorumMode.KEEP_MAJORITY.unsuitable(3, 2))
        .contains(
            "mainstay.servers names 2 witnesses; one is enough to make the number of voters odd");
    assertThat(QuorumMode.KEEP_MAJORITY.unsuitable(0, 1))
        .contains("mainstay.servers names only witnesses, and a witness serves nothing");
  }
}
