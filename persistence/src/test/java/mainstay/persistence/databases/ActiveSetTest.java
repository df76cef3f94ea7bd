package mainstay.persistence.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ActiveSet.Role;
import mainstay.protocol.model.DatabaseAddress;
import org.junit.jupiter.api.Test;

class ActiveSetTest {
  private static final ActiveSet BOTH = ActiveSet.first(List.of(database("db2"), database("db1")));

  @Test
  void everyChangeIsANewEpochAndNamesAreInOrder() {
    assertThat(BOTH.epoch()).isEqualTo(1);
    assertThat(BOTH.written()).containsExactly("db1", "db2");

    var without = BOTH.with("db2", Role.INACTIVE, false, "db2 is gone");

    assertThat(without.epoch()).isEqualTo(2);
    assertThat(without.why()).isEqualTo("db2 is gone");
    assertThat(without.written()).containsExactly("db1");
    assertThat(without.text()).isEqualTo("db1 active, db2 inactive");
  }

  @Test
  void aJoiningOneIsWrittenAndNotRead() {
    var joining = BOTH.with("db2", Role.JOINING, false, "it is back");

    assertThat(joining.written()).containsExactly("db1", "db2");
    assertThat(joining.active()).containsExactly("db1");
  }

  @Test
  void anAddedOneIsInactiveUntilItHasBeenSynchronised() {
    var three = BOTH.adding(database("db3"), "added by eve");

    assertThat(three.has("db3", Role.INACTIVE)).isTrue();
    assertThat(three.removing("db3", "removed by eve").member("db3")).isEmpty();
  }

  @Test
  void theLastActiveOneCannotGo() {
    var one = BOTH.with("db2", Role.INACTIVE, false, "db2 is gone");

    assertThatThrownBy(() -> one.with("db1", Role.INACTIVE, false, "gone too"))
        .hasMessage("epoch 3 has no active database: gone too");
    assertThatThrownBy(() -> one.removing("db1", "not needed"))
        .hasMessageContaining("no active database");
    assertThatThrownBy(() -> one.with("db9", Role.ACTIVE, false, "?"))
        .hasMessage("there is no database db9");
  }

  private static DatabaseAddress database(String name) {
    return new DatabaseAddress(
        name,
        "postgresql",
        "jdbc:postgresql://127.0.0.1:5432/" + name,
        "mainstay",
        Optional.of("/run/password"),
        Optional.empty(),
        1);
  }
}
