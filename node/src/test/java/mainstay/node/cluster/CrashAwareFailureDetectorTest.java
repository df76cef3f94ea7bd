package mainstay.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.event.EventStream;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CrashAwareFailureDetectorTest {
  private static final Duration HEARTBEAT = Duration.ofMillis(20);
  private static final Duration LONGEST_SILENCE = Duration.ofMillis(600);

  private final CrashAwareFailureDetector detector = detector();

  private static CrashAwareFailureDetector detector() {
    return new CrashAwareFailureDetector(
        ConfigFactory.parseString("""
          threshold = 8.0
          max-sample-size = 1000
          min-std-deviation = 10 ms
          acceptable-heartbeat-pause = 300 ms
          heartbeat-interval = 20 ms
          expected-response-after = 20 ms
          longest-silence = 600 ms
          longest-silence-with-beacons = 3 s
          beacon-within = 500 ms
          """), new EventStream(null, false));
  }

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

  @Test
  void beaconsStandInForHeartbeatsButNotForEver() throws Exception {
    var address = Addresses.of("mainstay", "beacons.test", 1);
    detector.address_$eq(address.toString());
    beat(10);

    for (long start = System.nanoTime(); System.nanoTime() - start < 1_200_000_000L; ) {
      Sightings.byBeacon(address);
      assertThat(detector.isAvailable()).isTrue();
      Thread.sleep(HEARTBEAT.toMillis());
    }
    Thread.sleep(2_000);
    Sightings.byBeacon(address);

    assertThat(detector.isAvailable()).isFalse();
  }

  @Test
  void messagesOverAnotherConnectionShowThatTcpIsNotSilent() throws Exception {
    var address = Addresses.of("mainstay", "beacons.test", 7);
    detector.address_$eq(address.toString());
    beat(10);

    Thread.sleep(2_000);
    Sightings.byMessage(address);
    Thread.sleep(1_500);

    assertThat(detector.isAvailable()).isFalse(); // messages alone are not enough
    Sightings.byBeacon(address);
    assertThat(detector.isAvailable()).isTrue();
  }

  @Test
  void withoutBeaconsHeartbeatsAlone() throws Exception {
    var address = Addresses.of("mainstay", "beacons.test", 2);
    detector.address_$eq(address.toString());
    beat(10);
    Sightings.byBeacon(address);

    Thread.sleep(LONGEST_SILENCE.plusMillis(50).toMillis());

    assertThat(detector.isAvailable()).isFalse();
  }

  @Test
  void aCrashCountsWhateverWasSeen() throws Exception {
    var address = Addresses.of("mainstay", "beacons.test", 3);
    detector.address_$eq(address.toString());
    beat(2);
    Sightings.byBeacon(address);
    CrashEvidence.add(address);

    assertThat(detector.isAvailable()).isFalse();
    CrashEvidence.remove(address);
    assertThat(detector.isAvailable()).isTrue();
  }

  @Test
  void whoWasNeverHeardAndHasCrashedIsGone() {
    var address = Addresses.of("mainstay", "beacons.test", 4);
    detector.address_$eq(address.toString());
    CrashEvidence.add(address);

    assertThat(detector.isAvailable()).isFalse();
  }

  @Test
  void anIncarnationThatJoinsLaterHasNotCrashed() throws Exception {
    var address = Addresses.of("mainstay", "beacons.test", 5);
    CrashEvidence.add(address);
    var next = detector();
    next.address_$eq(address.toString());

    assertThat(next.isAvailable()).isTrue();
    next.heartbeat();
    assertThat(next.isAvailable()).isTrue();
  }

  @Test
  void aHeartbeatAfterTheEvidenceRefutesIt() throws Exception {
    var address = Addresses.of("mainstay", "beacons.test", 6);
    detector.address_$eq(address.toString());
    beat(2);
    CrashEvidence.add(address);
    assertThat(detector.isAvailable()).isFalse();

    Thread.sleep(250); // longer than a heartbeat may have been on its way
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
