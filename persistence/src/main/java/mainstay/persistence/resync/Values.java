package mainstay.persistence.resync;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import mainstay.persistence.resync.core.Column;
import mainstay.persistence.resync.core.Column.Kind;
import mainstay.persistence.resync.core.Heads;
import mainstay.persistence.resync.core.Key;
import mainstay.persistence.resync.core.RowHash;
import mainstay.persistence.resync.core.Table;

/** Values of rows and keys as the drivers of all vendors take and give them alike. A time is its microseconds. */
final class Values {
  private Values() {}

  static String names(List<Column> columns) {
    return columns.stream().map(Column::name).collect(Collectors.joining(", "));
  }

  /**
   * What to select of a row, all columns in their order.
   *
   * @param micros the microseconds of a column that holds a time, as the vendor writes them
   */
  static String selected(Table table, UnaryOperator<String> micros) {
    return table.columns().stream()
        .map(column -> column.kind() == Kind.TIME ? micros.apply(column.name()) : column.name())
        .collect(Collectors.joining(", "));
  }

  static void set(PreparedStatement statement, int at, Kind kind, Object value)
      throws SQLException {
    switch (kind) {
      case TEXT -> statement.setString(at, (String) value);
      case BYTES -> statement.setBytes(at, (byte[]) value);
      case BOOL -> statement.setObject(at, value, Types.BOOLEAN);
      case DOUBLE -> statement.setObject(at, value, Types.DOUBLE);
      case LONG, TIME -> statement.setObject(at, value, Types.BIGINT);
      case INT -> statement.setObject(at, value, Types.INTEGER);
      case SHORT -> statement.setObject(at, value, Types.SMALLINT);
    }
  }

  static Object get(ResultSet row, int column, Kind kind) throws SQLException {
    return switch (kind) {
      case TEXT -> row.getString(column);
      case BYTES -> row.getBytes(column);
      case LONG, INT, SHORT, TIME -> present(row, row.getLong(column));
      case BOOL -> present(row, row.getBoolean(column));
      case DOUBLE -> present(row, row.getDouble(column));
    };
  }

  private static <T> T present(ResultSet row, T value) throws SQLException {
    return row.wasNull() ? null : value;
  }

  /** From the first columns of the row. */
  static Key key(ResultSet row, Table table) throws SQLException {
    var parts = new ArrayList<Object>();
    for (int i = 0; i < table.keys(); i++) {
      parts.add(get(row, 1 + i, table.key().get(i).kind()));
    }
    return new Key(parts);
  }

  /** The stream and, behind it, how far it reaches. */
  static Heads heads(ResultSet row, Column stream) throws SQLException {
    var last = new HashMap<Object, Long>();
    while (row.next()) {
      last.put(get(row, 1, stream.kind()), row.getLong(2));
    }
    return new Heads(last);
  }

  /** The key and, behind it, the hash. */
  static List<RowHash> hashes(PreparedStatement query, Table table) throws SQLException {
    var hashes = new ArrayList<RowHash>();
    try (var row = query.executeQuery()) {
      while (row.next()) {
        hashes.add(new RowHash(key(row, table), row.getLong(1 + table.keys())));
      }
    }
    return hashes;
  }

  /** All columns in their order. */
  static void rows(PreparedStatement query, Table table, ContentSql.Rows target)
      throws SQLException {
    try (var row = query.executeQuery()) {
      while (row.next()) {
        var values = new Object[table.columns().size()];
        for (int i = 0; i < values.length; i++) {
          values[i] = get(row, 1 + i, table.columns().get(i).kind());
        }
        target.row(values);
      }
    }
  }
}
