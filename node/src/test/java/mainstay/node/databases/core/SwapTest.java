package mainstay.node.databases.core;

import static mainstay.node.databases.core.Databases3.DB1;
import static mainstay.node.databases.core.Databases3.DB2;
import static mainstay.node.databases.core.Databases3.DB3;
import static mainstay.node.databases.core.Databases3.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import mainstay.node.databases.core.FirstSet.Content;
import mainstay.node.databases.core.FirstSet.Identity;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ActiveSet.Role;
import org.junit.jupiter.api.Test;

class SwapTest {
  private static final ActiveSet THREE = ActiveSet.first(List.of(DB1, DB2, DB3));

  @Test
  void twoAtEachOthersAddressesAreSwapped() {
    var swap = swap(THREE, Map.of("db1", is("db2"), "db2", is("db1"), "db3", is("db3")));

    assertThat(swap)
        .hasValue(
            new Swap(Map.of("db1", new Identity("c1", "db2"), "db2", new Identity("c1", "db1"))));
    assertThat(swap.orElseThrow().why()).endsWith("db2 is db1 now, db1 is db2 now");
  }

  @Test
  void allInTheirPlacesAreNot() {
    assertThat(swap(THREE, Map.of("db1", is("db1"), "db2", is("db2"), "db3", is("db3"))))
        .isEmpty();
  }

  @Test
  void oneThatIsReachedAtTwoAddressesIsNot() {
    assertThat(swap(THREE, Map.of("db1", is("db2"), "db2", is("db2"), "db3", is("db3"))))
        .isEmpty();
  }

  @Test
  void whileOneIsMissingNothingIsKnown() {
    assertThat(swap(THREE, Map.of("db1", is("db2"), "db2", is("db1")))).isEmpty();
  }

  @Test
  void anOldCopyInThePlaceOfTheGoodOneIsNot() {
    assertThat(swap(
            THREE,
            Map.of(
                "db1", new Content(0, "", true, Optional.of(new Identity("c1", "db2"))),
                "db2", is("db1"),
                "db3", is("db3"))))
        .isEmpty();
  }

  @Test
  void oneThatDoesNotCountInThePlaceOfOneThatDoesIsNot() {
    var set = THREE.with("db2", Role.INACTIVE, false, "away");

    assertThat(swap(set, Map.of("db1", at(2, "db2"), "db2", at(2, "db1"), "db3", at(2, "db3"))))
        .isEmpty();
  }

  @Test
  void oneOfAnotherClusterIsNot() {
    assertThat(swap(
            THREE,
            Map.of(
                "db1", is("db2"),
                "db2", new Content(1, "", true, Optional.of(new Identity("c2", "db1"))),
                "db3", is("db3"))))
        .isEmpty();
  }

  private static Content is(String name) {
    return at(1, name);
  }

  private static Content at(long epoch, String name) {
    return new Content(epoch, "", true, Optional.of(new Identity("c1", name)));
  }

  private static Optional<Swap> swap(ActiveSet set, Map<String, Content> contents) {
    return Swap.of(new Agreed("c1", set, "alpha", NOON), contents);
  }
}
