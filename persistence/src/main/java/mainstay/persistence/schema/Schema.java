package mainstay.persistence.schema;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import mainstay.persistence.databases.SqlWork;
import mainstay.persistence.databases.dialect.Dialect;

/** Brings the tables of a database to the version of this program. Several servers may try at once. */
public final class Schema {
  /** The version that this program works with. */
  public static final int VERSION = 3;

  private static final String PRODUCT = "mainstay";
  private static final List<String> OWN_TABLES = List.of(
      "service_term",
      "service_term_history",
      "written_off",
      "lease",
      "sample_series",
      "sample",
      "active_set",
      "active_set_history",
      "database_identity",
      "server_session");

  /** Akka's tables, which may have been there before: by what they are told from others of the same name. */
  private static final Map<String, String> JOURNAL_TABLES =
      Map.of("event_journal", "ordering", "event_tag", "event_id", "snapshot", "snapshot_payload");

  private Schema() {}

  /**
   * Does nothing if the version is reached. All changes are one transaction where the vendor can, else what is done is
   * done and the rest is done by the next attempt.
   *
   * @throws SchemaException if the tables belong to a newer version or to another product
   */
  public static Void prepare(Connection session) throws SQLException {
    var dialect = Dialect.of(session);
    if (version(session, dialect).orElse(0) < VERSION) {
      SqlWork<Void> upgrade = c -> upgrade(c, dialect);
      upgrade.inTransaction().on(session);
    }
    return null;
  }

  private static Void upgrade(Connection session, Dialect dialect) throws SQLException {
    dialect.lockTables(session);
    try (var statement = session.createStatement()) {
      var found = version(session, dialect);
      if (found.isEmpty()) {
        requireNoOtherProduct(session, dialect);
        statement.execute(dialect.versionTable(PRODUCT));
      }
      int first = Math.max(found.orElse(0) + 1, dialect.firstVersion());
      for (int next = first; next <= VERSION; next++) {
        for (String sql : script(dialect, next).split(";\\s*\n")) {
          statement.execute(sql);
        }
        statement.execute("insert into schema_version (product, version) values ('" + PRODUCT
            + "', " + next + ")");
      }
    }
    dialect.unlockTables(session);
    return null;
  }

  /** Empty if the database has no tables of this product yet. */
  private static OptionalInt version(Connection session, Dialect dialect) throws SQLException {
    if (!exists(session, dialect, "schema_version")) {
      return OptionalInt.empty();
    }
    String where = " in " + session.getMetaData().getURL();
    if (!hasColumn(session, dialect, "schema_version", "product")
        || !hasColumn(session, dialect, "schema_version", "version")) {
      throw new SchemaException(
          "table schema_version" + where + " belongs to another product; give Mainstay a database "
              + "of its own (mainstay.databases[].url)");
    }
    try (var statement = session.createStatement();
        var row = statement.executeQuery(
            "select product, version from schema_version order by version desc limit 1")) {
      if (!row.next() || !row.getString(1).equals(PRODUCT)) {
        throw new SchemaException(
            "the tables" + where + " belong to another product according to schema_version; give "
                + "Mainstay a database of its own (mainstay.databases[].url)");
      }
      if (row.getInt(2) > VERSION) {
        throw new SchemaException(
            "the tables" + where + " have version " + row.getInt(2) + ", this program knows up to "
                + VERSION + "; run the newer program, or restore a backup of the older version");
      }
      return OptionalInt.of(row.getInt(2));
    }
  }

  private static void requireNoOtherProduct(Connection session, Dialect dialect)
      throws SQLException {
    for (String table : OWN_TABLES) {
      if (exists(session, dialect, table)) {
        throw foreign(session, table, "was not made by Mainstay");
      }
    }
    for (var table : JOURNAL_TABLES.entrySet()) {
      if (exists(session, dialect, table.getKey())
          && !hasColumn(session, dialect, table.getKey(), table.getValue())) {
        throw foreign(session, table.getKey(), "is no journal of Akka");
      }
    }
  }

  private static SchemaException foreign(Connection session, String table, String why)
      throws SQLException {
    return new SchemaException("table " + table + " in " + session.getMetaData().getURL() + " "
        + why + "; give Mainstay a database of its own (mainstay.databases[].url)");
  }

  private static boolean exists(Connection session, Dialect dialect, String table)
      throws SQLException {
    return finds(session, dialect.hasTable(), table);
  }

  private static boolean hasColumn(Connection session, Dialect dialect, String table, String column)
      throws SQLException {
    return finds(session, dialect.hasColumn(), table, column);
  }

  private static boolean finds(Connection session, String sql, String... names)
      throws SQLException {
    try (var query = session.prepareStatement(sql)) {
      for (int i = 0; i < names.length; i++) {
        query.setString(1 + i, names[i]);
      }
      try (var row = query.executeQuery()) {
        return row.next();
      }
    }
  }

  private static String script(Dialect dialect, int version) {
    String name = dialect.scripts() + version + ".sql";
    try (var stream = dialect.getClass().getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("resource " + name + " is missing in the program");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }
}
