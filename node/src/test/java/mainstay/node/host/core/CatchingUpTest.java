package mainstay.node.host.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import mainstay.node.host.core.CatchingUp.AlignEnds;
import mainstay.node.host.core.CatchingUp.AwaitAnswer;
import mainstay.node.host.core.CatchingUp.LoadAnew;
import mainstay.node.host.core.CatchingUp.ReadTail;
import mainstay.node.host.core.CatchingUp.UpToDate;
import org.junit.jupiter.api.Test;

class CatchingUpTest {
  private final CatchingUp catching = new CatchingUp();

  @Test
  void isDoneWithBothAnswersWhenTheEndsComeFirst() {
    assertThat(catching.endsAligned(Map.of("a", 3L), Map.of("a", 2L))).isEqualTo(new AwaitAnswer());
    assertThat(catching.tailRead(false, Map.of("a", 3L))).isEqualTo(new UpToDate());
  }

  @Test
  void isDoneWithBothAnswersWhenTheTailComesFirst() {
    assertThat(catching.tailRead(true, Map.of("a", 3L))).isEqualTo(new AwaitAnswer());
    assertThat(catching.endsAligned(Map.of("a", 3L), Map.of("a", 3L))).isEqualTo(new UpToDate());
  }

  @Test
  void readsAgainWhatWasMadeEqualAfterTheTailWasRead() {
    catching.tailRead(true, Map.of("a", 3L));
    assertThat(catching.endsAligned(Map.of("a", 4L), Map.of("a", 3L))).isEqualTo(new ReadTail());
    assertThat(catching.tailRead(false, Map.of("a", 4L))).isEqualTo(new UpToDate());
  }

  @Test
  void aTailThatWasReadBeforeTheEndsWereEqualIsNotTheEnd() {
    catching.endsAligned(Map.of("a", 4L), Map.of("a", 3L));
    assertThat(catching.tailRead(true, Map.of("a", 3L))).isEqualTo(new ReadTail());
  }

  @Test
  void alignsAStreamThatTheTailBrought() {
    catching.endsAligned(Map.of("a", 3L), Map.of("a", 3L));
    assertThat(catching.tailRead(false, Map.of("a", 3L, "b", 7L))).isEqualTo(new ReadTail());
    assertThat(catching.tailRead(true, Map.of("a", 3L, "b", 7L)))
        .isEqualTo(new AlignEnds(Set.of("b")));
    assertThat(catching.endsAligned(Map.of("b", 8L), Map.of("a", 3L, "b", 7L)))
        .isEqualTo(new ReadTail());
    assertThat(catching.tailRead(false, Map.of("a", 3L, "b", 8L))).isEqualTo(new UpToDate());
  }

  @Test
  void isDoneWhereTheJournalHasNoMoreThoughItsEndIsLater() {
    catching.tailRead(true, Map.of("a", 3L));
    catching.endsAligned(Map.of("a", 5L), Map.of("a", 3L)); // 4 and 5 have been deleted
    assertThat(catching.tailRead(true, Map.of("a", 3L))).isEqualTo(new UpToDate());
  }

  @Test
  void aCopyThatIsAheadOfAllDatabasesIsLoadedAnew() {
    catching.tailRead(true, Map.of("a", 5L, "b", 1L));
    assertThat(catching.endsAligned(Map.of("a", 4L, "b", 1L), Map.of("a", 5L, "b", 1L)))
        .isEqualTo(new LoadAnew("a"));
    assertThat(catching.tailRead(false, Map.of("a", 4L))).isEqualTo(new UpToDate());
  }

  @Test
  void aCopyThatIsLoadedAnewIsReadToItsEnd() {
    catching.tailRead(true, Map.of("a", 5L));
    assertThat(catching.endsAligned(Map.of("a", 4L), Map.of("a", 5L))).isEqualTo(new LoadAnew("a"));
    assertThat(catching.tailRead(false, Map.of("a", 2L))).isEqualTo(new ReadTail());
    assertThat(catching.tailRead(false, Map.of("a", 4L))).isEqualTo(new UpToDate());
  }

  @Test
  void aServiceWithoutEventsIsUpToDate() {
    catching.endsAligned(Map.of("a", 0L), Map.of("a", 0L));
    assertThat(catching.tailRead(true, Map.of("a", 0L))).isEqualTo(new UpToDate());
  }
}
