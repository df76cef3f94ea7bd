package mainstay.persistence.resync;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import mainstay.persistence.resync.core.Digest;
import mainstay.persistence.resync.core.Key;
import mainstay.persistence.resync.core.KeyRange;
import mainstay.persistence.resync.core.RowHash;
import mainstay.persistence.resync.core.RowText;
import mainstay.persistence.resync.core.Table;
import mainstay.persistence.testing.OnMariaDb;
import mainstay.persistence.testing.Postgres;
import mainstay.persistence.testing.SharedDatabase;
import mainstay.persistence.testing.SharedPostgres;
import mainstay.persistence.testing.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@OnMariaDb
@ExtendWith({SharedDatabase.class, SharedPostgres.class})
class MariaDbContentIT {
  private static final ContentSql POSTGRES = new PostgresContent();
  private static final ContentSql MARIA_DB = new MariaDbContent();

  /** What the one vendor stores is what the other has, row by row and by digests, and goes back as it was. */
  @Test
  void bothVendorsHoldAndHashTheSame(Postgres postgres, TestDatabase mariaDb) throws Exception {
    try (var pair = new Pair(List.of(postgres, mariaDb, postgres));
        var first = pair.connect(pair.db(1));
        var second = pair.connect(pair.db(2));
        var third = pair.connect(pair.db(3))) {
      Content.streams(pair, 2, 30, pair.db(1));
      Content.small(pair, pair.db(1));
      pair.execute(pair.db(1), """
          insert into event_journal values (default, 'ü|''–/\\x "😀', 1, true, 'w', null, null, -5, 'm', '\\x00ff275c', null, null, null, null);
          insert into event_journal values (default, 'long', 1, false, 'w', 9223372036854775807, '', 1, 'm ',
            convert_to(repeat('long', 300000), 'UTF8'), 2, '', '', '');
          insert into event_journal select nextval('event_journal_ordering_seq'), 'limit', n, false, '', -1, '', 1, '',
            convert_to(repeat('x', n), 'UTF8'), null, null, null, null from generate_series(1023, 1025) n;
          insert into service_term_history values ('a', 1, 'b', 'c', '', '1969-12-31T23:59:59.999999Z'),
            ('A', 1, 'b', 'c', '~', '2199-12-31T23:59:59.000001Z')
          """);
      doubles(first);
      for (var table : Table.COMPARED) {
        var rows = rows(POSTGRES, first, table);
        MARIA_DB.put(second, table, rows);
        assertThat(hashes(table, rows(MARIA_DB, second, table))).isEqualTo(hashes(table, rows));
        assertThat(MARIA_DB.hashes(second, table, KeyRange.ALL))
            .as(table.name())
            .isNotEmpty()
            .isEqualTo(POSTGRES.hashes(first, table, KeyRange.ALL))
            .isEqualTo(hashes(table, rows));
        assertThat(MARIA_DB.digest(second, table, KeyRange.ALL))
            .isEqualTo(POSTGRES.digest(first, table, KeyRange.ALL))
            .isEqualTo(Digest.of(hashes(table, rows)));
        var keys = hashes(table, rows).stream().map(RowHash::key).toList();
        assertThat(MARIA_DB.hashes(second, table, keys))
            .containsExactlyInAnyOrderElementsOf(hashes(table, rows));
        POSTGRES.put(third, table, rows(MARIA_DB, second, table));
        MARIA_DB.put(second, table, rows); // again: nothing changes
      }

      assertThat(pair.differing()).isEmpty();
    }
  }

