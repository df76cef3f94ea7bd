package mainstay.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import mainstay.node.cluster.BeaconActor.Peer;
import mainstay.node.cluster.BeaconActor.Settings;
import mainstay.protocol.model.ServerId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BeaconActorTest {
  private static final Settings SETTINGS =
      new Settings(Duration.ofMillis(20), Duration.ofMillis(300));
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final ActorTestKit kit = ActorTestKit.create(ConfigFactory.load("provisioning-test"));
  private final Peer alpha = peer("alpha");
  private final Peer bravo = peer("bravo");

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void twoServersSeeEachOtherUntilOneEnds() {
    start(alpha, bravo);
    var other = start(bravo, alpha);
    await().atMost(LIMIT).until(() -> seen(alpha) && seen(bravo));

    kit.stop(other);

    await().atMost(LIMIT).until(() -> !seen(alpha) && !seen(bravo));
  }

  @Test
  void aServerThatHearsNobodyIsNotSeen() throws Exception {
    var deaf = "mainstay-beacon bravo=b1".getBytes(StandardCharsets.US_ASCII);
    var hearing = "mainstay-beacon bravo=b1 alpha=a1>".getBytes(StandardCharsets.US_ASCII);
    start(alpha, bravo);
    try (var socket =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), bravo.port()))) {
      var target = new InetSocketAddress(alpha.host(), alpha.port());

      for (int i = 0; i < 20; i++) {
        socket.send(new DatagramPacket(deaf, deaf.length, target));
        assertThat(seen(bravo)).isFalse();
        Thread.sleep(SETTINGS.interval().toMillis());
      }
      await().atMost(LIMIT).until(() -> {
        socket.send(new DatagramPacket(hearing, hearing.length, target));
        return seen(bravo);
      });
    }
  }

  @Test
  void aServerThatIsNotKnownAndWhatIsNoBeaconAreIgnored() throws Exception {
    start(alpha, bravo);
    start(bravo, alpha);
    try (var socket = new DatagramSocket()) {
      var target = new InetSocketAddress(alpha.host(), alpha.port());
      for (var text : List.of("mainstay-beacon mallory=m1 alpha=a1", "\0\0\0", "x".repeat(9_000))) {
        var bytes = text.getBytes(StandardCharsets.US_ASCII);
        socket.send(new DatagramPacket(bytes, bytes.length, target));
      }
    }

    await().atMost(LIMIT).until(() -> seen(alpha) && seen(bravo));
  }

  @Test
  void intervalsThatDoNotFitAreRefusedByName() {
    var second = Duration.ofSeconds(1);

    assertThatThrownBy(() -> new Settings(second, second))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("beacon-interval = 1000 ms")
        .hasMessageContaining("beacon-within = 1000 ms");
    assertThatThrownBy(() -> new Settings(Duration.ZERO, second))
        .hasMessageContaining("beacon-interval = 0 ms");
  }

  private ActorRef<BeaconActor.Message> start(Peer self, Peer other) {
    return kit.spawn(
        BeaconActor.create(self, self.server().value().charAt(0) + "1", List.of(other), SETTINGS));
  }

  private static boolean seen(Peer peer) {
    return Sightings.byBeaconWithin(peer.address(), SETTINGS.within());
  }

  /** Each test has ports, and so addresses, of its own. */
  private static Peer peer(String name) {
    try (var free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      int port = free.getLocalPort();
      return new Peer(
          new ServerId(name), Addresses.of("mainstay", "127.0.0.1", port), "127.0.0.1", port);
    } catch (java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
