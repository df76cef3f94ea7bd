package mainstay.node.databases.core;

import static mainstay.node.databases.core.Databases3.DB1;
import static mainstay.node.databases.core.Databases3.DB2;
import static mainstay.node.databases.core.Databases3.first;
import static mainstay.node.databases.core.Databases3.inactive;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import mainstay.node.databases.core.Synchronising.Phase;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ActiveSet.Role;
import org.junit.jupiter.api.Test;

class ExecutionTest {
  private static final ActiveSet TWO = first(DB1, DB2);
  private static final ActiveSet JOINING = TWO.with("db2", Role.JOINING, false, "copied");

  @Test
  void aSetIsStoredInAllThatAreWritten() {
    assertThat(Execution.of(TWO, Optional.empty()))
        .isEqualTo(new Execution.Store(List.of("db1", "db2")));
    assertThat(Execution.of(inactive(TWO, "db2"), Optional.empty()))
        .isEqualTo(new Execution.Store(List.of("db1")));
  }

  @Test
  void aJoiningOneThatNobodyFillsIsLeftOut() {
    assertThat(Execution.of(JOINING, Optional.empty()))
        .isInstanceOfSatisfying(
            Execution.LeaveOut.class, out -> assertThat(out.database()).isEqualTo("db2"));
    assertThat(Execution.of(JOINING, Optional.of(new Synchronising("db3", Phase.JOINING))))
        .isInstanceOf(Execution.LeaveOut.class);
  }

  @Test
  void underTheBarrierNobodyElseStoresTheSet() {
    assertThat(Execution.of(JOINING, Optional.of(new Synchronising("db2", Phase.JOINING))))
        .isEqualTo(new Execution.Leave());
  }

  @Test
  void afterTheBarrierItIsStoredLikeAnyOther() {
    assertThat(Execution.of(JOINING, Optional.of(new Synchronising("db2", Phase.COMPLETING))))
        .isEqualTo(new Execution.Store(List.of("db1", "db2")));
  }

  @Test
  void aSetWithoutAJoiningOneIsStoredWhateverIsSynchronised() {
    assertThat(Execution.of(
            inactive(TWO, "db2"), Optional.of(new Synchronising("db2", Phase.JOINING))))
        .isEqualTo(new Execution.Store(List.of("db1")));
  }
}
