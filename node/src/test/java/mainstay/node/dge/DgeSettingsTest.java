package mainstay.node.dge;

import static mainstay.node.dge.PollerFixture.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DgeSettingsTest {
  @Test
  void readsTheDefaults() {
    var settings = settings("");

    assertThat(settings.schedule().maxConcurrent()).isEqualTo(256);
    assertThat(settings.buffer().batchSize()).isEqualTo(10_000);
    assertThat(settings.buffer().maxAge()).isEqualTo(Duration.ofMillis(200));
    assertThat(settings.httpBodyLimitBytes()).isEqualTo(1_048_576);
  }

  @ParameterizedTest
  @CsvSource({
    "max-concurrent-polls, 0",
    "first-poll-within, 0s",
    "shortest-interval, 0s",
    "max-lateness, -1s",
    "statistics-interval, 2s",
    "samples.batch-size, 0",
    "samples.batch-size, 10001",
    "samples.capacity, 10000",
    "samples.retry-longest, 99ms",
    "samples.write-timeout, 0s",
    "drain.polls, -1s",
    "http.threads, 0",
    "http.body-limit, 0",
    "ping.processes, 0"
  })
  void namesTheKeyWhoseValueCannotWork(String key, String value) {
    assertThatThrownBy(() -> settings("mainstay.dge." + key + " = " + value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mainstay.dge." + key + " = " + value);
  }

  @Test
  void namesTheKeyWhoseTypeIsWrong() {
    assertThatThrownBy(() -> settings("mainstay.dge.http.threads = many"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("http.threads");
  }
}
