package mainstay.node.cluster.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClusterClaimTest {
  private static final Optional<String> NOBODY = Optional.empty();
  private static final Optional<String> OWN = Optional.of("alpha:1");
  private static final Optional<String> BRAVO = Optional.of("bravo:1");
  private static final Optional<String> CHARLIE = Optional.of("charlie:1");
  private static final Set<String> MEMBERS = Set.of("alpha:1");
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final ClusterClaim claim = new ClusterClaim(Duration.ofSeconds(20));

  @Test
  void aMemberMayHaveItForEver() {
    assertThat(claim.isLost(OWN, MEMBERS, 0)).isFalse();
    assertThat(claim.isLost(OWN, MEMBERS, 100 * SECOND)).isFalse();
  }

  @Test
  void whatADeadServerLeftRunsOut() {
    assertThat(claim.isLost(BRAVO, MEMBERS, 0)).isFalse();
    assertThat(claim.isLost(BRAVO, MEMBERS, 10 * SECOND)).isFalse();
    assertThat(claim.isLost(NOBODY, MEMBERS, 11 * SECOND)).isFalse();
    assertThat(claim.isLost(BRAVO, MEMBERS, 25 * SECOND)).isFalse();
  }

  @Test
  void whoKeepsItBelongsToAnotherCluster() {
    assertThat(claim.isLost(BRAVO, MEMBERS, 0)).isFalse();
    assertThat(claim.isLost(BRAVO, MEMBERS, 20 * SECOND - 1)).isFalse();
    assertThat(claim.isLost(BRAVO, MEMBERS, 20 * SECOND)).isTrue();
  }

  @Test
  void aStrangerOfLongAgoIsNotCountedOn() {
    assertThat(claim.isLost(BRAVO, MEMBERS, 0)).isFalse();
    claim.held();

    assertThat(claim.isLost(BRAVO, MEMBERS, 100 * SECOND)).isFalse();
    assertThat(claim.isLost(BRAVO, MEMBERS, 120 * SECOND)).isTrue();
  }

  @Test
  void eachStrangerHasItsOwnTime() {
    assertThat(claim.isLost(BRAVO, MEMBERS, 0)).isFalse();
    assertThat(claim.isLost(CHARLIE, MEMBERS, 19 * SECOND)).isFalse();
    assertThat(claim.isLost(CHARLIE, MEMBERS, 20 * SECOND)).isFalse();
    assertThat(claim.isLost(CHARLIE, MEMBERS, 39 * SECOND)).isTrue();
  }
}
