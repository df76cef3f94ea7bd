package mainstay.node.databases.core;

import static mainstay.node.databases.core.Databases3.ALPHA;
import static mainstay.node.databases.core.Databases3.BRAVO;
import static mainstay.node.databases.core.Databases3.CHARLIE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import mainstay.protocol.model.ServerId;
import org.junit.jupiter.api.Test;

/** Charlie is a witness where it is not among the servers. */
class AskedTest {
  private static final Set<ServerId> ALL = Set.of(ALPHA, BRAVO, CHARLIE);
  private static final Set<ServerId> TWO = Set.of(ALPHA, BRAVO);

  @Test
  void inAWholeClusterAllServersAreAskedAndTheWitnessIsNot() {
    assertThat(Asked.of(BRAVO, ALL, ALL, ALL)).isEqualTo(ALL);
    assertThat(Asked.of(BRAVO, ALL, TWO, ALL)).isEqualTo(TWO);
  }

  @Test
  void whoWasDownedIsNotAskedWhereTheRestCanAgree() {
    assertThat(Asked.of(BRAVO, ALL, ALL, Set.of(BRAVO, CHARLIE))).containsOnly(BRAVO, CHARLIE);
    assertThat(Asked.of(BRAVO, ALL, TWO, Set.of(BRAVO, CHARLIE))).containsOnly(BRAVO);
  }

  @Test
  void whereTheRestCannotAgreeAllAreAskedAsBeforeThereIsACluster() {
    assertThat(Asked.of(BRAVO, ALL, ALL, Set.of(BRAVO))).isEqualTo(ALL);
    assertThat(Asked.of(BRAVO, TWO, TWO, Set.of(BRAVO))).isEqualTo(TWO);
    assertThat(Asked.of(BRAVO, ALL, TWO, Set.of(BRAVO))).isEqualTo(TWO);
    assertThat(Asked.of(BRAVO, ALL, TWO, Set.of())).isEqualTo(TWO);
  }

  @Test
  void whoIsNoMemberItselfDoesNotTrustWhatItSees() {
    assertThat(Asked.of(BRAVO, ALL, ALL, Set.of(ALPHA, CHARLIE))).isEqualTo(ALL);
  }
}
