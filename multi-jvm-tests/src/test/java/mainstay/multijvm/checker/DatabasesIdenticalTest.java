package mainstay.multijvm.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import mainstay.multijvm.workload.DatabaseContent;
import org.junit.jupiter.api.Test;

class DatabasesIdenticalTest {
  private static final List<String> FIRST = List.of("p", "1", "one");
  private static final List<String> SECOND = List.of("p", "2", "two");
  private static final List<String> OTHER = List.of("q", "1", "three");

  @Test
  void holdsWhenEveryRowIsEverywhere() throws Exception {
    var verdict = check(
        Map.of("journal", List.of(FIRST, SECOND), "empty", List.of()),
        Map.of("journal", List.of(FIRST, SECOND), "empty", List.of()));

    assertThat(verdict.held()).isTrue();
    assertThat(verdict.examined()).contains("empty 0 rows", "journal 2 rows").doesNotContain("/");
  }

  @Test
  void aChangedValueIsNamedWithItsRowAndColumn() throws Exception {
    var verdict = check(
        Map.of("journal", List.of(FIRST, SECOND, OTHER)),
        Map.of("journal", List.of(FIRST, List.of("p", "2", "twenty"), OTHER)));

    assertThat(verdict.violations())
        .containsExactly("journal, row 2: [p, 2] has payload = two in db1, twenty in db2");
    assertThat(verdict.examined()).contains("journal 3 rows").contains(" / 3 rows");
  }

  @Test
  void aMissingRowIsNamedAtTheEndAndInBetween() throws Exception {
    var atTheEnd =
        check(Map.of("journal", List.of(FIRST, SECOND)), Map.of("journal", List.of(FIRST)));
    var inBetween = check(
        Map.of("journal", List.of(FIRST, OTHER)), Map.of("journal", List.of(FIRST, SECOND, OTHER)));

    assertThat(atTheEnd.violations())
        .containsExactly("journal, row 2: [p, 2] in db1, no more row in db2");
    assertThat(inBetween.violations())
        .containsExactly("journal, row 2: [q, 1] in db1, [p, 2] in db2");
    assertThat(inBetween.examined()).contains("2 rows", "3 rows");
  }

  @Test
  void aMissingTableIsNamed() throws Exception {
    var verdict = check(Map.of("journal", List.of(FIRST)), Map.of());

    assertThat(verdict.violations()).containsExactly("db2 has no table journal");
  }

  @Test
  void otherColumnsAreADifference() throws Exception {
    var old = new Fake("db2", List.of("id", "number"), Map.of("journal", List.of()));

    var verdict = new DatabasesIdentical().check(List.of(db1(Map.of("journal", List.of())), old));

    assertThat(verdict.violations())
        .singleElement()
        .asString()
        .startsWith("journal has the columns [id, number, payload] in db1, [id, number] in db2");
  }

  @Test
  void valuesThatOnlyJoinToTheSameTextDiffer() throws Exception {
    var verdict = check(
        Map.of("journal", List.of(List.of("p", "1", "2"))),
        Map.of("journal", List.of(List.of("p", "12", ""))));

    assertThat(verdict.held()).isFalse();
  }

  @Test
  void theThirdDatabaseIsComparedToo() throws Exception {
    Map<String, List<List<String>>> same = Map.of("journal", List.of(FIRST));

    var verdict = new DatabasesIdentical()
        .check(List.of(
            db1(same),
            new Fake("db2", Fake.COLUMNS, same),
            new Fake("db3", Fake.COLUMNS, Map.of("journal", List.of(SECOND)))));

    assertThat(verdict.violations())
        .containsExactly("journal, row 1: [p, 1] in db1, [p, 2] in db3");
  }

  @Test
  void oneDatabaseProvesNothing() {
    assertThatThrownBy(() -> new DatabasesIdentical().check(List.of(db1(Map.of()))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nothing to compare with");
  }

  @Test
  void aDatabaseThatCannotBeReadIsNoVerdict() {
    var broken = new Fake("db2", Fake.COLUMNS, Map.of("journal", List.of())) {
      @Override
      public Rows rows(String table) throws SQLException {
        throw new SQLException("invalid page in block 7");
      }
    };

    assertThatThrownBy(() ->
            new DatabasesIdentical().check(List.of(db1(Map.of("journal", List.of())), broken)))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("invalid page");
  }

  private static Verdict check(
      Map<String, List<List<String>>> db1, Map<String, List<List<String>>> db2)
      throws SQLException {
    return new DatabasesIdentical().check(List.of(db1(db1), new Fake("db2", Fake.COLUMNS, db2)));
  }

  private static Fake db1(Map<String, List<List<String>>> tables) {
    return new Fake("db1", Fake.COLUMNS, tables);
  }

  private static class Fake implements DatabaseContent {
    static final List<String> COLUMNS = List.of("id", "number", "payload");

    private final String database;
    private final List<String> columns;
    private final Map<String, List<List<String>>> tables;

    Fake(String database, List<String> columns, Map<String, List<List<String>>> tables) {
      this.database = database;
      this.columns = columns;
      this.tables = new TreeMap<>(tables);
    }

    @Override
    public String database() {
      return database;
    }

    @Override
    public List<String> tables() {
      return List.copyOf(tables.keySet());
    }

    @Override
    public Rows rows(String table) throws SQLException {
      Iterator<List<String>> rows = tables.get(table).iterator();
      return new Rows() {
        @Override
        public List<String> columns() {
          return columns;
        }

        @Override
        public int keyColumns() {
          return 2;
        }

        @Override
        public Optional<List<String>> next() {
          return rows.hasNext() ? Optional.of(rows.next()) : Optional.empty();
        }

        @Override
        public void close() {}
      };
    }
  }
}
