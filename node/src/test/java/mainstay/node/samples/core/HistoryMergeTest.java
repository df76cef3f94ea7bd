package mainstay.node.samples.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.SampleBucket;
import org.junit.jupiter.api.Test;

class HistoryMergeTest {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  @Test
  void samplesOfAllPlacesAreInTheOrderOfTime() {
    var merged = HistoryMerge.range(
        List.of(
            List.of(sample(1, 1.0), sample(4, 4.0)),
            List.of(),
            List.of(sample(2, 2.0), sample(3, 3.0))),
        9);

    assertThat(merged)
        .containsExactly(sample(1, 1.0), sample(2, 2.0), sample(3, 3.0), sample(4, 4.0));
  }

  @Test
  void noMoreAreGivenThanWereAskedFor() {
    var merged = HistoryMerge.range(
        List.of(List.of(sample(1, 1.0), sample(3, 3.0)), List.of(sample(2, 2.0), sample(4, 4.0))),
        2);

    assertThat(merged).containsExactly(sample(1, 1.0), sample(2, 2.0));
  }

  @Test
  void ofTwoSamplesOfOneTimeTheOneWithAValueStaysElseThatOfTheLikelierPlace() {
    var merged = HistoryMerge.range(
        List.of(List.of(failed(1), sample(2, 2.0)), List.of(sample(1, 1.0), sample(2, 9.0))), 9);

    assertThat(merged).containsExactly(sample(1, 1.0), sample(2, 2.0));
  }

  @Test
  void theLatestIsTheNewestOfAllPlaces() {
    assertThat(HistoryMerge.latest(
            List.of(Optional.of(sample(1, 1.0)), Optional.empty(), Optional.of(sample(3, 3.0)))))
        .contains(sample(3, 3.0));
    assertThat(HistoryMerge.latest(List.of(Optional.of(failed(3)), Optional.of(sample(3, 3.0)))))
        .contains(sample(3, 3.0));
    assertThat(HistoryMerge.latest(List.of(Optional.empty(), Optional.empty()))).isEmpty();
  }

  @Test
  void stepsAreSummedUpByTheNumberOfTheirSamples() {
    var merged = HistoryMerge.buckets(List.of(
        List.of(new SampleBucket(NOON, 1, 5, 2, 3), new SampleBucket(at(10), 7, 7, 7, 1)),
        List.of(new SampleBucket(NOON, 0, 4, 6, 1))));

    assertThat(merged)
        .containsExactly(new SampleBucket(NOON, 0, 5, 3, 4), new SampleBucket(at(10), 7, 7, 7, 1));
  }

  private static Instant at(int seconds) {
    return NOON.plusSeconds(seconds);
  }

  private static Sample sample(int seconds, double value) {
    return new Sample("cpu", at(seconds), Optional.of(value), Quality.GOOD);
  }

  private static Sample failed(int seconds) {
    return new Sample("cpu", at(seconds), Optional.empty(), Quality.BAD);
  }
}
