package mainstay.multijvm.checker;

import static mainstay.multijvm.checker.Histories.fault;
import static mainstay.multijvm.checker.Histories.of;
import static mainstay.multijvm.checker.Histories.says;
import static mainstay.multijvm.checker.Histories.standby;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import mainstay.multijvm.workload.FaultEvent.Availability;
import mainstay.multijvm.workload.History;
import org.junit.jupiter.api.Test;

class ActiveFollowsTheListTest {

  @Test
  void holdsWhenTheBackupServesSoonAfterThePrimaryFailedAndThePrimarySoonAfterItReturned() {
    assertThat(violations(of(
            says("bravo", "alpha", 1, 500, standby("bravo", 0)),
            fault("alpha", Availability.DOWN, 1_000),
            says("bravo", "alpha", 1, 1_050),
            says("bravo", "bravo", 2, 1_500),
            fault("alpha", Availability.UP, 2_000),
            says("bravo", "bravo", 2, 2_400, standby("alpha", 2)),
            says("bravo", "bravo", 2, 3_300, standby("alpha", 2)),
            says("bravo", "bravo", 2, 4_200, standby("alpha", 0)),
            says("bravo", "alpha", 3, 4_600, standby("bravo", 0)))))
        .isEmpty();
  }

  @Test
  void isViolatedWhenADeadServerIsStillActiveAfterTheSettlingTime() {
    assertThat(violations(of(
            fault("alpha", Availability.DOWN, 1_000),
            says("bravo", "alpha", 1, 1_100),
            says("bravo", "alpha", 1, 1_900),
            says("bravo", "alpha", 1, 2_200),
            says("bravo", "alpha", 1, 2_300))))
        .singleElement()
        .asString()
        .contains("alpha is said to be active and is DOWN");
  }

  @Test
  void aServerThatIsCutOffMayNotKnowWhoIsActiveButMustNotBeItself() {
    assertThat(violations(of(
            fault("alpha", Availability.CUT_OFF, 1_000),
            says("alpha", null, 1, 1_200),
            says("alpha", null, 1, 1_900),
            says("alpha", "bravo", 2, 2_600),
            says("alpha", "bravo", 2, 3_300))))
        .isEmpty();
    assertThat(violations(of(
            fault("alpha", Availability.CUT_OFF, 1_000),
            says("alpha", "alpha", 1, 1_200),
            says("alpha", "alpha", 1, 1_900),
            says("alpha", "alpha", 1, 2_600))))
        .singleElement()
        .asString()
        .contains("alpha says that it is active and is cut off");
    assertThat(violations(of(
            fault("alpha", Availability.CUT_OFF, 1_000),
            says("bravo", "alpha", 1, 1_200),
            says("bravo", "alpha", 1, 1_900),
            says("bravo", "alpha", 1, 2_600))))
        .as("seen by one that is not cut off")
        .singleElement()
        .asString()
        .contains("alpha is said to be active and is CUT_OFF");
  }

  @Test
  void isViolatedWhenABackupKeepsTheServiceFromASynchronisedPrimary() {
    assertThat(violations(of(
            says("bravo", "bravo", 2, 1_000, standby("alpha", 0)),
            says("bravo", "bravo", 2, 1_500, standby("alpha", 0)),
            says("bravo", "bravo", 2, 2_100, standby("alpha", 0)))))
        .singleElement()
        .asString()
        .contains("alpha comes before it");
  }

  @Test
  void whatWasWrongBeforeASilenceIsNotCountedThroughIt() {
    assertThat(violations(
            of(
                says("alpha", "bravo", 2, 1_000, standby("alpha", 0)),
                says("alpha", "bravo", 2, 2_900, standby("alpha", 0)),
                says("alpha", "bravo", 2, 3_700, standby("alpha", 0))),
            Duration.ofSeconds(2)))
        .isEmpty();
    assertThat(violations(
            of(
                says("alpha", "bravo", 2, 1_000, standby("alpha", 0)),
                says("alpha", "bravo", 2, 1_900, standby("alpha", 0)),
                says("alpha", "bravo", 2, 2_800, standby("alpha", 0)),
                says("alpha", "bravo", 2, 3_700, standby("alpha", 0))),
            Duration.ofSeconds(2)))
        .as("seen all the time")
        .hasSize(1);
  }

  @Test
  void aStickyServiceMayStayOnABackup() {
    assertThat(violations(of(
            says("sticky", "bravo", "bravo", 2, 1_000, standby("alpha", 0)),
            says("sticky", "bravo", "bravo", 2, 1_800, standby("alpha", 0)),
            says("sticky", "bravo", "bravo", 2, 2_600, standby("alpha", 0)))))
        .isEmpty();
  }

  @Test
  void isViolatedWhenNobodyServesAlthoughServersAreUp() {
    assertThat(violations(of(
            says("bravo", null, 2, 1_000),
            says("bravo", null, 2, 1_600),
            says("bravo", null, 2, 2_200))))
        .singleElement()
        .asString()
        .contains("nobody is active");
  }

  @Test
  void isViolatedByAServerThatIsUpAndSaysNothing() {
    assertThat(violations(of(says("bravo", "alpha", 1, 1_000), says("bravo", "alpha", 1, 9_000))))
        .singleElement()
        .asString()
        .contains("no answer");
    assertThat(violations(of(
            says("bravo", "alpha", 1, 1_000),
            says("charlie", "alpha", 1, 1_000),
            says("charlie", "alpha", 1, 1_900),
            says("charlie", "alpha", 1, 2_800))))
        .singleElement()
        .asString()
        .contains("seen by bravo: no answer");
  }

  private static List<String> violations(History history) {
    return violations(history, Duration.ofSeconds(1));
  }

  private static List<String> violations(History history, Duration settling) {
    return new ActiveFollowsTheList(settling).check(history).violations();
  }
}
