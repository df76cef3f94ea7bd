package mainstay.node.dge;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mainstay.node.dge.core.PingOutput;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.TestDefinition;

/**
 * Round trip of one ICMP echo, in milliseconds, by the system's {@code ping}: Java cannot send ICMP without being root.
 * Each poll is a process; as many run at a time as there are threads.
 */
final class PingPoller implements Poller {
  private static final int MOST_OUTPUT_BYTES = 4_096;

  private final Path command;
  private final PollThreads threads;

  PingPoller(Path command, PollThreads threads) {
    this.command = command;
    this.threads = threads;
  }

  @Override
  public CompletionStage<PollResult> poll(Device device, TestDefinition test) {
    long deadlineNanos = System.nanoTime() + test.timeout().toNanos();
    long waitSeconds = Math.max(1, (test.timeout().toMillis() + 999) / 1_000);
    return threads.run(() -> ping(device.address(), waitSeconds, deadlineNanos), test.timeout());
  }

  private PollResult ping(String address, long waitSeconds, long deadlineNanos)
      throws IOException, InterruptedException, TimeoutException {
    if (!Files.isExecutable(command)) {
      return new PollResult.Failed("there is no program " + command
          + ": install iputils-ping, or name it in mainstay.dge.ping.command");
    }
    var builder = new ProcessBuilder(
            command.toString(), "-n", "-c1", "-W" + waitSeconds, "--", address)
        .redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    var process = builder.start();
    try (var output = process.getInputStream()) {
      process.getOutputStream().close();
      if (!process.waitFor(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw new TimeoutException();
      }
      return result(
          new String(output.readNBytes(MOST_OUTPUT_BYTES), StandardCharsets.UTF_8),
          process.exitValue());
    } finally {
      process.destroyForcibly();
    }
  }

  private static PollResult result(String output, int exitValue) {
    var roundTrip = PingOutput.roundTripMillis(output);
    if (exitValue == 0 && roundTrip.isPresent()) {
      return new PollResult.Measured(roundTrip.getAsDouble());
    }
    String complaint = PingOutput.complaint(output);
    return new PollResult.Failed(
        complaint.isEmpty() ? "ping ended with code " + exitValue + " and no time" : complaint);
  }
}
