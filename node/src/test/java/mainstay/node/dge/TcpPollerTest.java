package mainstay.node.dge;

import static mainstay.node.dge.PollerFixture.THIS_MACHINE;
import static mainstay.node.dge.PollerFixture.device;
import static mainstay.node.dge.PollerFixture.poll;
import static mainstay.node.dge.PollerFixture.test;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import mainstay.protocol.model.TestDefinition;
import mainstay.protocol.model.TestKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TcpPollerTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final PollThreads lookups = new PollThreads("tcp-test", 2, 100);
  private final TcpPoller poller = new TcpPoller(lookups);

  @AfterEach
  void close() throws IOException {
    poller.close();
    lookups.close();
  }

  @Test
  void measuresUntilTheConnectionStands() throws Exception {
    try (var server = new ServerSocket(0, 10, LOOPBACK)) {
      assertThat(poll(
              poller, device("localhost"), port(server.getLocalPort(), Duration.ofSeconds(10))))
          .isInstanceOf(PollResult.Measured.class);
      try (var accepted = server.accept()) {
        assertThat(accepted.getInputStream().read())
            .as("nothing sent, closed at once")
            .isEqualTo(-1);
      }
    }
  }

  @Test
  void saysThatNobodyListens() throws Exception {
    int port;
    try (var closing = new ServerSocket(0, 1, LOOPBACK)) {
      port = closing.getLocalPort();
    }

    assertThat(poll(poller, THIS_MACHINE, port(port, Duration.ofSeconds(10))))
        .isEqualTo(new PollResult.Failed("cannot connect: Connection refused"));
  }

  @Test
  void givesUpWhenNobodyAnswers() throws Exception {
    var crowd = new ArrayList<SocketChannel>();
    try (var full = new ServerSocket(0, 1, LOOPBACK)) {
      for (int i = 0; i < 8; i++) {
        var one = SocketChannel.open();
        crowd.add(one);
        one.configureBlocking(false);
        one.connect(full.getLocalSocketAddress());
      }

      assertThat(poll(poller, THIS_MACHINE, port(full.getLocalPort(), Duration.ofMillis(300))))
          .isEqualTo(new PollResult.Failed("no answer within 300ms"));
    } finally {
      for (var one : crowd) {
        one.close();
      }
    }
  }

  @Test
  void saysThatAHostIsUnknown() throws Exception {
    assertThat(poll(poller, device("no-such-host.invalid"), port(80, Duration.ofSeconds(15))))
        .isInstanceOfSatisfying(
            PollResult.Failed.class,
            failed -> assertThat(failed.reason()).startsWith("unknown host no-such-host.invalid"));
  }

  @Test
  void saysThatThePortMakesNoSense() throws Exception {
    for (String wrong : new String[] {"", "0", "65536", "http", "-1"}) {
      assertThat(poll(
              poller,
              THIS_MACHINE,
              test(TestKind.TCP, Duration.ofSeconds(1), Map.of("port", wrong))))
          .isEqualTo(new PollResult.Failed(
              "parameter port '" + wrong + "' must be a number from 1 to 65535"));
    }
  }

  private static TestDefinition port(int port, Duration timeout) {
    return test(TestKind.TCP, timeout, Map.of("port", "" + port));
  }
}
