package mainstay.multijvm.workload;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import mainstay.multijvm.cluster.DatabaseAccess;

/**
 * The content of a PostgreSQL in one read-only transaction, which sees what was committed when it began. Without what is
 * each database's own: the column {@code ordering} of the journal, and the tables that say which database it is, what it was
 * told last and whose lease it holds.
 */
public final class JdbcContent implements DatabaseContent, AutoCloseable {
  private static final Set<String> OWN_TABLES =
      Set.of("lease", "active_set", "database_identity", "schema_version");
  private static final String JOURNAL = "event_journal";
  private static final String TAGS = "event_tag";
  private static final String ORDERING = "ordering";
  private static final int ROWS_AT_A_TIME = 1_000;
  private static final String SECONDS = "60";
  private static final String NULL = "null";

  private final String database;
  private final Connection connection;

  private JdbcContent(String database, Connection connection) {
    this.database = database;
    this.connection = connection;
  }

  /** Logs in; what it sees is what is committed at its first question, see {@link #begin}. */
  public static JdbcContent open(DatabaseAccess access) throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", access.user());
    properties.setProperty("password", access.password());
    properties.setProperty("connectTimeout", SECONDS);
    properties.setProperty("socketTimeout", SECONDS);
    properties.setProperty("readOnly", "true");
    properties.setProperty("ApplicationName", "mainstay-test-reader");
    properties.setProperty("options", "-c TimeZone=UTC");
    var connection = DriverManager.getConnection(access.url(), properties);
    try {
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      return new JdbcContent(access.name(), connection);
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** From here on it sees nothing newer. */
  public void begin() throws SQLException {
    tables(); // the first statement decides what the transaction sees
  }

  @Override
  public String database() {
    return database;
  }

  @Override
  public List<String> tables() throws SQLException {
    return strings(
            "select table_name from information_schema.tables where table_schema = current_schema()"
                + " and table_type = 'BASE TABLE' order by table_name collate \"C\"")
        .stream()
        .filter(table -> !OWN_TABLES.contains(table))
        .toList();
  }

  @Override
  public Rows rows(String table) throws SQLException {
    if (table.equals(TAGS)) {
      // It names events by the ordering, which is each database's own.
      return new Result(
          List.of("persistence_id", "sequence_number", "tag"),
          3,
          JOURNAL + " join " + TAGS + " on " + ORDERING + " = event_id");
    }
    var key =
        strings("select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid"
            + " and a.attnum = any (i.indkey) where i.indisprimary and i.indrelid = '" + table
            + "'::regclass order by array_position(i.indkey::int2[], a.attnum)");
    var columns = new ArrayList<>(key);
    strings(
            "select column_name from information_schema.columns where table_schema = current_schema()"
                + " and table_name = '" + table + "' order by column_name collate \"C\"")
        .stream()
        .filter(column -> !key.contains(column))
        .filter(column -> !(table.equals(JOURNAL) && column.equals(ORDERING)))
        .forEach(columns::add);
    return new Result(columns, key.isEmpty() ? columns.size() : key.size(), table);
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  private List<String> strings(String sql) throws SQLException {
    try (var statement = connection.prepareStatement(sql);
        var result = statement.executeQuery()) {
      var strings = new ArrayList<String>();
      while (result.next()) {
        strings.add(result.getString(1));
      }
      return strings;
    }
  }

  private final class Result implements Rows {
    private final List<String> columns;
    private final int keyColumns;
    private final PreparedStatement statement;
    private final ResultSet result;

    private Result(List<String> columns, int keyColumns, String source) throws SQLException {
      this.columns = List.copyOf(columns);
      this.keyColumns = keyColumns;
      // Under other names, or they would be ordered as text.
      var values = columns.stream()
          .map(column -> column + "::text as \"text of " + column + "\"")
          .toList();
      var order = columns.subList(0, keyColumns);
      statement = connection.prepareStatement("select " + String.join(", ", values) + " from "
          + source + " order by " + String.join(", ", order));
      statement.setFetchSize(ROWS_AT_A_TIME);
      result = statement.executeQuery();
    }

    @Override
    public List<String> columns() {
      return columns;
    }

    @Override
    public int keyColumns() {
      return keyColumns;
    }

    @Override
    public Optional<List<String>> next() throws SQLException {
      if (!result.next()) {
        return Optional.empty();
      }
      var values = new ArrayList<>(Collections.nCopies(columns.size(), NULL));
      for (int i = 0; i < columns.size(); i++) {
        var value = result.getString(i + 1);
        if (value != null) {
          values.set(i, "'" + value + "'");
        }
      }
      return Optional.of(values);
    }

    @Override
    public void close() throws SQLException {
      statement.close();
    }
  }
}
