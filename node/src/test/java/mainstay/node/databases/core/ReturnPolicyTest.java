package mainstay.node.databases.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import mainstay.node.databases.core.DropPolicy.Finding;
import mainstay.node.databases.core.DropPolicy.Probe;
import org.junit.jupiter.api.Test;

class ReturnPolicyTest {
  private final ReturnPolicy policy = new ReturnPolicy(Duration.ofSeconds(3));

  @Test
  void anEmptyOneCanBeFilledWhateverItsVendor() {
    assertThat(ReturnPolicy.canBeFilled(new Probe(Finding.REACHABLE, "answers")))
        .isTrue();
    assertThat(ReturnPolicy.canBeFilled(
            refused("ERROR: relation \"active_set\" does not exist\n  Position: 62")))
        .isTrue();
    assertThat(
            ReturnPolicy.canBeFilled(refused("(conn=7) Table 'mainstay.active_set' doesn't exist")))
        .isTrue();
    assertThat(ReturnPolicy.canBeFilled(refused("Connection refused"))).isFalse();
  }

  private static Probe refused(String detail) {
    return new Probe(Finding.REFUSED, detail);
  }

  @Test
  void itReturnsWhenItHasAnsweredForAWhileWithoutABreak() {
    assertThat(policy.answered(at(0))).isFalse();
    assertThat(policy.answered(at(2))).isFalse();

    policy.silent();

    assertThat(policy.answered(at(3))).isFalse();
    assertThat(policy.answered(at(6))).isTrue();
  }

  @Test
  void everyLossWithinFiveMinutesDoublesTheWhile() {
    policy.lost(at(0));
    assertThat(policy.patience(at(1))).hasSeconds(3);

    policy.lost(at(10));
    policy.lost(at(20));
    assertThat(policy.patience(at(21))).hasSeconds(12);

    for (int i = 0; i < 40; i++) {
      policy.lost(at(30));
    }
    assertThat(policy.patience(at(31))).hasMinutes(2);
    assertThat(policy.patience(at(400))).hasSeconds(3);
  }

  @Test
  void damageIsRepairedWithoutFurtherDelayUntilItIsFoundAgainAndAgain() {
    for (int i = 0; i < 3; i++) {
      policy.damaged(at(10 * i));
    }
    assertThat(policy.patience(at(21))).hasSeconds(3);

    policy.lost(at(30));
    assertThat(policy.patience(at(31))).hasSeconds(3);

    policy.damaged(at(40));
    policy.damaged(at(50));
    assertThat(policy.patience(at(51))).hasSeconds(12);
    assertThat(policy.patience(at(400))).hasSeconds(3);
  }

  @Test
  void oneThatIsDamagedIsFilledOnlyAfterItHasAnsweredForAWhile() {
    assertThat(policy.answered(at(0))).isFalse();

    policy.damaged(at(2));

    assertThat(policy.answered(at(4))).isFalse();
    assertThat(policy.answered(at(7))).isTrue();
  }

  @Test
  void anOperatorNeedNotWait() {
    policy.lost(at(0));
    policy.lost(at(1));
    policy.wanted();

    assertThat(policy.answered(at(2))).isTrue();
  }

  private static Duration at(long seconds) {
    return Duration.ofSeconds(seconds);
  }
}
