package mainstay.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.event.EventStream;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CrashAwareFailureDetectorTest {
  private static final Duration HEARTBEAT = Duration.ofMillis(20);
  private static final Duration LONGEST_SILENCE = Duration.ofMillis(600);

  private final CrashAwareFailureDetector detector =
      new CrashAwareFailureDetector(ConfigFactory.parseString("""
          threshold = 8.0
          max-sample-size = 1000
          min-std-deviation = 10 ms
          acceptable-heartbeat-pause = 300 ms
          heartbeat-interval = 20 ms
          expected-response-after = 20 ms
          longest-silence = 600 ms
          """), new EventStream(null, false));

  @Test
  void whoWasNeverHeardIsNotSilent() throws Exception {
    Thread.sleep(LONGEST_SILENCE.plus(HEARTBEAT).toMillis());

    assertThat(detector.isAvailable()).isTrue();
  }

  @Test
  void afterAPauseTheNextOneIsStillFoundWithinTheLongestSilence() throws Exception {
    beat(10);
    Thread.sleep(250); // within the acceptable pause, and learned
    beat(2);

    Thread.sleep(LONGEST_SILENCE.plusMillis(50).toMillis());

    assertThat(detector.isAvailable()).isFalse();
    detector.heartbeat();
    assertThat(detector.isAvailable()).isTrue();
  }

  private void beat(int times) throws InterruptedException {
    for (int i = 0; i < times; i++) {
      detector.heartbeat();
      Thread.sleep(HEARTBEAT.toMillis());
    }
  }
}
