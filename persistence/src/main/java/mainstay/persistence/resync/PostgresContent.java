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
import mainstay.persistence.resync.core.Heads;
import mainstay.persistence.resync.core.Key;
import mainstay.persistence.resync.core.KeyRange;
import mainstay.persistence.resync.core.RowHash;
import mainstay.persistence.resync.core.RowText;
import mainstay.persistence.resync.core.Table;

/**
 * PostgreSQL 14 and later.
 *
 * <p>Ranges use the primary key. Where the database sorts text by a language and not by its bytes the key is sorted anew
 * for each range: right, but slow on large tables. So a database for this product is made with locale C.
 */
public final class PostgresContent implements ContentSql {
  private static final int FETCH = 2_000;
  private static final int BATCH = 1_000;
  // Column "ordering" cannot be compared, so a tag is told by the key of its event.
  private static final String TAGS =
      "(select j.persistence_id, j.sequence_number, t.tag from event_tag t join event_journal j on j.ordering = t.event_id)";

  private Optional<Boolean> sortsByBytes = Optional.empty();
  private boolean sorting = true;

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
        "select reltuples::bigint from pg_class where oid = to_regclass(?)")) {
      query.setString(1, table.name());
      try (var row = query.executeQuery()) {
        if (row.next() && row.getLong(1) > 0) {
          return row.getLong(1);
        }
      }
    }
    return table.equals(Table.EVENT_TAG) ? 0 : count(session, table, KeyRange.ALL);
  }

  @Override
  public Optional<Key> boundary(Connection session, Table table, KeyRange range, int row)
      throws SQLException {
    var order = order(session, table);
    sorting(session, !inOrderOfAnIndex(table));
    try (var query = session.prepareStatement("select " + Values.names(table.key()) + from(table)
        + where(session, table, range) + " order by " + order + " offset ? limit 1")) {
      int next = bind(query, 1, table, range);
      query.setInt(next, row - 1);
      try (var rows = query.executeQuery()) {
        return rows.next() ? Optional.of(Values.key(rows, table)) : Optional.empty();
      }
    }
  }

  private static boolean inOrderOfAnIndex(Table table) {
    return !table.equals(Table.EVENT_TAG);
  }

  /**
   * Of a table that was filled just now the vendor knows little, and sorts all of it to find one row, where the index of
   * the key has it sorted. A walk has a session of its own, so this is never switched back for others.
   */
  private void sorting(Connection session, boolean wanted) throws SQLException {
    if (sorting != wanted) {
      try (var statement = session.createStatement()) {
        statement.execute("set enable_sort = " + (wanted ? "on" : "off"));
      }
      sorting = wanted;
    }
  }

  private void sortIfNeeded(Connection session, Table table) throws SQLException {
    if (!inOrderOfAnIndex(table)) {
      sorting(session, true);
    }
  }

  @Override
  public boolean isEmpty(Connection session, Table table, KeyRange range) throws SQLException {
    try (var query = session.prepareStatement(
        "select 1" + from(table) + where(session, table, range) + " limit 1")) {
      bind(query, 1, table, range);
      try (var row = query.executeQuery()) {
        return !row.next();
      }
    }
  }

  @Override
  public long count(Connection session, Table table, KeyRange range) throws SQLException {
    try (var query =
        session.prepareStatement("select count(*)" + from(table) + where(session, table, range))) {
      bind(query, 1, table, range);
      try (var row = query.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  @Override
  public Digest digest(Connection session, Table table, KeyRange range) throws SQLException {
    return digest(session, table, range, hash(table));
  }

  /** The vendor may hash in another way in another version, or on a processor of another kind. */
  @Override
  public Optional<String> quick(Connection session) throws SQLException {
    try (var query = session.prepareStatement(
            "select current_setting('server_version_num')::int / 10000 || ' ' || split_part(version(), ' ', 4)");
        var row = query.executeQuery()) {
      row.next();
      return Optional.of("PostgreSQL " + row.getString(1));
    }
  }

  @Override
  public Digest quickDigest(Connection session, Table table, KeyRange range, long seed)
      throws SQLException {
    return digest(session, table, range, quickHash(table, seed));
  }

  private Digest digest(Connection session, Table table, KeyRange range, String hash)
      throws SQLException {
    try (var query = session.prepareStatement("select count(*), coalesce(sum(" + hash + "), 0)"
        + from(table) + where(session, table, range))) {
      bind(query, 1, table, range);
      try (var row = query.executeQuery()) {
        row.next();
        return new Digest(row.getLong(1), row.getBigDecimal(2).toBigIntegerExact());
      }
    }
  }

  /** From one stream to the next by the index of the key, past all that lies between. */
  @Override
  public Heads heads(Connection session, Table table) throws SQLException {
    var stream = table.key().get(0);
    var next = "select " + stream.name() + " from " + table.name();
    var first = " order by " + stream.name() + " limit 1)";
    sorting(session, false);
    try (var query = session.prepareStatement("with recursive s(stream) as ((" + next + first
            + " union all select (" + next + " where " + stream.name() + " > s.stream" + first
            + " from s where s.stream is not null) select stream, (select max("
            + table.key().get(1).name() + ") from " + table.name() + " where " + stream.name()
            + " = stream) from s where stream is not null");
        var row = query.executeQuery()) {
      return Values.heads(row, stream);
    }
  }

  @Override
  public List<RowHash> hashes(Connection session, Table table, KeyRange range) throws SQLException {
    sortIfNeeded(session, table);
    try (var query =
        session.prepareStatement("select " + Values.names(table.key()) + ", " + hash(table)
            + from(table) + where(session, table, range) + " order by " + order(session, table))) {
      bind(query, 1, table, range);
      return Values.hashes(query, table);
    }
  }

  @Override
  public List<RowHash> hashes(Connection session, Table table, Collection<Key> keys)
      throws SQLException {
    try (var query = session.prepareStatement(
        "select " + Values.names(table.key()) + ", " + hash(table) + from(table) + among(table))) {
      bindKeys(session, query, table, keys);
      return Values.hashes(query, table);
    }
  }

  @Override
  public void rows(Connection session, Table table, KeyRange range, Rows target)
      throws SQLException {
    sortIfNeeded(session, table);
    try (var query = session.prepareStatement(
        rows(table) + where(session, table, range) + " order by " + order(session, table))) {
      bind(query, 1, table, range);
      query.setFetchSize(FETCH);
      Values.rows(query, table, target);
    }
  }

  @Override
  public void rows(Connection session, Table table, Collection<Key> keys, Rows target)
      throws SQLException {
    try (var query = session.prepareStatement(rows(table) + among(table))) {
      bindKeys(session, query, table, keys);
      Values.rows(query, table, target);
    }
  }

  @Override
  public Optional<Object[]> neighbour(Connection session, Table table, Key key, boolean behind)
      throws SQLException {
    var first = table.key().get(0);
    var second = table.key().get(1);
    try (var query = session.prepareStatement(rows(table) + " where "
        + first.name() + " = ? and " + second.name() + (behind ? " > ?" : " < ?") + " order by "
        + second.name() + (behind ? "" : " desc") + " limit 1")) {
      Values.set(query, 1, first.kind(), key.parts().get(0));
      Values.set(query, 2, second.kind(), key.parts().get(1));
      var found = new ArrayList<Object[]>();
      Values.rows(query, table, found::add);
      return found.stream().findFirst();
    }
  }

  @Override
  public void put(Connection session, Table table, List<Object[]> rows) throws SQLException {
    for (int from = 0; from < rows.size(); from += BATCH) {
      var batch = rows.subList(from, Math.min(rows.size(), from + BATCH));
      try (var insert = session.prepareStatement(insert(table))) {
        for (var row : batch) {
          for (int i = 0; i < row.length; i++) {
            Values.set(insert, 1 + parameter(table, i), table.columns().get(i).kind(), row[i]);
          }
          insert.addBatch();
        }
        insert.executeBatch();
      }
    }
  }

  /** The tag is the first parameter of its statement and the last of its columns. */
  private static int parameter(Table table, int column) {
    return table.equals(Table.EVENT_TAG) ? (column + 1) % table.columns().size() : column;
  }

  private static String insert(Table table) {
    if (table.equals(Table.EVENT_TAG)) {
      return "insert into event_tag (event_id, tag) select ordering, ? from event_journal "
          + "where persistence_id = ? and sequence_number = ? on conflict do nothing";
    }
    var parameters = table.columns().stream()
        .map(column ->
            column.kind() == Kind.TIME ? "timestamptz 'epoch' + ? * interval '1 microsecond'" : "?")
        .collect(Collectors.joining(", "));
    var others = table.others();
    var insert = "insert into " + table.name() + " as t (" + Values.names(table.columns())
        + ") values (" + parameters + ") on conflict (" + Values.names(table.key()) + ")";
    if (others.isEmpty()) {
      return insert + " do nothing";
    }
    return insert + " do update set "
        + others.stream()
            .map(column -> column.name() + " = excluded." + column.name())
            .collect(Collectors.joining(", "))
        + (table.growth() == Table.Growth.RISING
            ? " where excluded." + others.get(0).name() + " >= t."
                + others.get(0).name()
            : "");
  }

  @Override
  public void delete(Connection session, Table table, Collection<Key> keys) throws SQLException {
    var sql = table.equals(Table.EVENT_TAG)
        ? "delete from event_tag t using event_journal r, " + keysOf(table)
            + " where t.event_id = r.ordering and t.tag = k.k3"
            + " and r.persistence_id = k.k1 and r.sequence_number = k.k2"
        : "delete from " + table.name() + " r using " + keysOf(table) + " where " + same(table);
    try (var delete = session.prepareStatement(sql)) {
      bindKeys(session, delete, table, keys);
      delete.executeUpdate();
    }
  }

  @Override
  public void delete(Connection session, Table table, KeyRange range) throws SQLException {
    var sql = table.equals(Table.EVENT_TAG)
        ? "delete from event_tag d using event_journal e where d.event_id = e.ordering and exists"
            + " (select 1" + from(table) + where(session, table, range)
            + " and r.persistence_id = e.persistence_id and r.sequence_number = e.sequence_number"
            + " and r.tag = d.tag)"
        : "delete from " + table.name() + " r" + where(session, table, range);
    try (var delete = session.prepareStatement(sql)) {
      bind(delete, 1, table, range);
      delete.executeUpdate();
    }
  }

  @Override
  public void empty(Connection session, Table table) throws SQLException {
    try (var truncate = session.createStatement()) {
      truncate.execute("truncate table " + table.name() + " cascade");
    }
  }

  @Override
  public void analyse(Connection session, Table table) throws SQLException {
    try (var analyse = session.createStatement()) {
      analyse.execute("analyze " + table.name());
    }
  }

  /** Not by key: rows are stored in the order in which they came, and to jump between them costs most of the time. */
  @Override
  public Optional<Stream> stream(Connection session, Table table, KeyRange range)
      throws SQLException {
    if (table.equals(Table.EVENT_TAG)) {
      return Optional.empty();
    }
    var columns = Values.names(table.columns());
    return Optional.of(new Stream(
        "copy (select " + columns + from(table) + literal(session, table, range)
            + ") to stdout (format binary)",
        copyIn(table)));
  }

  @Override
  public Optional<Stream> stream(Table table, List<KeyRange> ranges, int rows) {
    var stream = table.key().get(0);
    var number = table.key().get(1).name();
    var bounds = ranges.stream()
        .map(range -> "(" + literal(range.after().orElseThrow()) + ", "
            + literal(range.to().orElseThrow().parts().get(1)) + ")")
        .collect(Collectors.joining(", "));
    return Optional.of(new Stream(
        "copy (select l.* from (values " + bounds
            + ") b(stream, after, last) cross join lateral (select "
            + Values.names(table.columns()) + " from " + table.name() + " r where r."
            + stream.name() + " = b.stream and r." + number + " > b.after and r." + number
            + " <= b.last order by r." + number + ") l limit " + rows
            + ") to stdout (format binary)",
        copyIn(table)));
  }

  @Override
  public Optional<StorageSql> storage() {
    return Optional.of(new PostgresStorage());
  }

  // ---- parts of statements

  private static String rows(Table table) {
    return "select " + Values.selected(table, PostgresContent::micros) + from(table);
  }

  private static String from(Table table) {
    return " from " + (table.equals(Table.EVENT_TAG) ? TAGS : table.name()) + " r";
  }

  private static String micros(String column) {
    return "(extract(epoch from " + column + ") * 1000000)::bigint";
  }

  static String copyIn(Table table) {
    return "copy " + table.name() + " (" + Values.names(table.columns())
        + ") from stdin (format binary)";
  }

  /** Of all bits that the database would send of the row: the order of columns counts. */
  static String quickHash(Table table, long seed) {
    return "hash_record_extended(row(record_send(row(" + Values.names(table.columns()) + "))), "
        + seed + ")";
  }

  static String hash(Table table) {
    return "('x' || substr(md5(concat_ws('|', "
        + table.columns().stream().map(PostgresContent::text).collect(Collectors.joining(", "))
        + ")), 1, 15))::bit(60)::bigint";
  }

  private static String text(Column column) {
    var name = column.name();
    return switch (column.kind()) {
      case TEXT -> "coalesce(" + name + ", '~')";
      case LONG, INT, SHORT -> "coalesce(" + name + "::text, '~')";
      case BOOL -> "case when " + name + " then '1' when not " + name + " then '0' else '~' end";
      case DOUBLE -> "coalesce(encode(float8send(" + name + " + 0), 'hex'), '~')";
      case BYTES ->
        "coalesce(case when octet_length(" + name + ") > " + RowText.LONG_BYTES
            + " then '#' || md5(" + name + ") else encode(" + name + ", 'hex') end, '~')";
      case TIME -> "coalesce(" + micros(name) + "::text, '~')";
    };
  }

  private String order(Connection session, Table table) throws SQLException {
    var columns = new ArrayList<String>();
    for (var column : table.key()) {
      columns.add(sorted(session, column));
    }
    return String.join(", ", columns);
  }

  /** The index of the key is sorted as the database is, so it serves only where that is by bytes. */
  private String sorted(Connection session, Column column) throws SQLException {
    if (column.kind() != Kind.TEXT) {
      return column.name();
    }
    if (sortsByBytes.isEmpty()) {
      try (var query = session.prepareStatement(
              "select datcollate in ('C', 'POSIX') from pg_database where datname = current_database()");
          var row = query.executeQuery()) {
        sortsByBytes = Optional.of(row.next() && row.getBoolean(1));
      }
    }
    return sortsByBytes.get() ? column.name() : column.name() + " collate \"C\"";
  }

  private String where(Connection session, Table table, KeyRange range) throws SQLException {
    var parameters = String.join(", ", Collections.nCopies(table.keys(), "?"));
    return where(session, table, range, parameters, parameters);
  }

  private String where(Connection session, Table table, KeyRange range, String after, String to)
      throws SQLException {
    var order = order(session, table);
    return " where true"
        + (range.after().isPresent() ? " and (" + order + ") > (" + after + ")" : "")
        + (range.to().isPresent() ? " and (" + order + ") <= (" + to + ")" : "");
  }

  /** A copy takes no parameters. */
  private String literal(Connection session, Table table, KeyRange range) throws SQLException {
    return where(
        session,
        table,
        range,
        range.after().map(PostgresContent::literal).orElse(""),
        range.to().map(PostgresContent::literal).orElse(""));
  }

  private static String literal(Key key) {
    return key.parts().stream().map(PostgresContent::literal).collect(Collectors.joining(", "));
  }

  private static String literal(Object part) {
    return part instanceof String text
        ? "'" + text.replace("'", "''") + "'"
        : "'" + part + "'::bigint";
  }

  private static String among(Table table) {
    return " join " + keysOf(table) + " on " + same(table);
  }

  private static String keysOf(Table table) {
    var arrays = new ArrayList<String>();
    var names = new ArrayList<String>();
    for (int i = 0; i < table.keys(); i++) {
      arrays.add(table.key().get(i).kind() == Kind.TEXT ? "?::varchar[]" : "?::bigint[]");
      names.add("k" + (1 + i));
    }
    return "unnest(" + String.join(", ", arrays) + ") as k(" + String.join(", ", names) + ")";
  }

  private static String same(Table table) {
    var parts = new ArrayList<String>();
    for (int i = 0; i < table.keys(); i++) {
      parts.add("r." + table.key().get(i).name() + " = k.k" + (1 + i));
    }
    return String.join(" and ", parts);
  }

  // ---- values

  private static int bind(PreparedStatement statement, int first, Table table, KeyRange range)
      throws SQLException {
    int next = first;
    for (var bound : List.of(range.after(), range.to())) {
      if (bound.isPresent()) {
        for (int i = 0; i < table.keys(); i++) {
          Values.set(
              statement, next++, table.key().get(i).kind(), bound.get().parts().get(i));
        }
      }
    }
    return next;
  }

  private static void bindKeys(
      Connection session, PreparedStatement statement, Table table, Collection<Key> keys)
      throws SQLException {
    for (int i = 0; i < table.keys(); i++) {
      int part = i;
      var type = table.key().get(i).kind() == Kind.TEXT ? "varchar" : "int8";
      statement.setArray(
          1 + i,
          session.createArrayOf(
              type, keys.stream().map(key -> key.parts().get(part)).toArray()));
    }
  }
}
