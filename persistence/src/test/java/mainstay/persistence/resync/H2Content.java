package mainstay.persistence.resync;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import mainstay.persistence.resync.core.Column;
import mainstay.persistence.resync.core.Column.Kind;
import mainstay.persistence.resync.core.Digest;
import mainstay.persistence.resync.core.Key;
import mainstay.persistence.resync.core.KeyRange;
import mainstay.persistence.resync.core.RowHash;
import mainstay.persistence.resync.core.RowText;
import mainstay.persistence.resync.core.Table;

/** H2 in this process: rows are near, so their hashes are computed here and not by the database. */
public final class H2Content implements ContentSql {
  private static final String TAGS = "(select j.persistence_id, j.sequence_number, t.tag "
      + "from event_tag t join event_journal j on j.ordering = t.event_id)";

  @Override
  public Optional<Identity> identity(Connection session) throws SQLException {
    try (var query = session.prepareStatement("select cluster, name from database_identity");
        var row = query.executeQuery()) {
      return row.next()
          ? Optional.of(new Identity(row.getString(1), row.getString(2)))
          : Optional.empty();
    }
  }

  @Override
  public long estimate(Connection session, Table table) throws SQLException {
    return count(session, table, KeyRange.ALL);
  }

  @Override
  public Optional<Key> boundary(Connection session, Table table, KeyRange range, int row)
      throws SQLException {
    try (var query = session.prepareStatement("select " + Values.names(table.key()) + from(table)
        + where(table, range) + order(table) + " limit 1 offset ?")) {
      query.setInt(bind(query, table, range), row - 1);
      try (var rows = query.executeQuery()) {
        return rows.next() ? Optional.of(Values.key(rows, table)) : Optional.empty();
      }
    }
  }

  @Override
  public boolean isEmpty(Connection session, Table table, KeyRange range) throws SQLException {
    return count(session, table, range) == 0;
  }

