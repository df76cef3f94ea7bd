package mainstay.multijvm.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import mainstay.multijvm.checker.SampleGaps.Gap;
import org.junit.jupiter.api.Test;

class SampleGapsTest {
  private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");

  @Test
  void findsTheLongestGapWhateverTheOrder() {
    var samples = List.of(second(0), second(9), second(1), second(2));

    assertThat(SampleGaps.longest(samples)).contains(new Gap(second(2), second(9)));
    assertThat(SampleGaps.longest(samples).orElseThrow().length()).isEqualTo(Duration.ofSeconds(7));
  }

  @Test
  void oneSampleHasNoGap() {
    assertThat(SampleGaps.longest(List.of(second(0)))).isEmpty();
  }

  @Test
  void countsSamplesOfTheSameTime() {
    assertThat(SampleGaps.duplicates(List.of(second(0), second(1), second(0)))).isEqualTo(1);
  }

  private static Instant second(int second) {
    return START.plusSeconds(second);
  }
}
