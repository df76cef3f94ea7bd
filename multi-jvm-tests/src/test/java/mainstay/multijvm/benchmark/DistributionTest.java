package mainstay.multijvm.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DistributionTest {

  @Test
  void everyPercentileIsAMeasuredValue() {
    var distribution = new Distribution(List.of(9.0, 1.0, 3.0, 7.0));

    assertThat(distribution.min()).isEqualTo(1.0);
    assertThat(distribution.median()).isEqualTo(3.0);
    assertThat(distribution.percentile(95)).isEqualTo(9.0);
    assertThat(distribution.max()).isEqualTo(9.0);
    assertThat(distribution).hasToString("min 1.0  p50 3.0  p95 9.0  max 9.0 ms  (4 runs)");
  }
}