  @Override
  public long count(Connection session, Table table, KeyRange range) throws SQLException {
    try (var query =
        session.prepareStatement("select count(*)" + from(table) + where(table, range))) {
      bind(query, table, range);
      try (var row = query.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  @Override
  public Digest digest(Connection session, Table table, KeyRange range) throws SQLException {
    return Digest.of(hashes(session, table, range));
  }

  @Override
  public List<RowHash> hashes(Connection session, Table table, KeyRange range) throws SQLException {
    var hashes = new ArrayList<RowHash>();
    rows(session, table, range, row -> hashes.add(hash(table, row)));
    return hashes;
  }

  @Override
  public List<RowHash> hashes(Connection session, Table table, Collection<Key> keys)
      throws SQLException {
    var hashes = new ArrayList<RowHash>();
    rows(session, table, keys, row -> hashes.add(hash(table, row)));
    return hashes;
  }

  private static RowHash hash(Table table, Object[] row) {
    return new RowHash(
        new Key(Arrays.asList(row).subList(0, table.keys())), RowText.hash(table.columns(), row));
  }

  @Override
  public void rows(Connection session, Table table, KeyRange range, Rows target)
      throws SQLException {
    try (var query = session.prepareStatement(select(table) + where(table, range) + order(table))) {
      bind(query, table, range);
      Values.rows(query, table, target);
    }
  }

  @Override
  public void rows(Connection session, Table table, Collection<Key> keys, Rows target)
      throws SQLException {
    try (var query = session.prepareStatement(select(table) + whereKey(table))) {
      for (var key : keys) {
        bind(query, 1, table, key);
        Values.rows(query, table, target);
      }
    }
  }

  @Override
  public Optional<Object[]> neighbour(Connection session, Table table, Key key, boolean behind)
      throws SQLException {
    var first = table.key().get(0).name();
    var second = table.key().get(1).name();
    var found = new ArrayList<Object[]>();
    try (var query = session.prepareStatement(select(table) + " where " + first + " = ? and "
        + second + (behind ? " > ?" : " < ?") + " order by " + second + (behind ? "" : " desc")
        + " limit 1")) {
      bind(query, 1, table, key);
      Values.rows(query, table, found::add);
    }
    return found.stream().findFirst();
  }

  @Override
  public void put(Connection session, Table table, List<Object[]> rows) throws SQLException {
    if (table.equals(Table.EVENT_TAG)) {
      putTags(session, rows);
      return;
    }
    var columns = "(" + Values.names(table.columns()) + ")";
    var values = table.columns().stream()
        .map(column -> column.kind() == Kind.TIME
            ? "dateadd(microsecond, ?, timestamp with time zone '1970-01-01 00:00:00Z')"
            : "?")
        .collect(Collectors.joining(", ", " values (", ")"));
    boolean rising = table.growth() == Table.Growth.RISING;
    try (var lower = session.prepareStatement("delete from " + table.name() + " where "
            + table.columns().get(0).name() + " = ? and "
            + table.columns().get(1).name()
            + " <= ?");
        var put = session.prepareStatement(
            rising
                ? "insert into " + table.name() + columns + values + " on duplicate key update "
                    + table.columns().get(0).name() + " = "
                    + table.columns().get(0).name()
                : "merge into " + table.name() + columns + " key (" + Values.names(table.key())
                    + ")" + values)) {
      for (var row : rows) {
        if (rising) {
          bind(lower, table.columns().subList(0, 2), row);
          lower.executeUpdate();
        }
        bind(put, table.columns(), row);
        put.executeUpdate();
      }
    }
  }

  private static void putTags(Connection session, List<Object[]> rows) throws SQLException {
    try (var put = session.prepareStatement(
        "merge into event_tag (event_id, tag) key (event_id, tag) "
            + "select ordering, ? from event_journal where persistence_id = ? and sequence_number = ?")) {
      for (var row : rows) {
        put.setString(1, (String) row[2]);
        put.setString(2, (String) row[0]);
        put.setLong(3, (Long) row[1]);
        put.executeUpdate();
      }
    }
  }

  @Override
  public void delete(Connection session, Table table, Collection<Key> keys) throws SQLException {
    try (var delete = session.prepareStatement(delete(table, whereKey(table)))) {
      for (var key : keys) {
        bind(delete, 1, table, key);
        delete.executeUpdate();
      }
    }
  }

  @Override
  public void delete(Connection session, Table table, KeyRange range) throws SQLException {
    try (var delete = session.prepareStatement(delete(table, where(table, range)))) {
      bind(delete, table, range);
      delete.executeUpdate();
    }
  }

  @Override
  public void empty(Connection session, Table table) throws SQLException {
    delete(session, table, KeyRange.ALL);
  }

  @Override
  public Optional<Stream> stream(Connection session, Table table, KeyRange range) {
    return Optional.empty();
  }

  // ---- parts of statements

  private static String select(Table table) {
    return "select " + Values.selected(table, H2Content::micros) + from(table);
  }

  private static String micros(String column) {
    return "cast(extract(epoch from " + column + ") * 1000000 as bigint)";
  }

  private static String from(Table table) {
    return " from " + (table.equals(Table.EVENT_TAG) ? TAGS : table.name());
  }

  private static String delete(Table table, String where) {
    return table.equals(Table.EVENT_TAG)
        ? "delete from event_tag where (event_id, tag) in (select j.ordering, w.tag from (select *"
            + from(table) + where + ") w join event_journal j "
            + "on j.persistence_id = w.persistence_id and j.sequence_number = w.sequence_number)"
        : "delete" + from(table) + where;
  }

  private static String order(Table table) {
    return " order by " + Values.names(table.key());
  }

  private static String where(Table table, KeyRange range) {
    var key = "(" + Values.names(table.key()) + ")";
    var parts = new ArrayList<String>();
    range.after().ifPresent(after -> parts.add(key + " > " + places(table)));
    range.to().ifPresent(to -> parts.add(key + " <= " + places(table)));
    return parts.isEmpty() ? "" : " where " + String.join(" and ", parts);
  }

  private static String whereKey(Table table) {
    return " where (" + Values.names(table.key()) + ") = " + places(table);
  }

  private static String places(Table table) {
    return "(" + String.join(", ", Collections.nCopies(table.keys(), "?")) + ")";
  }

  /** @return number of the next parameter */
  private static int bind(PreparedStatement statement, Table table, KeyRange range)
      throws SQLException {
    int next = 1;
    for (var key : List.of(range.after(), range.to())) {
      if (key.isPresent()) {
        next = bind(statement, next, table, key.get());
      }
    }
    return next;
  }

  private static int bind(PreparedStatement statement, int first, Table table, Key key)
      throws SQLException {
    int next = first;
    for (int i = 0; i < table.keys(); i++) {
      Values.set(statement, next++, table.key().get(i).kind(), key.parts().get(i));
    }
    return next;
  }

  private static void bind(PreparedStatement statement, List<Column> columns, Object[] row)
      throws SQLException {
    for (int i = 0; i < columns.size(); i++) {
      Values.set(statement, 1 + i, columns.get(i).kind(), row[i]);
    }
  }
}
