package mainstay.persistence.resync;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
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

/**
 * MariaDB 10.6 and later, with the tables of this product: their texts are sorted by bytes. Keys are compared column by
 * column, since this vendor uses no index to compare rows.
 */
public final class MariaDbContent implements ContentSql {
  private static final int FETCH = 2_000;

  /** Rows of one statement, and about how many bytes: far from what a server takes as one message. */
  private static final int BATCH = 500;

  private static final int BATCH_BYTES = 1_000_000;

  /** Keys that one query asks for. */
  private static final int ASKED = 200;

  /** A piece of a condition, and what its parameters are. */
  private record Condition(String text, List<Column> columns, List<Object> values) {
    private static final Condition NONE = new Condition("", List.of(), List.of());

    private static Condition joined(
        String before, List<Condition> parts, String between, String after) {
      return new Condition(
          before + parts.stream().map(Condition::text).collect(Collectors.joining(between)) + after,
          parts.stream().flatMap(part -> part.columns().stream()).toList(),
          parts.stream().flatMap(part -> part.values().stream()).toList());
    }

    /** @return number of the next parameter */
    private int bind(PreparedStatement statement) throws SQLException {
      for (int i = 0; i < values.size(); i++) {
        Values.set(statement, 1 + i, columns.get(i).kind(), values.get(i));
      }
      return 1 + values.size();
    }
  }

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
    try (var query = session.prepareStatement(
        "select table_rows from information_schema.tables where table_schema = database() and table_name = ?")) {
      query.setString(1, table.name());
      try (var row = query.executeQuery()) {
        return row.next() ? row.getLong(1) : 0;
      }
    }
  }

  @Override
  public Optional<Key> boundary(Connection session, Table table, KeyRange range, int row)
      throws SQLException {
    var where = where(table, range);
    try (var query = session.prepareStatement("select " + Values.names(table.key()) + from(table)
        + where.text() + order(table) + " limit 1 offset ?")) {
      query.setInt(where.bind(query), row - 1);
      try (var rows = query.executeQuery()) {
        return rows.next() ? Optional.of(Values.key(rows, table)) : Optional.empty();
      }
    }
  }

  @Override
  public boolean isEmpty(Connection session, Table table, KeyRange range) throws SQLException {
    var where = where(table, range);
    try (var query =
        session.prepareStatement("select 1" + from(table) + where.text() + " limit 1")) {
      where.bind(query);
      try (var row = query.executeQuery()) {
        return !row.next();
      }
    }
  }

  @Override
  public long count(Connection session, Table table, KeyRange range) throws SQLException {
    var where = where(table, range);
    try (var query = session.prepareStatement("select count(*)" + from(table) + where.text())) {
      where.bind(query);
      try (var row = query.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  @Override
  public Digest digest(Connection session, Table table, KeyRange range) throws SQLException {
    var where = where(table, range);
    try (var query = session.prepareStatement(
        "select count(*), coalesce(sum(" + hash(table) + "), 0)" + from(table) + where.text())) {
      where.bind(query);
      try (var row = query.executeQuery()) {
        row.next();
        return new Digest(row.getLong(1), row.getBigDecimal(2).toBigIntegerExact());
      }
    }
  }

  @Override
  public List<RowHash> hashes(Connection session, Table table, KeyRange range) throws SQLException {
    return hashes(session, table, where(table, range), order(table));
  }

  @Override
  public List<RowHash> hashes(Connection session, Table table, Collection<Key> keys)
      throws SQLException {
    var hashes = new ArrayList<RowHash>();
    for (var some : Key.pieces(keys, ASKED)) {
      hashes.addAll(hashes(session, table, among(table, some), ""));
    }
    return hashes;
  }

  private static List<RowHash> hashes(
      Connection session, Table table, Condition where, String order) throws SQLException {
    try (var query = session.prepareStatement("select " + Values.names(table.key()) + ", "
        + hash(table) + from(table) + where.text() + order)) {
      where.bind(query);
      return Values.hashes(query, table);
    }
  }

  @Override
  public void rows(Connection session, Table table, KeyRange range, Rows target)
      throws SQLException {
    rows(session, table, where(table, range), order(table), target);
  }

  @Override
  public void rows(Connection session, Table table, Collection<Key> keys, Rows target)
      throws SQLException {
    for (var some : Key.pieces(keys, ASKED)) {
      rows(session, table, among(table, some), "", target);
    }
  }

  private static void rows(
      Connection session, Table table, Condition where, String order, Rows target)
      throws SQLException {
    try (var query = session.prepareStatement("select "
        + Values.selected(table, MariaDbContent::micros) + from(table) + where.text() + order)) {
      where.bind(query);
      query.setFetchSize(FETCH);
      Values.rows(query, table, target);
    }
  }

  @Override
  public Optional<Object[]> neighbour(Connection session, Table table, Key key, boolean behind)
      throws SQLException {
    var second = table.key().get(1);
    var where = Condition.joined(
        " where ",
        List.of(
            compare(table.key().get(0), "=", key.parts().get(0)),
            compare(second, behind ? ">" : "<", key.parts().get(1))),
        " and ",
        "");
    var found = new ArrayList<Object[]>();
    rows(
        session,
        table,
        where,
        " order by " + second.name() + (behind ? "" : " desc") + " limit 1",
        found::add);
    return found.stream().findFirst();
  }

  @Override
  public void put(Connection session, Table table, List<Object[]> rows) throws SQLException {
    if (table.equals(Table.EVENT_TAG)) {
      putTags(session, rows);
      return;
    }
    for (int from = 0; from < rows.size(); ) {
      int to = from;
      for (long bytes = 0; to < rows.size() && to - from < BATCH && bytes < BATCH_BYTES; to++) {
        for (var value : rows.get(to)) {
          bytes += value instanceof byte[] content ? content.length : 0;
        }
      }
      putAtOnce(session, table, rows.subList(from, to));
      from = to;
    }
  }

  private static void putTags(Connection session, List<Object[]> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (var insert = session.prepareStatement(
        "insert into event_tag (event_id, tag) select ordering, ? from event_journal "
            + "where persistence_id = ? and sequence_number = ? on duplicate key update tag = tag")) {
      for (var row : rows) {
        insert.setString(1, (String) row[2]);
        insert.setString(2, (String) row[0]);
        insert.setLong(3, (Long) row[1]);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private static void putAtOnce(Connection session, Table table, List<Object[]> rows)
      throws SQLException {
    var parameters = table.columns().stream()
        .map(column -> column.kind() == Kind.TIME
            ? "timestampadd(microsecond, ?, timestamp'1970-01-01 00:00:00')"
            : "?")
        .collect(Collectors.joining(", ", "(", ")"));
    try (var insert = session.prepareStatement(
        "insert into " + table.name() + " (" + Values.names(table.columns()) + ") values "
            + String.join(", ", Collections.nCopies(rows.size(), parameters))
            + " on duplicate key update " + changes(table))) {
      int next = 1;
      for (var row : rows) {
        for (int i = 0; i < row.length; i++) {
          Values.set(insert, next++, table.columns().get(i).kind(), row[i]);
        }
      }
      insert.executeUpdate();
    }
  }

  /** In the order of the assignments, each of which sees those before it: so the number that decides is the last. */
  private static String changes(Table table) {
    var others = new ArrayList<>(table.others().isEmpty() ? table.key() : table.others());
    if (table.growth() != Table.Growth.RISING) {
      return others.stream()
          .map(column -> column.name() + " = values(" + column.name() + ")")
          .collect(Collectors.joining(", "));
    }
    var number = others.get(0).name();
    Collections.reverse(others);
    return others.stream()
        .map(column ->
            "%1$s = if(values(%2$s) >= %2$s, values(%1$s), %1$s)".formatted(column.name(), number))
        .collect(Collectors.joining(", "));
  }

  @Override
  public void delete(Connection session, Table table, Collection<Key> keys) throws SQLException {
    for (var some : Key.pieces(keys, ASKED)) {
      delete(session, table, among(table, some));
    }
  }

  @Override
  public void delete(Connection session, Table table, KeyRange range) throws SQLException {
    delete(session, table, where(table, range));
  }

  private static void delete(Connection session, Table table, Condition where) throws SQLException {
    try (var delete =
        session.prepareStatement("delete " + table.name() + from(table) + where.text())) {
      where.bind(delete);
      delete.executeUpdate();
    }
  }

  @Override
  public void empty(Connection session, Table table) throws SQLException {
    try (var truncate = session.createStatement()) {
      truncate.execute("set foreign_key_checks = 0");
      truncate.execute("truncate table " + table.name());
      if (table.equals(Table.EVENT_JOURNAL)) {
        truncate.execute("truncate table " + Table.EVENT_TAG.name());
      }
      truncate.execute("set foreign_key_checks = 1");
    }
  }

  @Override
  public Optional<Stream> stream(Connection session, Table table, KeyRange range) {
    return Optional.empty();
  }

  // ---- parts of statements

  // Column "ordering" cannot be compared, so a tag is told by the key of its event.
  private static String from(Table table) {
    return " from "
        + (table.equals(Table.EVENT_TAG)
            ? "event_tag join event_journal on ordering = event_id"
            : table.name());
  }

  private static String order(Table table) {
    return " order by " + Values.names(table.key());
  }

  /** Columns of this type have no zone: they hold UTC. */
  private static String micros(String column) {
    return "timestampdiff(microsecond, '1970-01-01', " + column + ")";
  }

  private static String hash(Table table) {
    return "cast(conv(left(md5(concat_ws('|', "
        + table.columns().stream().map(MariaDbContent::text).collect(Collectors.joining(", "))
        + ")), 15), 16, 10) as signed)";
  }

  private static String text(Column column) {
    var name = column.name();
    return switch (column.kind()) {
      case TEXT, LONG, INT, SHORT -> "coalesce(" + name + ", '~')";
      case BOOL -> "case when " + name + " then '1' when not " + name + " then '0' else '~' end";
      // A dynamic column ends with the bits of the number, the lowest byte first; no cast gives
      // them.
      case DOUBLE ->
        "coalesce(if(" + name + " is null, null, lower(hex(reverse(right(column_create(1, " + name
            + " as double), 8))))), '~')";
      case BYTES ->
        "coalesce(if(octet_length(" + name + ") > " + RowText.LONG_BYTES + ", concat('#', md5("
            + name + ")), lower(hex(" + name + "))), '~')";
      case TIME -> "coalesce(" + micros(name) + ", '~')";
    };
  }

  private static Condition where(Table table, KeyRange range) {
    var parts = new ArrayList<Condition>();
    range.after().ifPresent(key -> parts.add(beyond(table, key, ">", ">")));
    range.to().ifPresent(key -> parts.add(beyond(table, key, "<", "<=")));
    return parts.isEmpty() ? Condition.NONE : Condition.joined(" where ", parts, " and ", "");
  }

  /** The first column in which a key is another decides. */
  private static Condition beyond(Table table, Key key, String operator, String ofTheLast) {
    var cases = new ArrayList<Condition>();
    for (int i = 0; i < table.keys(); i++) {
      var parts = new ArrayList<Condition>();
      for (int equal = 0; equal < i; equal++) {
        parts.add(compare(table.key().get(equal), "=", key.parts().get(equal)));
      }
      parts.add(compare(
          table.key().get(i),
          i + 1 == table.keys() ? ofTheLast : operator,
          key.parts().get(i)));
      cases.add(Condition.joined("", parts, " and ", ""));
    }
    return Condition.joined("(", cases, " or ", ")");
  }

  private static Condition among(Table table, List<Key> keys) {
    var cases = new ArrayList<Condition>();
    for (var key : keys) {
      var parts = new ArrayList<Condition>();
      for (int i = 0; i < table.keys(); i++) {
        parts.add(compare(table.key().get(i), "=", key.parts().get(i)));
      }
      cases.add(Condition.joined("", parts, " and ", ""));
    }
    return Condition.joined(" where ", cases, " or ", "");
  }

  private static Condition compare(Column column, String operator, Object value) {
    return new Condition(column.name() + " " + operator + " ?", List.of(column), List.of(value));
  }
}
