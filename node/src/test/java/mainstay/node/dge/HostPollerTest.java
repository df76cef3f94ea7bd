package mainstay.node.dge;

import static mainstay.node.dge.PollerFixture.THIS_MACHINE;
import static mainstay.node.dge.PollerFixture.poll;
import static mainstay.node.dge.PollerFixture.test;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import mainstay.protocol.model.TestDefinition;
import mainstay.protocol.model.TestKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostPollerTest {
  private final PollThreads threads = new PollThreads("host-test", 2, 100);
  private final HostPoller poller = new HostPoller(threads);

  @AfterEach
  void close() {
    threads.close();
  }

  @Test
  void measuresTheCpuAsSoonAsTimeHasPassed() {
    var result = await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () -> poll(poller, THIS_MACHINE, metric("cpu")), PollResult.Measured.class::isInstance);

    assertPercent(result);
  }

  @Test
  void measuresMemoryAndDisk(@TempDir Path directory) throws Exception {
    assertPercent(poll(poller, THIS_MACHINE, metric("memory")));
    assertPercent(poll(poller, THIS_MACHINE, metric("disk")));
    assertPercent(poll(poller, THIS_MACHINE, metric("disk", "path", directory.toString())));
  }

  @Test
  void saysWhatIsWrong(@TempDir Path directory) throws Exception {
    var missing = directory.resolve("nowhere");

    assertThat(poll(poller, THIS_MACHINE, metric("disk", "path", missing.toString())))
        .isEqualTo(new PollResult.Failed("path " + missing + " does not exist"));
    assertThat(poll(poller, THIS_MACHINE, metric("luck")))
        .isEqualTo(new PollResult.Failed("parameter metric 'luck' must be cpu, memory or disk"));
  }

  private static void assertPercent(PollResult result) {
    assertThat(result)
        .isInstanceOfSatisfying(
            PollResult.Measured.class,
            measured -> assertThat(measured.value()).isBetween(0.0, 100.0));
  }

  private static TestDefinition metric(String metric) {
    return test(TestKind.HOST, Duration.ofSeconds(10), Map.of("metric", metric));
  }

  private static TestDefinition metric(String metric, String name, String value) {
    return test(TestKind.HOST, Duration.ofSeconds(10), Map.of("metric", metric, name, value));
  }
}
