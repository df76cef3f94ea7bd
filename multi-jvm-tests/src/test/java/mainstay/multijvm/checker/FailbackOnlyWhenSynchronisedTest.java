package mainstay.multijvm.checker;

import static mainstay.multijvm.checker.Histories.fault;
import static mainstay.multijvm.checker.Histories.of;
import static mainstay.multijvm.checker.Histories.says;
import static mainstay.multijvm.checker.Histories.standby;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import mainstay.multijvm.workload.FaultEvent.Availability;
import mainstay.multijvm.workload.History;
import org.junit.jupiter.api.Test;

class FailbackOnlyWhenSynchronisedTest {

  @Test
  void holdsWhenTheLastWordBeforeTheMoveIsSynchronised() {
    var verdict = check(of(
        fault("alpha", Availability.UP, 500),
        says("bravo", "bravo", 2, 1_000, standby("alpha", 2)),
        says("bravo", "bravo", 2, 1_050, standby("alpha", 0)),
        says("charlie", "alpha", 3, 1_100)));

    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.examined()).isEqualTo("1 planned moves observed, 0 not observed");
  }

  @Test
  void isViolatedWhenTheServerWasNotSynchronisedJustBefore() {
    var verdict = check(of(
        says("bravo", "bravo", 2, 1_050, standby("alpha", 2)), says("charlie", "alpha", 3, 1_100)));

    assertThat(verdict.violations()).singleElement().asString().contains("synchronisation mode 2");
  }

  @Test
  void aFailbackIsViolatedWhateverWasTrueBeforeTheLastWord() {
    var verdict = check(of(
        says("bravo", "bravo", 2, 1_020, standby("alpha", 0)),
        says("bravo", "bravo", 2, 1_050, standby("alpha", 1)),
        says("charlie", "alpha", 3, 1_100)));

    assertThat(verdict.violations()).hasSize(1);
  }

  @Test
  void aBackupThatTakesOverHasDecidedSoBefore() {
    var verdict = check(of(
        says("charlie", "alpha", 2, 1_020, standby("bravo", 0)),
        says("charlie", "alpha", 2, 1_050, standby("bravo", 1)),
        says("charlie", "bravo", 3, 1_100)));

    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.examined()).isEqualTo("1 planned moves observed, 0 not observed");
  }

  @Test
  void aBackupThatWasSynchronisedLongAgoIsNotGood() {
    var verdict = check(of(
        says("charlie", "alpha", 2, 900, standby("bravo", 0)),
        says("charlie", "alpha", 2, 1_050, standby("bravo", 1)),
        says("charlie", "bravo", 3, 1_100)));

    assertThat(verdict.violations()).singleElement().asString().contains("synchronisation mode 1");
  }

  @Test
  void anOldLastWordIsNoEvidence() {
    var verdict = check(of(
        says("bravo", "bravo", 2, 1_000, standby("alpha", 2)), says("charlie", "alpha", 3, 2_000)));

    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.examined()).isEqualTo("0 planned moves observed, 1 not observed");
  }

  @Test
  void aTakeoverFromADeadServerIsNoFailback() {
    var verdict = check(of(
        says("bravo", "alpha", 2, 1_000, standby("bravo", 3)),
        fault("alpha", Availability.DOWN, 1_010),
        says("bravo", "bravo", 3, 1_050)));

    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.examined()).isEqualTo("0 planned moves observed, 0 not observed");
  }

  private static Verdict check(History history) {
    return new FailbackOnlyWhenSynchronised(Duration.ofMillis(100)).check(history);
  }
}
