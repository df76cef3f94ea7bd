package mainstay.persistence.samples.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Sample;
import org.junit.jupiter.api.Test;

class SampleRowTest {
  private static final SampleRow ROW = SampleRow.of(
      new Sample(
          "host-cpu", Instant.ofEpochMilli(1_700_000_000_123L), Optional.of(0.5), Quality.GOOD),
      SampleRow.seriesId("host-cpu"));

  /** The stored form of all samples depends on them: they may never change. */
  @Test
  void numberAndCheckSumStayTheSame() {
    assertThat(ROW.series()).isEqualTo(5642730995745408673L);
    assertThat(ROW.checkSum()).isEqualTo(449647121);
  }

  @Test
  void everyPartCounts() {
    assertThat(new SampleRow(ROW.series() + 1, ROW.timeMillis(), 0.5, (short) 0).checkSum())
        .isNotEqualTo(ROW.checkSum());
    assertThat(new SampleRow(ROW.series(), ROW.timeMillis() + 1, 0.5, (short) 0).checkSum())
        .isNotEqualTo(ROW.checkSum());
    assertThat(new SampleRow(ROW.series(), ROW.timeMillis(), -0.5, (short) 0).checkSum())
        .isNotEqualTo(ROW.checkSum());
    assertThat(new SampleRow(ROW.series(), ROW.timeMillis(), null, (short) 0).checkSum())
        .isNotEqualTo(ROW.checkSum());
    assertThat(new SampleRow(ROW.series(), ROW.timeMillis(), 0.5, (short) 1).checkSum())
        .isNotEqualTo(ROW.checkSum());
  }

  @Test
  void rowsAreInTheOrderOfTheKey() {
    var later = new SampleRow(ROW.series(), ROW.timeMillis() + 1, 0.5, (short) 0);
    var other = new SampleRow(ROW.series() + 1, 0, 0.5, (short) 0);

    assertThat(ROW).isLessThan(later);
    assertThat(later).isLessThan(other);
  }

  @Test
  void qualitiesComeBack() {
    for (var quality : Quality.values()) {
      assertThat(SampleRow.quality(SampleRow.code(quality))).isEqualTo(quality);
    }
  }
}
