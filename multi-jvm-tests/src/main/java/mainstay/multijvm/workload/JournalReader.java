package mainstay.multijvm.workload;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import mainstay.multijvm.cluster.DatabaseAccess;

/** Looks into one database of the cluster, in read-only transactions. A connection per question; PostgreSQL. */
public final class JournalReader {
  private static final String SECONDS = "20";

  private final DatabaseAccess access;

  public JournalReader(DatabaseAccess access) {
    this.access = access;
  }

  /**
   * Every stored event with its writer, by persistence id and sequence number. Events without a writer are left out, and those
   * that are marked as deleted: the mark is of another transaction.
   */
  public List<JournalRow> rows() throws SQLException {
    var sql = "select persistence_id, sequence_number, meta_payload, xmin::text::bigint"
        + " from event_journal where meta_payload is not null and not deleted"
        + " order by persistence_id, sequence_number";
    try (var connection = connect();
        var statement = connection.prepareStatement(sql);
        var result = statement.executeQuery()) {
      var rows = new ArrayList<JournalRow>();
      while (result.next()) {
        var writer = new String(result.getBytes(3), StandardCharsets.UTF_8);
        rows.add(JournalRow.parse(
            access.name(), result.getString(1), result.getLong(2), writer, result.getLong(4)));
      }
      return rows;
    }
  }

  /** All terms that were ever taken, by service and term. */
  public List<TermTaken> terms() throws SQLException {
    var sql =
        "select service, term, server, incarnation, why, taken_at, xmin::text::bigint from service_term_history order by service, term";
    try (var connection = connect();
        var statement = connection.prepareStatement(sql);
        var result = statement.executeQuery()) {
      var rows = new ArrayList<TermTaken>();
      while (result.next()) {
        rows.add(new TermTaken(
            access.name(),
            result.getString(1),
            result.getLong(2),
            result.getString(3),
            result.getString(4),
            result.getString(5),
            result.getString(6),
            result.getLong(7)));
      }
      return rows;
    }
  }

  /** Who may down the others without a majority right now; empty if nobody. */
  public Optional<String> survivorLeaseOwner() throws SQLException {
    var sql = "select owner from lease where name = 'mainstay-survivor'"
        + " and owner is not null and expires > clock_timestamp()";
    try (var connection = connect();
        var statement = connection.prepareStatement(sql);
        var result = statement.executeQuery()) {
      return result.next() ? Optional.of(result.getString(1)) : Optional.empty();
    }
  }

  private Connection connect() throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", access.user());
    properties.setProperty("password", access.password());
    properties.setProperty("connectTimeout", SECONDS);
    properties.setProperty("socketTimeout", SECONDS);
    properties.setProperty("readOnly", "true");
    properties.setProperty("ApplicationName", "mainstay-test-reader");
    return DriverManager.getConnection(access.url(), properties);
  }
}
