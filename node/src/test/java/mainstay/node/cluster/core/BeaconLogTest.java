package mainstay.node.cluster.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import mainstay.node.failover.core.Hearing;
import mainstay.protocol.model.ServerId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BeaconLogTest {
  private static final ServerId ALPHA = new ServerId("alpha");
  private static final ServerId BRAVO = new ServerId("bravo");
  private static final ServerId CHARLIE = new ServerId("charlie");
  private static final Duration WITHIN = Duration.ofSeconds(1);
  private static final long SECOND = WITHIN.toNanos();

  private final BeaconLog log = new BeaconLog(ALPHA, "a1", WITHIN);

  @Test
  void whoIsHeardButHearsNobodyIsNotThere() {
    assertThat(log.heard(beacon(BRAVO, "b1", Map.of()), 0)).isFalse();
    assertThat(log.heard(beacon(BRAVO, "b1", Map.of(CHARLIE, "c1")), 0)).isFalse();
  }

  @Test
  void whoIsHeardAndHearsThisServerIsThere() {
    assertThat(log.heard(beacon(BRAVO, "b1", Map.of(ALPHA, "a1", CHARLIE, "c1")), 0))
        .isTrue();
  }

  @Test
  void whoHasHeardAnEarlierIncarnationHasNotHeardThisOne() {
    assertThat(log.heard(beacon(BRAVO, "b1", Map.of(ALPHA, "a0")), 0)).isFalse();
  }

  @Test
  void itsOwnWordsMeanNothing() {
    assertThat(log.heard(beacon(ALPHA, "a1", Map.of(ALPHA, "a1")), 0)).isFalse();
    assertThat(log.own(true, 0).heard()).isEmpty();
  }

  @Test
  void saysWhomItHasHeardLately() {
    log.heard(beacon(BRAVO, "b1", Map.of()), 0);
    log.heard(beacon(CHARLIE, "c1", Map.of()), SECOND);

    assertThat(log.own(true, SECOND))
        .isEqualTo(new Beacon(
            ALPHA,
            "a1",
            Map.of(BRAVO, "b1", CHARLIE, "c1"),
            Map.of(BRAVO, Set.of(), CHARLIE, Set.of()),
            Set.of()));
    assertThat(log.own(true, SECOND + 1))
        .isEqualTo(
            new Beacon(ALPHA, "a1", Map.of(CHARLIE, "c1"), Map.of(CHARLIE, Set.of()), Set.of()));
    assertThat(log.own(true, 2 * SECOND + 1)).isEqualTo(beacon(ALPHA, "a1", Map.of()));
  }

  @Test
  void aNewIncarnationTakesThePlaceOfTheOld() {
    log.heard(beacon(BRAVO, "b1", Map.of()), 0);
    log.heard(beacon(BRAVO, "b2", Map.of()), 1);

    assertThat(log.own(true, 1).heard()).containsExactly(Map.entry(BRAVO, "b2"));
  }

  @Test
  void knowsOfThoseThatItDoesNotHearByOthers() {
    log.heard(
        new Beacon(
            CHARLIE,
            "c1",
            Map.of(ALPHA, "a1", BRAVO, "b1"),
            Map.of(ALPHA, Set.of(CHARLIE), BRAVO, Set.of(CHARLIE)),
            Set.of(BRAVO)),
        0);

    assertThat(log.hearing(true, 0))
        .isEqualTo(new Hearing(
            Map.of(ALPHA, Set.of(CHARLIE), BRAVO, Set.of(CHARLIE), CHARLIE, Set.of(ALPHA, BRAVO)),
            Set.of(BRAVO)));
    assertThat(log.hearing(true, SECOND + 1))
        .isEqualTo(new Hearing(Map.of(ALPHA, Set.of()), Set.of()));
    assertThat(log.hearing(false, 0).unfit()).contains(ALPHA);
    assertThat(log.own(false, 0).unfit()).containsExactly(ALPHA);
  }

  @Test
  void everyBeaconIsReadAsItWasWritten() {
    for (var beacon : new Beacon[] {
      beacon(ALPHA, "a1", Map.of()),
      new Beacon(ALPHA, "a1", Map.of(BRAVO, "b1"), Map.of(BRAVO, Set.of()), Set.of(ALPHA)),
      new Beacon(
          BRAVO,
          "0123456789abcdef",
          Map.of(ALPHA, "a1", CHARLIE, "c1"),
          Map.of(ALPHA, Set.of(), CHARLIE, Set.of(ALPHA, BRAVO)),
          Set.of(ALPHA))
    }) {
      assertThat(Beacon.parse(beacon.text())).contains(beacon);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "mainstay-beacon",
        "mainstay-beacon ",
        "mainstay-beacon alpha",
        "mainstay-beacon alpha=",
        "mainstay-beacon =a1",
        "mainstay-beacon Alpha=a1",
        "mainstay-beacon alpha=a1 bravo",
        "mainstay-beacon !!alpha=a1",
        "mainstay-beacon !=a1",
        "mainstay-beacon alpha=a1 bravo=b1",
        "mainstay-beacon alpha=a1 bravo=>alpha",
        "mainstay-beacon alpha=a1 bravo>alpha",
        "mainstay-beacon alpha=a1 bravo=b1>Alpha",
        "mainstay-beacon alpha=a1 bravo=b1>alpha,,charlie",
        "mainstay-beacon alpha=a1  bravo=b1",
        "mainstay-beacon\nalpha=a1",
        "other alpha=a1"
      })
  void whatNoServerSendsIsNoBeacon(String text) {
    assertThat(Beacon.parse(text)).isEmpty();
  }

  private static Beacon beacon(ServerId server, String incarnation, Map<ServerId, String> heard) {
    return new Beacon(server, incarnation, heard, Map.of(), Set.of());
  }
}
