package mainstay.persistence.resync;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import mainstay.persistence.resync.core.Digest;
import mainstay.persistence.resync.core.Key;
import mainstay.persistence.resync.core.KeyRange;
import mainstay.persistence.resync.core.RowHash;
import mainstay.persistence.resync.core.RowText;
import mainstay.persistence.resync.core.Table;
import mainstay.persistence.testing.Postgres;
import mainstay.persistence.testing.SharedPostgres;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedPostgres.class)
class PostgresContentIT {
  private final ContentSql sql = new PostgresContent();

  @Test
  void theDatabaseComputesTheHashesThatTheDocumentDefines(Postgres postgres) throws Exception {
    try (var pair = new Pair(List.of(postgres))) {
      Content.streams(pair, 2, 30, pair.db(1));
      Content.small(pair, pair.db(1));
      pair.execute(pair.db(1), """
          insert into event_journal values (default, 'ü|''–/x', 1, true, 'w', null, null, -5, 'm', '\\x00ff', null, null, null, null);
          insert into sample values (-1, 1, 'NaN', 1, null), (-1, 2, '-0', 1, -7), (-1, 3, '-Infinity', 2, 0),
            (-1, 4, 1e-320, 0, 2147483647), (-9223372036854775808, 5, null, 0, 1);
          """);
      try (var session = pair.connect(pair.db(1))) {
        for (var table : Table.COMPARED) {
          var rows = new ArrayList<RowHash>();
          sql.rows(
              session,
              table,
              KeyRange.ALL,
              row -> rows.add(new RowHash(
                  new Key(Arrays.asList(row).subList(0, table.keys())),
                  RowText.hash(table.columns(), row))));

          assertThat(rows).as(table.name()).isNotEmpty();
          assertThat(sql.hashes(session, table, KeyRange.ALL)).isEqualTo(rows);
          assertThat(sql.digest(session, table, KeyRange.ALL)).isEqualTo(Digest.of(rows));
          assertThat(sql.hashes(session, table, rows.stream().map(RowHash::key).toList()))
              .containsExactlyInAnyOrderElementsOf(rows);
        }
      }
    }
  }

  @Test
  void rangesCoverEveryRowOnce(Postgres postgres) throws Exception {
    try (var pair = new Pair(List.of(postgres))) {
      Content.streams(pair, 3, 35, pair.db(1));
      try (var session = pair.connect(pair.db(1))) {
        for (var table : List.of(Table.EVENT_JOURNAL, Table.EVENT_TAG, Table.SAMPLE)) {
          var found = Digest.EMPTY;
          for (var rest = Optional.of(KeyRange.ALL); rest.isPresent(); ) {
            var range = rest.get().upTo(sql.boundary(session, table, rest.get(), 10));
            var digest = sql.digest(session, table, range);
            assertThat(digest.rows()).isLessThanOrEqualTo(10);
            assertThat(sql.count(session, table, range)).isEqualTo(digest.rows());
            found = found.plus(digest);
            rest = range.rest();
          }

          assertThat(found).isEqualTo(sql.digest(session, table, KeyRange.ALL));
        }
      }
    }
  }
}
