package mainstay.persistence.resync;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import mainstay.persistence.resync.core.Digest;
import mainstay.persistence.resync.core.Heads;
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
  private final StorageSql storage = sql.storage().orElseThrow();

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

  @Test
  void streamsAreKnownByTheirEndsAndByWhatLiesInEachPlace(Postgres postgres) throws Exception {
    try (var pair = new Pair(List.of(postgres));
        var session = pair.connect(pair.db(1))) {
      Content.streams(pair, 3, 400, pair.db(1));
      pair.execute(
          pair.db(1),
          "update event_journal set persistence_id = 'it''s|s0' where"
              + " persistence_id = 'point|s0'");
      pair.execute(pair.db(1), "insert into sample values (-9223372036854775808, -5, 1, 0, 1)");
      for (var table : List.of(Table.EVENT_JOURNAL, Table.SAMPLE)) {
        var rows = sql.hashes(session, table, KeyRange.ALL);
        var last = new HashMap<Object, Long>();
        rows.forEach(row -> last.merge(stream(row), row.key().number(1), Math::max));
        assertThat(sql.heads(session, table)).isEqualTo(new Heads(last));

        var some = new HashMap<>(last);
        var whole = some.keySet().iterator().next();
        some.remove(whole); // counts as a whole
        some.replaceAll((stream, end) -> end / 2);
        var wanted = new HashMap<Object, Digest>();
        rows.stream()
            .filter(row -> row.key().number(1) <= some.getOrDefault(stream(row), Long.MAX_VALUE))
            .forEach(row -> wanted.merge(stream(row), Digest.of(List.of(row)), Digest::plus));
        var places = storage.places(session, table, 100);
        assertThat(places).hasSizeGreaterThan(3);
        var found = new HashMap<Object, Digest>();
        var quick = new HashMap<Object, Digest>();
        for (var place : places) {
          storage
              .digests(session, table, place, new Heads(some), OptionalLong.empty())
              .forEach((stream, digest) -> found.merge(stream, digest, Digest::plus));
          storage
              .digests(session, table, place, new Heads(some), OptionalLong.of(7))
              .forEach((stream, digest) -> quick.merge(stream, digest, Digest::plus));
        }
        assertThat(found).isEqualTo(wanted);
        assertThat(quick.get(whole))
            .isEqualTo(sql.quickDigest(session, table, Heads.whole(whole), 7));
      }
    }
  }

  @Test
  void ofManyRangesSoManyRowsAreCopiedAsAreAskedFor(Postgres postgres) throws Exception {
    try (var pair = new Pair(List.of(postgres, postgres));
        var here = pair.connect(pair.db(1));
        var there = pair.connect(pair.db(2))) {
      Content.streams(pair, 3, 100, pair.db(1));
      Content.streams(pair, 2, 40, pair.db(2));
      var source = new Side("db1", here, sql);
      var target = new Side("db2", there, new PostgresContent());
      for (var table : List.of(Table.EVENT_JOURNAL, Table.SAMPLE)) {
        long all = sql.count(here, table, KeyRange.ALL);
        long lacking = all - sql.count(there, table, KeyRange.ALL);

        long first = RowTransfer.ranges(source, target, table, behind(source, target, table), 70);
        assertThat(first).isEqualTo(70);
        long rest = RowTransfer.ranges(source, target, table, behind(source, target, table), 9_999);
        assertThat(first + rest).isEqualTo(lacking);

        assertThat(sql.hashes(there, table, KeyRange.ALL))
            .isEqualTo(sql.hashes(here, table, KeyRange.ALL));
      }
    }
  }

  private static List<KeyRange> behind(Side source, Side target, Table table) throws Exception {
    return source
        .sql()
        .heads(source.session(), table)
        .beyond(target.sql().heads(target.session(), table));
  }

  private static Object stream(RowHash row) {
    return row.key().parts().get(0);
  }
}
