package mainstay.node.databases.core;

import static mainstay.node.databases.core.Databases3.ALPHA;
import static mainstay.node.databases.core.Databases3.BRAVO;
import static mainstay.node.databases.core.Databases3.CHARLIE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import mainstay.node.databases.core.Acting.Word;
import org.junit.jupiter.api.Test;

class ActingTest {
  @Test
  void inAClusterTheFirstMemberActs() {
    assertThat(Acting.of(CHARLIE, 3, 0, Set.of(BRAVO, CHARLIE), List.of(silent(ALPHA))))
        .contains(BRAVO);
  }

  @Test
  void whoIsNoMemberBelievesThoseThatAre() {
    assertThat(Acting.of(ALPHA, 3, 0, Set.of(), List.of(new Word(CHARLIE, Optional.of(BRAVO)))))
        .contains(BRAVO);
  }

  @Test
  void beforeThereIsAClusterTheFirstThatSpeaksActsIfAMajorityDoes() {
    assertThat(Acting.of(CHARLIE, 3, 0, Set.of(), List.of(silent(BRAVO)))).contains(BRAVO);
    assertThat(Acting.of(ALPHA, 3, 0, Set.of(), List.of())).isEmpty();
    assertThat(Acting.of(ALPHA, 1, 0, Set.of(), List.of())).contains(ALPHA);
  }

  @Test
  void aWitnessCountsThoughItNeverSpeaksHere() {
    assertThat(Acting.of(BRAVO, 3, 1, Set.of(), List.of())).contains(BRAVO);
    assertThat(Acting.of(BRAVO, 5, 1, Set.of(), List.of())).isEmpty();
  }

  private static Word silent(mainstay.protocol.model.ServerId server) {
    return new Word(server, Optional.empty());
  }
}
