package mainstay.persistence.resync.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import mainstay.persistence.resync.core.Verdict.Copy;
import mainstay.persistence.resync.core.Verdict.Damaged;
import mainstay.persistence.resync.core.Verdict.RollForward;
import mainstay.persistence.resync.core.Verdict.Undecidable;
import org.junit.jupiter.api.Test;

class VerdictTest {
  private static final Key KEY = Key.of("point|p", 7L);

  private static Verdict of(Map<String, Copy> copies) {
    return Verdict.of(Table.EVENT_JOURNAL, KEY, copies);
  }

  @Test
  void theCopyThatFailsItsOwnCheckIsDamaged() {
    assertThat(of(Map.of("db1", Copy.of(1, Proof.WRONG), "db2", Copy.of(2, Proof.RIGHT))))
        .isEqualTo(
            new Damaged(List.of("db1"), "event_journal point|p/7 does not match its own check"));
  }

  @Test
  void theOnlyCopyIsDamagedIfItFailsItsCheck() {
    assertThat(of(Map.of("db1", Copy.of(1, Proof.WRONG)))).isInstanceOf(Damaged.class);
  }

  @Test
  void nobodyIsBlamedWhereEveryCopyFails() {
    assertThat(of(Map.of("db1", Copy.of(1, Proof.WRONG), "db2", Copy.of(1, Proof.WRONG))))
        .isInstanceOf(Undecidable.class);
  }

  @Test
  void ofSoundCopiesTheMajorityIsRight() {
    var one = Copy.of(1, Proof.NONE);
    var two = Copy.of(2, Proof.RIGHT);

    assertThat(of(Map.of("db1", one, "db2", two, "db3", one)))
        .isEqualTo(new Damaged(
            List.of("db2"),
            "event_journal point|p/7 differs from the other databases, which agree"));
    assertThat(of(Map.of("db1", one, "db2", two))).isInstanceOf(Undecidable.class);
  }

  @Test
  void copiesAgreeThatAreAlikeAndNotWrong() {
    var one = Copy.of(1, Proof.NONE);

    assertThat(Verdict.agree(Map.of("db1", one, "db2", Copy.of(1, Proof.RIGHT))))
        .isTrue();
    assertThat(Verdict.agree(Map.of("db1", one, "db2", Copy.of(2, Proof.RIGHT))))
        .isFalse();
    assertThat(Verdict.agree(Map.of("db1", one, "db2", Copy.absent(false)))).isFalse();
    assertThat(Verdict.agree(Map.of("db1", Copy.of(1, Proof.WRONG)))).isFalse();
  }

  @Test
  void anAbsentRowIsLostOrNotThereYet() {
    var there = Copy.of(1, Proof.RIGHT);

    assertThat(of(Map.of("db1", there, "db2", Copy.absent(true))))
        .isEqualTo(new Damaged(List.of("db2"), "event_journal point|p/7 is missing"));
    assertThat(of(Map.of("db1", there, "db2", Copy.absent(false))))
        .isEqualTo(
            new RollForward("db1", List.of("db2"), "event_journal point|p/7 was only in db1"));
  }
}
