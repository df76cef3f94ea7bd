package mainstay.persistence.resync.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HeadsTest {
  @Test
  void whatOneHasBeyondTheOtherIsARangeOfEachStream() {
    var here = new Heads(Map.of("a", 7L, "b", 3L, "c", 5L));
    var there = new Heads(Map.of("a", 4L, "b", 3L, "c", 9L, "d", 1L));

    assertThat(here.beyond(there)).containsExactly(range("a", 4, 7));
    assertThat(there.beyond(here))
        .containsExactlyInAnyOrder(range("c", 5, 9), range("d", Long.MIN_VALUE, 1));
    assertThat(here.beyond(here)).isEmpty();
  }

  @Test
  void streamsAreCommonAsFarAsBothReach() {
    var here = new Heads(Map.of(1L, 7L, 2L, 3L, 3L, 3L));
    var there = new Heads(Map.of(1L, 4L, 2L, 9L, 4L, 4L));

    var common = here.common(there);

    assertThat(common).isEqualTo(new Heads(Map.of(1L, 4L, 2L, 3L)));
    assertThat(common).isEqualTo(there.common(here));
    assertThat(common.behind(1L)).isEqualTo(range(1L, 4, Long.MAX_VALUE));
    assertThat(common.behind(3L)).isEqualTo(Heads.whole(3L));
  }

  private static KeyRange range(Object stream, long after, long to) {
    return new KeyRange(Optional.of(Key.of(stream, after)), Optional.of(Key.of(stream, to)));
  }
}
