package mainstay.persistence.resync.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import mainstay.persistence.resync.core.Difference.Kind;
import org.junit.jupiter.api.Test;

class DifferenceTest {
  private static final Key A = Key.of("a", 1L);
  private static final Key B = Key.of("a", 2L);
  private static final Key C = Key.of("b", 1L);

  @Test
  void rowsAreMissingExtraOrDifferent() {
    var right = List.of(new RowHash(A, 1), new RowHash(B, 2));
    var other = List.of(new RowHash(B, 3), new RowHash(C, 4));

    assertThat(Difference.between(right, other))
        .containsExactly(
            new Difference(A, Kind.MISSING),
            new Difference(B, Kind.DIFFERENT),
            new Difference(C, Kind.EXTRA));
  }

  @Test
  void equalRowsDoNotDiffer() {
    var rows = List.of(new RowHash(A, 1), new RowHash(B, 2));

    assertThat(Difference.between(rows, rows)).isEmpty();
  }

  @Test
  void aRowThatOnlyGrowsIsNotExtraWhileServicesWrite() {
    assertThat(new Difference(A, Kind.EXTRA).counts(Table.EVENT_JOURNAL)).isTrue();
    assertThat(new Difference(A, Kind.EXTRA).counts(Table.SERVICE_TERM_HISTORY)).isFalse();
    assertThat(new Difference(A, Kind.DIFFERENT).counts(Table.SERVICE_TERM)).isTrue();
  }
}
