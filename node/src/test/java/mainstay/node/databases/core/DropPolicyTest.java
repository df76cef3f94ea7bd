package mainstay.node.databases.core;

import static mainstay.node.databases.core.Databases3.ALPHA;
import static mainstay.node.databases.core.Databases3.BRAVO;
import static mainstay.node.databases.core.Databases3.CHARLIE;
import static mainstay.node.databases.core.Databases3.DB1;
import static mainstay.node.databases.core.Databases3.DB2;
import static mainstay.node.databases.core.Databases3.DB3;
import static mainstay.node.databases.core.Databases3.VOTERS;
import static mainstay.node.databases.core.Databases3.first;
import static mainstay.node.databases.core.Databases3.inactive;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import mainstay.node.databases.core.DropPolicy.Drop;
import mainstay.node.databases.core.DropPolicy.Finding;
import mainstay.node.databases.core.DropPolicy.Keep;
import mainstay.node.databases.core.DropPolicy.Probe;
import mainstay.node.databases.core.DropPolicy.Wait;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ActiveSet.Role;
import mainstay.protocol.model.ServerId;
import org.junit.jupiter.api.Test;

class DropPolicyTest {
  private static final Duration LIMIT = Duration.ofSeconds(1);
  private static final ActiveSet TWO = first(DB1, DB2);

  private final Map<String, Map<ServerId, Probe>> probes = new HashMap<>();

  @Test
  void aMajorityThatCannotReachItDropsIt() {
    found("db1", Finding.REACHABLE, ALPHA, BRAVO);
    found("db2", Finding.REFUSED, ALPHA, CHARLIE);

    assertThat(decide(TWO, "db2")).isInstanceOfSatisfying(Drop.class, drop -> {
      assertThat(drop.databases()).containsOnlyKeys("db2");
      assertThat(drop.why()).startsWith("2 of 3 servers cannot use db2: alpha refused");
    });
  }

  @Test
  void aMinorityThatCannotReachItChangesNothing() {
    found("db1", Finding.REACHABLE, ALPHA, BRAVO, CHARLIE);
    found("db2", Finding.REFUSED, ALPHA);
    found("db2", Finding.REACHABLE, BRAVO, CHARLIE);

    assertThat(decide(TWO, "db2"))
        .isEqualTo(new Keep("only 1 of 3 servers cannot reach db2, 2 can"));
  }

  @Test
  void theMajorityIsThatOfAllVotersEvenIfOneDoesNotAnswer() {
    found("db1", Finding.REACHABLE, ALPHA, BRAVO);
    found("db2", Finding.REFUSED, ALPHA);
    found("db2", Finding.REACHABLE, BRAVO);

    assertThat(decide(TWO, "db2")).isInstanceOf(Wait.class);
    assertThat(decide(TWO, LIMIT, "db2")).isInstanceOf(Keep.class);
  }

  @Test
  void whoIsNotAskedAnyMoreIsNotCounted() {
    found("db1", Finding.REACHABLE, ALPHA, BRAVO);
    found("db2", Finding.REFUSED, ALPHA);
    found("db2", Finding.REACHABLE, BRAVO);

    assertThat(DropPolicy.decide(
            TWO, Set.of("db2"), BRAVO, Set.of(BRAVO), probes, Duration.ZERO, LIMIT))
        .isEqualTo(new Keep("only 0 of 1 servers cannot reach db2, 1 can"));
  }

  @Test
  void theOnlyActiveOneStays() {
    found("db2", Finding.REFUSED, ALPHA, BRAVO, CHARLIE);
    found("db1", Finding.REACHABLE, ALPHA, BRAVO, CHARLIE);

    assertThat(decide(inactive(TWO, "db1"), "db2"))
        .isInstanceOfSatisfying(
            Keep.class,
            keep -> assertThat(keep.why()).startsWith("db2 is the only active database"));
  }

  @Test
  void twoThatFailTogetherStayBothIfThereIsNoThird() {
    found("db1", Finding.SILENT, ALPHA, BRAVO, CHARLIE);
    found("db2", Finding.SILENT, ALPHA, BRAVO, CHARLIE);

    assertThat(decide(TWO, "db1", "db2")).isInstanceOf(Keep.class);
  }

