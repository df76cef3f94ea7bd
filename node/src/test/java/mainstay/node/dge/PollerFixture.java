package mainstay.node.dge;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.TestDefinition;
import mainstay.protocol.model.TestKind;

/** What the tests of pollers share. */
final class PollerFixture {
  static final Device THIS_MACHINE = device("127.0.0.1");
  /** Far beyond every timeout here: a poller that needs it hangs. */
  private static final long HANGS_SECONDS = 20;

  private PollerFixture() {}

  static Device device(String address) {
    return new Device("this-machine", "This machine", "main", address, true);
  }

  static TestDefinition test(TestKind kind, Duration timeout, Map<String, String> parameters) {
    return new TestDefinition(
        "test",
        "this-machine",
        kind,
        "Test",
        Duration.ofSeconds(60),
        timeout,
        "",
        true,
        parameters);
  }

  static DgeSettings settings(String overrides) {
    return DgeSettings.from(
        ConfigFactory.parseString(overrides).withFallback(ConfigFactory.load()));
  }

  /** How the engine would see the poll's end. */
  static PollResult poll(Poller poller, Device device, TestDefinition test)
      throws InterruptedException, TimeoutException {
    try {
      CompletionStage<PollResult> stage = poller.poll(device, test);
      return stage.toCompletableFuture().get(HANGS_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | IllegalArgumentException e) {
      return new PollResult.Failed(FailureReason.of(e, test.timeout()));
    }
  }
}
