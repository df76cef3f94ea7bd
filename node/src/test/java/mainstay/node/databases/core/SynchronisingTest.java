package mainstay.node.databases.core;

import static mainstay.node.databases.core.Databases3.DB1;
import static mainstay.node.databases.core.Databases3.DB2;
import static mainstay.node.databases.core.Databases3.first;
import static mainstay.node.databases.core.Databases3.inactive;
import static org.assertj.core.api.Assertions.assertThat;

import mainstay.node.databases.core.Synchronising.Phase;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ActiveSet.Role;
import org.junit.jupiter.api.Test;

class SynchronisingTest {
  private static final ActiveSet OUT = inactive(first(DB1, DB2), "db2");
  private static final ActiveSet HELD = OUT.with("db2", Role.INACTIVE, true, "held");
  private static final ActiveSet JOINING = OUT.with("db2", Role.JOINING, false, "copied");
  private static final ActiveSet FORGOTTEN = OUT.removing("db2", "removed");

  @Test
  void itIsCopiedWhileItIsOutAndNobodyHoldsIt() {
    var copying = new Synchronising("db2", Phase.COPYING);

    assertThat(copying.goesOnIn(OUT)).isTrue();
    assertThat(copying.goesOnIn(HELD)).isFalse();
    assertThat(copying.goesOnIn(JOINING)).isFalse();
    assertThat(copying.goesOnIn(FORGOTTEN)).isFalse();
  }

  @Test
  void noSetInterruptsTheBarrier() {
    var joining = new Synchronising("db2", Phase.JOINING);

    assertThat(joining.goesOnIn(JOINING)).isTrue();
    assertThat(joining.goesOnIn(HELD)).isTrue();
  }

  @Test
  void itIsCompletedWhileItIsWritten() {
    var completing = new Synchronising("db2", Phase.COMPLETING);

    assertThat(completing.goesOnIn(JOINING)).isTrue();
    assertThat(completing.goesOnIn(first(DB1, DB2))).isTrue();
    assertThat(completing.goesOnIn(OUT)).isFalse();
    assertThat(completing.goesOnIn(FORGOTTEN)).isFalse();
  }
}
