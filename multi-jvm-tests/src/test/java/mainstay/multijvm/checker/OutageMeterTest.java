package mainstay.multijvm.checker;

import static mainstay.multijvm.checker.Histories.inTerm;
import static mainstay.multijvm.checker.Histories.maybeWrote;
import static mainstay.multijvm.checker.Histories.of;
import static mainstay.multijvm.checker.Histories.read;
import static mainstay.multijvm.checker.Histories.wrote;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import mainstay.multijvm.checker.OutageMeter.Outage;
import org.junit.jupiter.api.Test;

class OutageMeterTest {
  private static final Duration WINDOW = Duration.ofNanos(1_000);

  @Test
  void isTheLongestTimeBetweenAcknowledgementsAroundTheMoment() {
    var history = of(
        wrote("0", 1, 0, 10), // A longer gap before the moment does not count.
        wrote("1", 2, 0, 990),
        wrote("2", 3, 1, 1_300),
        wrote("3", 4, 2, 1_350));

    assertThat(OutageMeter.around(history, 1_000, WINDOW)).contains(new Outage(990, 1_300));
  }

  @Test
  void readsAndUnknownOutcomesAreNoAcknowledgements() {
    var history = of(
        wrote("1", 1, 0, 990),
        read("1", 1, 0, 1_100),
        maybeWrote("2", 0, 1_200),
        wrote("3", 2, 0, 1_500));

    assertThat(OutageMeter.around(history, 1_000, WINDOW)).contains(new Outage(990, 1_500));
  }

  @Test
  void isEmptyWhenServiceDidNotComeBackInTheWindow() {
    var history = of(wrote("1", 1, 0, 990), wrote("2", 2, 0, 9_000));

    assertThat(OutageMeter.around(history, 1_000, WINDOW)).isEmpty();
  }

  @Test
  void thePauseOfAMoveIsBetweenTwoTermsHoweverLongOtherPausesAre() {
    var history = of(
        inTerm(1, wrote("0", 1, 0, 10)),
        inTerm(2, wrote("1", 2, 0, 900)), // An earlier move.
        inTerm(2, wrote("2", 3, 0, 1_900)),
        inTerm(3, wrote("3", 4, 0, 2_000)),
        inTerm(4, wrote("4", 5, 0, 2_050)));

    assertThat(OutageMeter.ofMoves(history, 1_000)).contains(new Outage(1_900, 2_000));
    assertThat(OutageMeter.ofMoves(history, 2_050)).isEmpty();
  }
}
