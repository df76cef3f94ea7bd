package mainstay.persistence.resync;

import java.sql.SQLException;
import mainstay.persistence.databases.Database;
import mainstay.persistence.resync.PairWriter.Stream;
import mainstay.protocol.model.DatabaseAddress;

/** Rows for tests, by statements of their own. */
final class Content {
  private Content() {}

  /** As many events of each of so many streams, with chains, their tags, snapshots and samples. */
  static void streams(Pair pair, int streams, int events, Database... databases)
      throws SQLException {
    for (var database : databases) {
      try (var session = pair.connect(database)) {
        session.setAutoCommit(false);
        for (int s = 0; s < streams; s++) {
          var stream = new Stream("point|s" + s, 1_700_000_000_000L);
          for (int e = 0; e < events; e++) {
            stream.next().into(session, -1);
          }
        }
        session.commit();
      }
    }
  }

  /** Many events and samples at once; the events have no chain. */
  static void bulk(Pair pair, Database database, int events, int samples) throws SQLException {
    pair.execute(
        database,
        "insert into event_journal (persistence_id, sequence_number, writer, write_timestamp, adapter_manifest,"
            + " event_ser_id, event_ser_manifest, event_payload, meta_ser_id, meta_ser_manifest, meta_payload)"
            + " select 'bulk|' || n % 100, n / 100, 'w', n, '', 1, 'm', decode(md5(n::text), 'hex'), 2, '', 'f'"
            + " from generate_series(1, " + events + ") n");
    pair.execute(
        database,
        "insert into sample (series_id, ts_ms, val, quality, check_sum)"
            + " select n % 100 - 50, n / 100, n / 3.0, n % 3, n from generate_series(1, " + samples
            + ") n");
  }

  /** A row in each of the smaller tables. */
  static void small(Pair pair, Database database) throws SQLException {
    // Only PostgreSQL reads a zone in a literal; elsewhere all times are UTC anyway.
    var zone = database.address().vendor().equals(DatabaseAddress.POSTGRESQL) ? "Z" : "";
    pair.execute(database, """
        insert into service_term values ('configuration', 3, 'alpha', 'a1'), ('dge/main', 7, 'bravo', 'b1');
        insert into service_term_history values
          ('configuration', 2, 'bravo', 'b1', 'why', '2026-11-22T10:00:00.123456%1$s'),
          ('configuration', 3, 'alpha', 'a1', 'because', '2026-11-22T10:00:01%1$s');
        insert into written_off values ('charlie', 'c1');
        insert into lease values ('lease', 'alpha', 4, now());
        insert into active_set_history values (1, 'db1 active', 'first', 'alpha', '2026-11-22T10:00:00%1$s');
        """.formatted(zone));
  }
}