  @Test
  void twoOfThreeThatFailTogetherGoTogether() {
    found("db1", Finding.REFUSED, ALPHA, BRAVO, CHARLIE);
    found("db2", Finding.REFUSED, ALPHA, BRAVO, CHARLIE);
    found("db3", Finding.REACHABLE, ALPHA, BRAVO, CHARLIE);

    assertThat(decide(first(DB1, DB2, DB3), "db1", "db2"))
        .isInstanceOfSatisfying(
            Drop.class, drop -> assertThat(drop.databases()).containsOnlyKeys("db1", "db2"));
  }

  @Test
  void itIsNotDroppedBeforeAnotherOneIsKnownToAnswer() {
    found("db2", Finding.REFUSED, ALPHA, BRAVO, CHARLIE);
    found("db1", Finding.REACHABLE, ALPHA);

    assertThat(decide(TWO, "db2")).isInstanceOf(Wait.class);
    assertThat(decide(TWO, LIMIT, "db2")).isInstanceOf(Keep.class);
  }

  @Test
  void oneVoterWithProofOfDamageIsEnough() {
    found("db1", Finding.REACHABLE, ALPHA, BRAVO);
    found("db2", Finding.REACHABLE, ALPHA, BRAVO);
    found("db2", Finding.OTHER_DATABASE, CHARLIE);

    assertThat(decide(TWO, "db2"))
        .isInstanceOfSatisfying(
            Drop.class,
            drop ->
                assertThat(drop.why()).startsWith(DropPolicy.DAMAGED + "charlie other_database"));
  }

  @Test
  void oneThatAnswersEveryoneAndStoresNothingIsLeftOutOnTheWordOfItsWriter() {
    found("db1", Finding.REACHABLE, ALPHA, BRAVO);
    found("db2", Finding.REACHABLE, BRAVO, CHARLIE);
    found("db2", Finding.CANNOT_STORE, ALPHA);

    assertThat(decide(TWO, "db2"))
        .isInstanceOfSatisfying(
            Drop.class,
            drop -> assertThat(drop.why())
                .isEqualTo("1 of 3 servers cannot use db2: alpha cannot_store: as the test says"));
  }

  @Test
  void twoThatStoreNothingAreNotBothDropped() {
    found("db1", Finding.CANNOT_STORE, ALPHA);
    found("db2", Finding.CANNOT_STORE, ALPHA);
    found("db1", Finding.REACHABLE, BRAVO, CHARLIE);
    found("db2", Finding.REACHABLE, BRAVO, CHARLIE);

    assertThat(decide(TWO, "db1", "db2")).isInstanceOf(Keep.class);
  }

  @Test
  void twoThatAreDamagedAreNotBothDropped() {
    found("db1", Finding.DAMAGED, ALPHA);
    found("db2", Finding.DAMAGED, ALPHA);
    found("db1", Finding.REACHABLE, BRAVO, CHARLIE);
    found("db2", Finding.REACHABLE, BRAVO, CHARLIE);

    assertThat(decide(TWO, "db1", "db2")).isInstanceOf(Keep.class);
  }

  @Test
  void aJoiningOneGoesAsSoonAsTheDecidingServerFindsItFailing() {
    var set = inactive(TWO, "db2").with("db2", Role.JOINING, false, "copied");

    assertThat(decide(set, "db2")).isInstanceOf(Wait.class);

    found("db2", Finding.REFUSED, ALPHA);

    assertThat(decide(set, "db2")).isInstanceOf(Drop.class);
  }

  @Test
  void nobodyIsDroppedWhoIsNotWritten() {
    found("db2", Finding.REFUSED, ALPHA, BRAVO, CHARLIE);
    found("db1", Finding.REACHABLE, ALPHA, BRAVO, CHARLIE);

    assertThat(decide(inactive(TWO, "db2"), "db2"))
        .isEqualTo(new Keep("db2 is not written in epoch 2"));
  }

  private void found(String database, Finding finding, ServerId... voters) {
    for (var voter : voters) {
      probes
          .computeIfAbsent(database, name -> new HashMap<>())
          .put(voter, new Probe(finding, "as the test says"));
    }
  }

  private DropPolicy.Decision decide(ActiveSet set, String... suspects) {
    return decide(set, Duration.ZERO, suspects);
  }

  private DropPolicy.Decision decide(ActiveSet set, Duration waited, String... suspects) {
    return DropPolicy.decide(set, Set.of(suspects), ALPHA, VOTERS, probes, waited, LIMIT);
  }
}
