package mainstay.persistence.resync;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import mainstay.persistence.resync.core.Column.Kind;
import mainstay.persistence.resync.core.Digest;
import mainstay.persistence.resync.core.Heads;
import mainstay.persistence.resync.core.Table;

/** By ranges of {@code ctid}, which PostgreSQL 14 and later read without the rest of the table. */
final class PostgresStorage implements StorageSql {
  /** For a table that nobody has analysed. */
  private static final long LIKELY_IN_A_PAGE = 50;

  @Override
  public List<Place> places(Connection session, Table table, int rows) throws SQLException {
    long pages;
    long known;
    try (var query = session.prepareStatement(
        "select pg_relation_size(c.oid) / current_setting('block_size')::bigint, greatest(c.reltuples, 0)::bigint"
            + ", greatest(c.relpages, 0) from pg_class c where c.oid = to_regclass(?)")) {
      query.setString(1, table.name());
      try (var row = query.executeQuery()) {
        row.next();
        pages = row.getLong(1);
        known = row.getLong(3) == 0 ? 0 : row.getLong(2) / row.getLong(3);
      }
    }
    long step = Math.max(1, rows / (known == 0 ? LIKELY_IN_A_PAGE : known));
    var places = new ArrayList<Place>();
    long from = 0;
    for (; from + step < pages; from += step) {
      places.add(new Place(from, OptionalLong.of(from + step)));
    }
    places.add(new Place(from, OptionalLong.empty()));
    return places;
  }

  @Override
  public ContentSql.Stream copy(Table table, Place place) {
    var columns = Values.names(table.columns());
    return new ContentSql.Stream(
        "copy (select " + columns + " from " + table.name() + where(place)
            + ") to stdout (format binary)",
        PostgresContent.copyIn(table));
  }

  @Override
  public Map<Object, Digest> digests(
      Connection session, Table table, Place place, Heads ends, OptionalLong seed)
      throws SQLException {
    var stream = table.key().get(0);
    var type = stream.kind() == Kind.TEXT ? "varchar" : "int8";
    var hash = seed.isPresent()
        ? PostgresContent.quickHash(table, seed.getAsLong())
        : PostgresContent.hash(table);
    try (var query = session.prepareStatement("select r." + stream.name()
        + ", count(*), coalesce(sum(" + hash + "), 0) from (select * from " + table.name()
        + where(place) + ") r left join unnest(?::" + type
        + "[], ?::int8[]) e(stream, head) on e.stream = r."
        + stream.name() + " where e.head is null or r." + table.key().get(1).name()
        + " <= e.head group by r." + stream.name())) {
      var streams = ends.last().keySet().toArray();
      query.setArray(1, session.createArrayOf(type, streams));
      var heads = new Object[streams.length];
      for (int i = 0; i < heads.length; i++) {
        heads[i] = ends.last().get(streams[i]);
      }
      query.setArray(2, session.createArrayOf("int8", heads));
      var digests = new HashMap<Object, Digest>();
      try (var row = query.executeQuery()) {
        while (row.next()) {
          digests.put(
              Values.get(row, 1, stream.kind()),
              new Digest(row.getLong(2), row.getBigDecimal(3).toBigIntegerExact()));
        }
      }
      return digests;
    }
  }

  private static String where(Place place) {
    return " where ctid >= '(" + place.from() + ",0)'"
        + (place.to().isPresent() ? " and ctid < '(" + place.to().getAsLong() + ",0)'" : "");
  }
}
