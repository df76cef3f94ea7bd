package mainstay.node.dge.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** What pollers read: answers of {@code /proc} and {@code ping}, and parameters. */
class PollTextsTest {
  @Test
  void readsTheTimesOfAllProcessors() {
    var earlier =
        ProcFiles.cpuTimes("cpu  100 0 100 700 100 0 0 0 50 0\ncpu0 1 1 1 1 1 1 1 1\nbtime 1\n");
    var later = ProcFiles.cpuTimes("cpu  150 0 125 750 125 25 20 5 60 0\n");

    assertThat(earlier).isEqualTo(new ProcFiles.CpuTimes(200, 1_000));
    assertThat(later.percentSince(earlier).orElseThrow()).isCloseTo(62.5, within(1e-9));
    assertThat(later.percentSince(later)).isEmpty();
  }

  @Test
  void saysThatProcessorTimesAreMissing() {
    assertThatThrownBy(() -> ProcFiles.cpuTimes("intr 1\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("/proc/stat");
  }

  @Test
  void readsTheMemoryThatProgramsCannotGet() {
    String meminfo = "MemTotal:        4000 kB\nMemFree:  10 kB\nMemAvailable:    1000 kB\n";

    assertThat(ProcFiles.memoryUsedPercent(meminfo)).hasValue(75);
    assertThat(ProcFiles.memoryUsedPercent("MemTotal: 4000 kB\nMemFree: 10 kB\n"))
        .isEmpty();
  }

  @Test
  void readsTheRoundTripOfPing() {
    assertThat(PingOutput.roundTripMillis(
            "64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.951 ms\n"))
        .hasValue(0.951);
    assertThat(PingOutput.roundTripMillis("64 bytes from 10.0.0.1: icmp_seq=1 ttl=64 time=12 ms\n"))
        .hasValue(12);
    assertThat(PingOutput.roundTripMillis(
            "1 packets transmitted, 0 received, 100% packet loss, time 0ms\n"))
        .isEmpty();
  }

  @Test
  void findsTheComplaintOfPing() {
    assertThat(PingOutput.complaint("/usr/bin/ping: nosuchhost: Name or service not known\n"))
        .isEqualTo("/usr/bin/ping: nosuchhost: Name or service not known");
    assertThat(
            PingOutput.complaint(
                "PING 240.0.0.1\nFrom 10.0.0.2 icmp_seq=1 Destination Host Unreachable\n\n"
                    + "--- 240.0.0.1 ping statistics ---\n1 packets transmitted, 0 received, +1 errors, 100% packet loss\n"))
        .isEqualTo("From 10.0.0.2 icmp_seq=1 Destination Host Unreachable");
    assertThat(PingOutput.complaint(
            "PING 10.9.9.9\n\n1 packets transmitted, 0 received, 100% packet loss, time 0ms\n"))
        .isEqualTo("1 packets transmitted, 0 received, 100% packet loss, time 0ms");
    assertThat(PingOutput.complaint("what?\n")).isEmpty();
  }

  @Test
  void readsExpectedStatuses() {
    assertThat(ExpectedStatus.parse("204")).isEqualTo(new ExpectedStatus(204, 204));
    assertThat(ExpectedStatus.parse("200-299").matches(299)).isTrue();
    assertThat(ExpectedStatus.parse("200-299").matches(300)).isFalse();
    for (String wrong : new String[] {"", "2xx", "299-200", "600", "20"}) {
      assertThatThrownBy(() -> ExpectedStatus.parse(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'" + wrong + "'");
    }
  }
}
