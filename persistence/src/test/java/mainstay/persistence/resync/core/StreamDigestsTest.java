package mainstay.persistence.resync.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StreamDigestsTest {
  @Test
  void thePlacesInWhichRowsLieDoNotMatter() {
    var here = new StreamDigests();
    here.add(Map.of("a", digest(2, 30), "b", digest(1, 5)));
    here.add(Map.of("a", digest(1, 12)));
    var there = new StreamDigests();
    there.add(Map.of("a", digest(3, 42)));
    there.add(Map.of("b", digest(1, 5)));

    assertThat(here.apart(there)).isEmpty();
  }

  @Test
  void streamsThatOneLacksOrHoldsOtherwiseAreApart() {
    var here = new StreamDigests();
    here.add(Map.of("only here", digest(1, 0), "same", digest(1, 9), "hash", digest(1, 5)));
    var there = new StreamDigests();
    there.add(Map.of("only there", digest(1, 0), "same", digest(1, 9), "hash", digest(1, 6)));

    assertThat(here.apart(there))
        .containsExactlyInAnyOrder("only here", "only there", "hash")
        .isEqualTo(there.apart(here));
  }

  private static Digest digest(long rows, long sum) {
    return new Digest(rows, BigInteger.valueOf(sum));
  }
}
