package mainstay.node.dge;

import static mainstay.node.dge.PollerFixture.THIS_MACHINE;
import static mainstay.node.dge.PollerFixture.device;
import static mainstay.node.dge.PollerFixture.poll;
import static mainstay.node.dge.PollerFixture.test;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import mainstay.protocol.model.TestDefinition;
import mainstay.protocol.model.TestKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PingPollerTest {
  private static final Path PING = Path.of("/usr/bin/ping");
  private static final TestDefinition PATIENT =
      test(TestKind.PING, Duration.ofSeconds(15), Map.of());

  @TempDir
  private Path directory;

  private final PollThreads threads = new PollThreads("ping-test", 2, 100);

  @AfterEach
  void close() {
    threads.close();
  }

  @Test
  void measuresARoundTrip() throws Exception {
    assumeTrue(
        Files.isExecutable(PING), PING + " is missing: install iputils-ping to run this test");

    assertThat(poll(new PingPoller(PING, threads), THIS_MACHINE, PATIENT))
        .isInstanceOfSatisfying(
            PollResult.Measured.class,
            measured -> assertThat(measured.value()).isPositive().isLessThan(10_000));
  }

  @Test
  void doesNotTakeAnAddressForAnOption() throws Exception {
    assumeTrue(
        Files.isExecutable(PING), PING + " is missing: install iputils-ping to run this test");

    assertThat(poll(new PingPoller(PING, threads), device("-V"), PATIENT))
        .isInstanceOfSatisfying(
            PollResult.Failed.class, failed -> assertThat(failed.reason()).contains("ping: -V: "));
  }

  @Test
  void saysThatTheProgramIsMissing() throws Exception {
    var missing = directory.resolve("ping");

    assertThat(poll(new PingPoller(missing, threads), THIS_MACHINE, PATIENT))
        .isEqualTo(new PollResult.Failed("there is no program " + missing
            + ": install iputils-ping, or name it in mainstay.dge.ping.command"));
  }

  @Test
  void callsThePingOfTheSystem() throws Exception {
    var ping = script(
        "echo \"$*\" > " + directory.resolve("arguments"), "echo '64 bytes: ttl=64 time=1.25 ms'");

    assertThat(poll(ping, THIS_MACHINE, PATIENT)).isEqualTo(new PollResult.Measured(1.25));
    assertThat(Files.readString(directory.resolve("arguments")))
        .isEqualTo("-n -c1 -W15 -- 127.0.0.1\n");
  }

  @Test
  void saysThatNoEchoCameBack() throws Exception {
    var ping =
        script("echo '1 packets transmitted, 0 received, 100% packet loss, time 0ms'", "exit 1");

    assertThat(poll(ping, THIS_MACHINE, PATIENT))
        .isEqualTo(
            new PollResult.Failed("1 packets transmitted, 0 received, 100% packet loss, time 0ms"));
  }

  @Test
  void saysWithWhichCodePingEnded() throws Exception {
    assertThat(poll(script("exit 2"), THIS_MACHINE, PATIENT))
        .isEqualTo(new PollResult.Failed("ping ended with code 2 and no time"));
  }

  @Test
  void endsAProcessThatHangs() throws Exception {
    var pid = directory.resolve("pid");
    var ping = script("echo $$ > " + pid, "exec sleep 60");

    assertThat(poll(ping, THIS_MACHINE, test(TestKind.PING, Duration.ofSeconds(2), Map.of())))
        .isEqualTo(new PollResult.Failed("no answer within 2s"));

    long process = Long.parseLong(Files.readString(pid).strip());
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> ProcessHandle.of(process).map(handle -> !handle.isAlive()).orElse(true));
  }

  private PingPoller script(String... lines) throws IOException {
    var file = directory.resolve("fake-ping");
    Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return new PingPoller(file, threads);
  }
}
