package mainstay.multijvm.checker;

import static mainstay.multijvm.checker.Histories.of;
import static mainstay.multijvm.checker.Histories.row;
import static mainstay.multijvm.checker.Histories.taken;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mainstay.multijvm.workload.JournalRow;
import mainstay.multijvm.workload.TermTaken;
import org.junit.jupiter.api.Test;

class NoStaleTermInJournalTest {

  @Test
  void holdsWhenTermsOnlyGrowWithTheSequence() {
    var verdict = new NoStaleTermInJournal()
        .check(of(row(1, 1, "alpha"), row(3, 2, "bravo"), row(2, 1, "alpha")));

    assertThat(verdict.held()).isTrue();
    assertThat(verdict.examined()).contains("configuration term 1 of alpha=2");
  }

  @Test
  void isViolatedByARowOfAnOlderTermBehindANewerOne() {
    var verdict = new NoStaleTermInJournal()
        .check(of(row(1, 1, "alpha"), row(2, 2, "bravo"), row(3, 1, "alpha")));

    assertThat(verdict.violations()).singleElement().asString().contains("stale term");
  }

  /** A stream that its new writer has left alone takes the next event of the old one. */
  @Test
  void isViolatedByARowThatWasStoredAfterANewerTermHadBeenTaken() {
    var verdict = new NoStaleTermInJournal()
        .check(of(
            taken("db1", 1, "alpha", 10),
            row("db1", 1, 1, "alpha", 20),
            taken("db1", 2, "bravo", 30),
            row("db1", 2, 1, "alpha", 40)));

    assertThat(verdict.violations())
        .singleElement()
        .asString()
        .contains("written in a stale term", "sequence=2", "although term 2 had been taken");
  }

  @Test
  void aRowThatWasCopiedLaterWasWrittenWhereItStoodFirst() {
    var verdict = new NoStaleTermInJournal()
        .check(of(
            taken("db1", 2, "bravo", 30),
            row("db1", 1, 1, "alpha", 20),
            taken("db2", 2, "bravo", 300),
            row("db2", 1, 1, "alpha", 400)));

    assertThat(verdict.violations()).isEmpty();
  }

  @Test
  void isViolatedByARowThatIsTooLateWhereverItStands() {
    var verdict = new NoStaleTermInJournal()
        .check(of(
            taken("db1", 2, "bravo", 30),
            row("db1", 1, 1, "alpha", 40),
            taken("db2", 3, "bravo", 300),
            row("db2", 1, 1, "alpha", 400)));

    assertThat(verdict.violations()).hasSize(1);
  }

  @Test
  void theTermOfAnotherServiceMakesNoRowStale() {
    var other = new TermTaken("db1", "dge/main", 9, "bravo", "1a2b", "because", "", 30);

    assertThat(new NoStaleTermInJournal()
            .check(of(other, row("db1", 1, 1, "alpha", 40)))
            .held())
        .isTrue();
  }

  @Test
  void readsTheWriterOfAnEvent() {
    assertThat(JournalRow.parse("db1", "point|x", 4, "dge/main#7@alpha/1a2b", 900))
        .isEqualTo(new JournalRow("db1", "point|x", 4, "dge/main", 7, "alpha", "1a2b", 900));
    assertThatThrownBy(() -> JournalRow.parse("db1", "point|x", 4, "nonsense", 900))
        .hasMessageContaining("event 4 of point|x in db1")
        .hasMessageContaining("nonsense");
  }
}
