package mainstay.persistence.resync;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads every row of every table in the order of its key: nothing of the product is used. */
final class ContentHash {
  private static final Map<String, String> QUERIES = queries();

  private ContentHash() {}

  private static Map<String, String> queries() {
    var queries = new LinkedHashMap<String, String>();
    queries.put(
        "event_journal",
        "select persistence_id, sequence_number, deleted, writer, write_timestamp, adapter_manifest,"
            + " event_ser_id, event_ser_manifest, event_payload, meta_ser_id, meta_ser_manifest,"
            + " meta_payload, chain from event_journal order by 1, 2");
    queries.put(
        "event_tag",
        "select j.persistence_id, j.sequence_number, t.tag from event_journal j"
            + " join event_tag t on t.event_id = j.ordering order by 1, 2, 3");
    queries.put("snapshot", "select * from snapshot order by persistence_id, sequence_number");
    queries.put("service_term", "select * from service_term order by service");
    queries.put(
        "service_term_history", "select * from service_term_history order by service, term");
    queries.put("written_off", "select * from written_off order by server, incarnation");
    queries.put("sample_series", "select * from sample_series order by id");
    queries.put("sample", "select * from sample order by series_id, ts_ms");
    queries.put("active_set_history", "select * from active_set_history order by epoch");
    return queries;
  }

  /** By table: number of rows and hash. */
  static Map<String, String> of(Connection session) throws SQLException {
    session.setAutoCommit(false);
    var hashes = new LinkedHashMap<String, String>();
    for (var query : QUERIES.entrySet()) {
      hashes.put(query.getKey(), hash(session, query.getValue()));
    }
    session.rollback();
    return hashes;
  }

  private static String hash(Connection session, String sql) throws SQLException {
    try (var query = session.prepareStatement(sql)) {
      query.setFetchSize(5_000);
      var hash = MessageDigest.getInstance("SHA-256");
      long rows = 0;
      try (var row = query.executeQuery()) {
        int columns = row.getMetaData().getColumnCount();
        while (row.next()) {
          rows++;
          for (int i = 1; i <= columns; i++) {
            hash.update(bytes(row, i));
            hash.update((byte) '\n');
          }
        }
      }
      return rows + " rows " + HexFormat.of().formatHex(hash.digest()).substring(0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** The value, however its vendor would write it; zero without a sign, which not every vendor keeps. */
  private static byte[] bytes(ResultSet row, int column) throws SQLException {
    if (row.getObject(column) == null) {
      return new byte[] {0};
    }
    return switch (row.getMetaData().getColumnType(column)) {
      case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB -> row.getBytes(column);
      case Types.BIT, Types.BOOLEAN -> new byte[] {(byte) (row.getBoolean(column) ? 2 : 1)};
      case Types.DOUBLE ->
        Long.toHexString(Double.doubleToRawLongBits(row.getDouble(column) + 0.0))
            .getBytes(StandardCharsets.UTF_8);
      case Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE ->
        row.getTimestamp(column).toInstant().toString().getBytes(StandardCharsets.UTF_8);
      default -> row.getString(column).getBytes(StandardCharsets.UTF_8);
    };
  }
}
