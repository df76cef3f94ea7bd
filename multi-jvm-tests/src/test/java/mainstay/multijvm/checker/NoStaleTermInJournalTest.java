package mainstay.multijvm.checker;

import static mainstay.multijvm.checker.Histories.of;
import static mainstay.multijvm.checker.Histories.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mainstay.multijvm.workload.JournalRow;
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

  @Test
  void readsTheWriterOfAnEvent() {
    assertThat(JournalRow.parse("db1", "point|x", 4, "dge/main#7@alpha/1a2b"))
        .isEqualTo(new JournalRow("db1", "point|x", 4, "dge/main", 7, "alpha", "1a2b"));
    assertThatThrownBy(() -> JournalRow.parse("db1", "point|x", 4, "nonsense"))
        .hasMessageContaining("event 4 of point|x in db1")
        .hasMessageContaining("nonsense");
  }
}
