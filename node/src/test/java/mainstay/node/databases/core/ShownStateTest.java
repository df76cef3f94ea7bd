package mainstay.node.databases.core;

import static org.assertj.core.api.Assertions.assertThat;

import mainstay.protocol.model.ActiveSet.Member;
import mainstay.protocol.model.ActiveSet.Role;
import org.junit.jupiter.api.Test;

class ShownStateTest {
  @Test
  void theRoleComesFirst() {
    assertThat(ShownState.of(member(Role.ACTIVE, false, ""), false, false)).isEqualTo("active");
    assertThat(ShownState.of(member(Role.ACTIVE, false, ""), false, true)).isEqualTo("unreachable");
    assertThat(ShownState.of(member(Role.JOINING, false, ""), true, true)).isEqualTo("joining");
  }

  @Test
  void ofAnInactiveOneItSaysWhatIsDoneOrMissing() {
    assertThat(ShownState.of(member(Role.INACTIVE, false, "was away"), true, true))
        .isEqualTo("synchronising");
    assertThat(ShownState.of(member(Role.INACTIVE, true, "ann holds it"), false, true))
        .isEqualTo("held");
    assertThat(ShownState.of(member(Role.INACTIVE, false, "was away"), false, true))
        .isEqualTo("unreachable");
    assertThat(ShownState.of(member(Role.INACTIVE, false, "damaged: a row differs"), false, false))
        .isEqualTo("damaged");
    assertThat(ShownState.of(member(Role.INACTIVE, false, "was away"), false, false))
        .isEqualTo("not active");
  }

  private static Member member(Role role, boolean held, String why) {
    return new Member(Databases3.DB1, role, held, why);
  }
}
