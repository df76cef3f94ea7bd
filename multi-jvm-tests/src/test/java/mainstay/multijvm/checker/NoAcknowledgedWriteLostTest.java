package mainstay.multijvm.checker;

import static mainstay.multijvm.checker.Histories.finalRead;
import static mainstay.multijvm.checker.Histories.maybeWrote;
import static mainstay.multijvm.checker.Histories.of;
import static mainstay.multijvm.checker.Histories.refusedWrite;
import static mainstay.multijvm.checker.Histories.wrote;
import static org.assertj.core.api.Assertions.assertThat;

import mainstay.multijvm.workload.History;
import mainstay.multijvm.workload.Operation;
import org.junit.jupiter.api.Test;

class NoAcknowledgedWriteLostTest {
  private static final long NONE = Operation.UNKNOWN;

  @Test
  void holdsWhenTheFinalReadFindsTheNewestAcknowledgedWrite() {
    assertHeld(of(wrote("1", 1, 0, 5), wrote("2", 2, 6, 9), finalRead("2", 2, 20, 21)));
  }

  @Test
  void holdsWhenAWriteOfUnknownOutcomeCameLater() {
    assertHeld(of(wrote("1", 1, 0, 5), maybeWrote("2", 6, 9), finalRead("2", 2, 20, 21)));
  }

  @Test
  void isViolatedWhenTheFinalReadFindsAnOlderWrite() {
    assertViolated(of(wrote("1", 1, 0, 5), wrote("2", 2, 6, 9), finalRead("1", 1, 20, 21)), "lost");
  }

  @Test
  void isViolatedWhenTheRevisionOfAnAcknowledgedWriteHoldsAnotherValue() {
    assertViolated(
        of(wrote("1", 1, 0, 5), maybeWrote("2", 6, 9), finalRead("2", 1, 20, 21)), "replaced");
  }

  @Test
  void isViolatedWhenTwoAcknowledgedWritesShareARevision() {
    assertViolated(
        of(
            wrote("1", 1, 0, 5),
            wrote("2", 1, 6, 9),
            wrote("3", 2, 10, 11),
            finalRead("3", 2, 20, 21)),
        "share a revision");
  }

  @Test
  void isViolatedWhenTheFinalValueWasRefused() {
    assertViolated(
        of(wrote("1", 1, 0, 5), refusedWrite("2", 6, 9), finalRead("2", 2, 20, 21)),
        "nobody wrote");
  }

  @Test
  void isViolatedWhenAWrittenKeyWasNotReadFinally() {
    assertViolated(of(wrote("1", 1, 0, 5)), "no final read");
  }

  @Test
  void withoutRevisionsLooksAtTheOrderOfTime() {
    assertHeld(of(wrote("1", NONE, 0, 5), wrote("2", NONE, 4, 9), finalRead("1", NONE, 20, 21)));
    assertViolated(
        of(wrote("1", NONE, 0, 5), wrote("2", NONE, 6, 9), finalRead("1", NONE, 20, 21)), "lost");
    assertViolated(of(wrote("1", NONE, 0, 5), finalRead("7", NONE, 20, 21)), "nobody wrote");
  }

  private static void assertHeld(History history) {
    assertThat(new NoAcknowledgedWriteLost().check(history).violations()).isEmpty();
  }

  private static void assertViolated(History history, String word) {
    assertThat(new NoAcknowledgedWriteLost().check(history).violations())
        .singleElement()
        .asString()
        .contains(word);
  }
}
