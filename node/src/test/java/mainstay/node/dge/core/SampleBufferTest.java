package mainstay.node.dge.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import mainstay.node.dge.core.SampleBuffer.Limits;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Sample;
import org.junit.jupiter.api.Test;

class SampleBufferTest {
  private static final Limits LIMITS =
      new Limits(10, Duration.ofMillis(200), 25, Duration.ofMillis(100), Duration.ofMillis(350));
  /** Any; the clock of the buffer may well be negative. */
  private static final long START = -5_000;

  private final SampleBuffer buffer = new SampleBuffer(LIMITS);

  @Test
  void writesAFullBatchAtOnce() {
    add(0, 10);

    assertThat(buffer.take(START)).isEqualTo(samples(0, 10));
  }

  @Test
  void writesASmallBatchWhenItsOldestSampleIsOldEnough() {
    add(0, 3);

    assertThat(buffer.take(START + 199)).isEmpty();
    assertThat(buffer.nextMillis()).hasValue(START + 200);
    assertThat(buffer.take(START + 200)).isEqualTo(samples(0, 3));
  }

  @Test
  void hasOneWriteOutstanding() {
    add(0, 20);
    buffer.take(START);

    assertThat(buffer.take(START + 1_000)).isEmpty();
    assertThat(buffer.nextMillis()).isEmpty();
    buffer.written();
    assertThat(buffer.take(START + 1_000)).isEqualTo(samples(10, 20));
    assertThat(buffer.totalWritten()).isEqualTo(10);
  }

  @Test
  void repeatsAFailedWriteAfterPausesThatGrowToALimit() {
    add(0, 10);
    long now = START;

    for (long pause : new long[] {100, 200, 350, 350}) {
      assertThat(buffer.take(now)).isEqualTo(samples(0, 10));
      buffer.failed(now);
      assertThat(buffer.take(now + pause - 1)).isEmpty();
      now += pause;
    }

    assertThat(buffer.take(now)).isEqualTo(samples(0, 10));
    buffer.written();
    add(10, 20);
    assertThat(buffer.take(now))
        .as("the pause is over with the first success")
        .isEqualTo(samples(10, 20));
    buffer.failed(now);
    assertThat(buffer.nextMillis()).hasValue(now + 100);
  }

  @Test
  void keepsTheOrderWhenAFailedBatchGoesBack() {
    add(0, 5);
    buffer.take(START + 200);
    add(5, 9);
    buffer.failed(START + 200);

    assertThat(buffer.take(START + 300)).isEqualTo(samples(0, 9));
  }

  @Test
  void dropsAndCountsTheOldestWhenFull() {
    add(0, 30);

    assertThat(buffer.size()).isEqualTo(25);
    assertThat(buffer.totalDropped()).isEqualTo(5);
    assertThat(buffer.take(START)).isEqualTo(samples(5, 15));
  }

  @Test
  void doesNotDropWhatIsBeingWritten() {
    add(0, 10);
    buffer.take(START);
    add(10, 30);

    assertThat(buffer.size()).isEqualTo(25);
    buffer.written();
    assertThat(buffer.take(START)).isEqualTo(samples(15, 25));
    assertThat(buffer.totalDropped()).isEqualTo(5);
  }

  @Test
  void givesEverythingAtOnceWhenFlushed() {
    add(0, 3);

    buffer.flush(START);

    assertThat(buffer.take(START)).isEqualTo(samples(0, 3));
  }

  @Test
  void repeatsQuicklyWhenFlushed() {
    add(0, 10);
    long now = START;
    for (int i = 0; i < 4; i++) {
      buffer.take(now);
      buffer.failed(now);
      now = buffer.nextMillis().orElseThrow();
    }
    buffer.take(now);
    buffer.failed(now);

    buffer.flush(now);

    assertThat(buffer.nextMillis()).hasValue(now + 100);
    buffer.take(now + 100);
    buffer.failed(now + 100);
    assertThat(buffer.nextMillis()).hasValue(now + 200);
  }

  @Test
  void refusesTheEndOfAWriteThatItDidNotBegin() {
    assertThatThrownBy(buffer::written).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> buffer.failed(START)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesLimitsThatCannotWork() {
    assertThatThrownBy(
            () -> new Limits(10, Duration.ZERO, 10, Duration.ofMillis(1), Duration.ofMillis(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("10");
    assertThatThrownBy(
            () -> new Limits(10, Duration.ZERO, 20, Duration.ofMillis(2), Duration.ofMillis(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private void add(int from, int to) {
    samples(from, to).forEach(sample -> buffer.add(sample, START));
  }

  private static List<Sample> samples(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i ->
            new Sample("series", Instant.ofEpochMilli(i), Optional.of((double) i), Quality.GOOD))
        .toList();
  }
}