  /** Numbers of all sizes, by their bits. Neither infinite nor none: this vendor has no such. */
  private static void doubles(Connection session) throws Exception {
    var random = new SplittableRandom(1);
    try (var insert = session.prepareStatement("insert into sample values (7, ?, ?, 0, null)")) {
      for (int i = 0; i < 3_000; i++) {
        double value = i == 0
            ? -0.0
            : i < 100
                ? Double.MIN_VALUE * i
                : i < 1_000
                    ? Math.scalb(1.0, i - 600) * (1 - i % 2 * 0x1p-53)
                    : Double.longBitsToDouble(random.nextLong());
        insert.setLong(1, i);
        insert.setDouble(2, Double.isFinite(value) ? value : Double.MAX_VALUE);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private static List<Object[]> rows(ContentSql sql, Connection session, Table table)
      throws Exception {
    var rows = new ArrayList<Object[]>();
    sql.rows(session, table, KeyRange.ALL, rows::add);
    return rows;
  }

  private static List<RowHash> hashes(Table table, List<Object[]> rows) {
    return rows.stream()
        .map(row -> new RowHash(
            new Key(Arrays.asList(row).subList(0, table.keys())),
            RowText.hash(table.columns(), row)))
        .toList();
  }

  @Test
  void rangesHoldTheSameKeysForBothVendors(Postgres postgres, TestDatabase mariaDb)
      throws Exception {
    try (var pair = new Pair(List.of(postgres, mariaDb));
        var first = pair.connect(pair.db(1));
        var second = pair.connect(pair.db(2))) {
      Content.streams(pair, 3, 35, pair.db(1), pair.db(2));
      for (var table : List.of(Table.EVENT_JOURNAL, Table.SAMPLE)) {
        assertThat(MARIA_DB.heads(second, table)).isEqualTo(POSTGRES.heads(first, table));
      }
      for (var table : List.of(Table.EVENT_JOURNAL, Table.EVENT_TAG, Table.SAMPLE)) {
        for (var rest = Optional.of(KeyRange.ALL); rest.isPresent(); ) {
          var boundary = MARIA_DB.boundary(second, table, rest.get(), 10);
          assertThat(boundary).isEqualTo(POSTGRES.boundary(first, table, rest.get(), 10));
          var range = rest.get().upTo(boundary);
          var digest = MARIA_DB.digest(second, table, range);
          assertThat(digest).isEqualTo(POSTGRES.digest(first, table, range));
          assertThat(MARIA_DB.count(second, table, range)).isEqualTo(digest.rows());
          assertThat(MARIA_DB.isEmpty(second, table, range)).isEqualTo(digest.rows() == 0);
          rest = range.rest();
        }
      }
    }
  }

  @Test
  void whatIsRemovedIsRemovedAlone(Postgres postgres, TestDatabase mariaDb) throws Exception {
    try (var pair = new Pair(List.of(postgres, mariaDb));
        var first = pair.connect(pair.db(1));
        var second = pair.connect(pair.db(2))) {
      Content.streams(pair, 3, 35, pair.db(1), pair.db(2));
      for (var table : List.of(Table.EVENT_TAG, Table.SAMPLE, Table.EVENT_JOURNAL)) {
        var range = KeyRange.ALL.upTo(MARIA_DB.boundary(second, table, KeyRange.ALL, 4));
        var keys = MARIA_DB.hashes(second, table, KeyRange.ALL).stream()
            .map(RowHash::key)
            .skip(6)
            .limit(2)
            .toList();
        for (var sql : List.of(POSTGRES, MARIA_DB)) {
          var session = sql == POSTGRES ? first : second;
          long before = sql.count(session, table, KeyRange.ALL);
          sql.delete(session, table, range);
          sql.delete(session, table, keys);

          assertThat(sql.count(session, table, KeyRange.ALL)).isEqualTo(before - 6);
        }
      }

      assertThat(pair.differing()).isEmpty();
    }
  }

  @Test
  void aTermNeverSinks(TestDatabase mariaDb) throws Exception {
    try (var pair = new Pair(List.of(mariaDb));
        var session = pair.connect(pair.db(1))) {
      var high = new Object[] {"s", 5L, "alpha", "a1"};
      var low = new Object[] {"s", 4L, "bravo", "b1"};
      MARIA_DB.put(session, Table.SERVICE_TERM, List.<Object[]>of(high));
      MARIA_DB.put(session, Table.SERVICE_TERM, List.<Object[]>of(low));
      assertThat(rows(MARIA_DB, session, Table.SERVICE_TERM)).containsExactly(high);

      var higher = new Object[] {"s", 6L, "charlie", "c1"};
      MARIA_DB.put(session, Table.SERVICE_TERM, List.<Object[]>of(higher));
      assertThat(rows(MARIA_DB, session, Table.SERVICE_TERM)).containsExactly(higher);
    }
  }
}
