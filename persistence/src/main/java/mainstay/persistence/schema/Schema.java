package mainstay.persistence.schema;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalInt;
import mainstay.persistence.databases.SqlWork;

/** Brings the tables of a database to the version of this program. Several servers may try at once. */
public final class Schema {
  /** The version that this program works with. */
  public static final int VERSION = 1;

  private static final String PRODUCT = "mainstay";
  private static final long LOCK =
      0x6D61696E73746179L; // "mainstay": one server at a time changes tables
  private static final String LOCK_TIMEOUT = "30s";
  private static final List<String> OWN_TABLES = List.of(
      "service_term", "service_term_history", "written_off", "lease", "sample_series", "sample");

  private Schema() {}

  /**
   * Does nothing if the version is reached. All changes are one transaction.
   *
   * @throws SchemaException if the tables belong to a newer version or to another product
   */
  public static Void prepare(Connection session) throws SQLException {
    if (version(session).orElse(0) < VERSION) {
      SqlWork<Void> upgrade = Schema::upgrade;
      upgrade.inTransaction().on(session);
    }
    return null;
  }

  private static Void upgrade(Connection session) throws SQLException {
    try (var statement = session.createStatement()) {
      statement.execute("set local lock_timeout = '" + LOCK_TIMEOUT + "'");
      statement.execute("set local statement_timeout = '" + LOCK_TIMEOUT + "'");
      statement.execute("select pg_advisory_xact_lock(" + LOCK + ")");
      int found = version(session).orElse(0);
      if (found == 0) {
        requireNoOtherProduct(session);
        statement.execute(
            "create table schema_version (product varchar(31) not null, version integer primary key, "
                + "applied_at timestamptz not null default now())");
      }
      for (int next = found + 1; next <= VERSION; next++) {
        for (String sql : script(next).split(";\\s*\n")) {
          statement.execute(sql);
        }
        statement.execute("insert into schema_version (product, version) values ('" + PRODUCT
            + "', " + next + ")");
      }
    }
    return null;
  }

  /** Empty if the database has no tables of this product yet. */
  private static OptionalInt version(Connection session) throws SQLException {
    if (!exists(session, "schema_version")) {
      return OptionalInt.empty();
    }
    String where = " in " + session.getMetaData().getURL();
    if (!hasColumn(session, "schema_version", "product")
        || !hasColumn(session, "schema_version", "version")) {
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

  private static void requireNoOtherProduct(Connection session) throws SQLException {
    for (String table : OWN_TABLES) {
      if (exists(session, table)) {
        throw new SchemaException(
            "table " + table + " in " + session.getMetaData().getURL() + " was not made by "
                + "Mainstay; give Mainstay a database of its own (mainstay.databases[].url)");
      }
    }
  }

  /** By a query of the catalogue: {@code to_regclass} may still remember that there was none before the lock. */
  private static boolean exists(Connection session, String table) throws SQLException {
    return finds(
        session,
        "select 1 from pg_tables where schemaname = any(current_schemas(false)) and tablename = ?",
        table);
  }

  private static boolean hasColumn(Connection session, String table, String column)
      throws SQLException {
    return finds(
        session,
        "select 1 from information_schema.columns where table_schema = any(current_schemas(false)) "
            + "and table_name = ? and column_name = ?",
        table,
        column);
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

  private static String script(int version) {
    String name = "/mainstay/persistence/schema/postgresql/" + version + ".sql";
    try (var stream = Schema.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("resource " + name + " is missing in the program");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }
}
