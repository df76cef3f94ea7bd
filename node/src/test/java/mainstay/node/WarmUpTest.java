package mainstay.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WarmUpTest {
  @ParameterizedTest
  @CsvSource({"300, true, 300", "300, false, 38", "1, false, 1", "0, true, 0", "0, false, 0"})
  void aProcessThatHasServedBeforeDoesAnEighthOfIt(int configured, boolean newProcess, int writes) {
    var config = ConfigFactory.parseString("mainstay.server.warm-up-writes = " + configured);

    assertThat(WarmUp.writes(config, newProcess)).isEqualTo(writes);
  }
}
