package mainstay.persistence.samples.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import mainstay.persistence.samples.core.UnequalEnds.End;
import org.junit.jupiter.api.Test;

class UnequalEndsTest {
  @Test
  void aSeriesIsUnequalIfItsSamplesAreMoreOrOthersOrOnlySomewhere() {
    assertThat(UnequalEnds.series(List.of(
            Map.of(1L, new End(2, 30), 2L, new End(2, 30), 3L, new End(2, 30), 4L, new End(1, 10)),
            Map.of(1L, new End(2, 30), 2L, new End(1, 10), 3L, new End(2, 40)))))
        .containsExactlyInAnyOrder(2L, 3L, 4L);
    assertThat(UnequalEnds.series(List.of(Map.of(), Map.of()))).isEmpty();
  }

  @Test
  void whatOneLacksIsMissingInTheOrderOfTheKey() {
    var everywhere = row(1, 10, 0.5);
    var first = row(2, 10, 0.5);
    var second = row(1, 20, 0.5);

    assertThat(UnequalEnds.missing(List.of(
            List.of(everywhere, first), List.of(everywhere, second), List.of(everywhere, second))))
        .containsExactly(second, first);
  }

  @Test
  void whatAllHaveIsLeftAloneEvenIfItDiffers() {
    assertThat(UnequalEnds.missing(List.of(List.of(row(1, 10, 0.5)), List.of(row(1, 10, 0.7)))))
        .isEmpty();
  }

  private static SampleRow row(long series, long time, double value) {
    return new SampleRow(series, time, value, (short) 0);
  }
}
