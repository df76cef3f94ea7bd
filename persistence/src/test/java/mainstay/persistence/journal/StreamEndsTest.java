package mainstay.persistence.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import mainstay.persistence.journal.core.Chain;
import mainstay.persistence.journal.core.StreamEnd;
import org.junit.jupiter.api.Test;

class StreamEndsTest {
  private static final String STREAM = "point|1";

  private final StreamEnds ends = new StreamEnds();

  @Test
  void whatWasComparedIsTakenOnce() {
    ends.compared(ends.beginComparison(List.of(STREAM)), at(7));

    assertThat(ends.takeCompared(STREAM)).map(StreamEnd::sequence).contains(7L);
    assertThat(ends.takeCompared(STREAM)).isEmpty();
    assertThat(ends.at(STREAM, 7)).as("still known, to chain the next event to").isPresent();
    assertThat(ends.at(STREAM, 6)).isEmpty();
  }

  @Test
  void aWriteThatBeginsOrEndsDuringTheComparisonMakesItWorthless() {
    var begun = ends.beginComparison(List.of(STREAM));
    ends.put(STREAM, end(8));
    ends.compared(begun, at(7));
    assertThat(ends.takeCompared(STREAM)).isEmpty();

    var ended = ends.beginComparison(List.of(STREAM));
    ends.written(STREAM);
    ends.compared(ended, at(7));
    assertThat(ends.takeCompared(STREAM)).isEmpty();

    var failed = ends.beginComparison(List.of(STREAM));
    ends.forget(STREAM);
    ends.compared(failed, at(7));
    assertThat(ends.takeCompared(STREAM)).isEmpty();
  }

  @Test
  void aWriteAfterTheComparisonMakesItWorthless() {
    ends.compared(ends.beginComparison(List.of(STREAM)), at(7));
    ends.written(STREAM);

    assertThat(ends.takeCompared(STREAM)).isEmpty();
  }

  @Test
  void aComparisonThatAWriteHasOvertakenDoesNotCountAgainLater() {
    var early = ends.beginComparison(List.of(STREAM));
    ends.put(STREAM, end(8));
    ends.forget(STREAM);
    ends.beginComparison(List.of(STREAM));

    ends.compared(early, at(7));

    assertThat(ends.takeCompared(STREAM)).isEmpty();
  }

  private static Map<String, StreamEnd> at(long sequence) {
    return Map.of(STREAM, end(sequence));
  }

  private static StreamEnd end(long sequence) {
    return new StreamEnd(sequence, Chain.start());
  }
}
