package mainstay.multijvm.checker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import mainstay.multijvm.cluster.Cluster;
import mainstay.multijvm.workload.DatabaseContent;
import mainstay.multijvm.workload.JdbcContent;

/**
 * I9: databases are identical. Every row of every table of each database is compared with the first one's. It looks at the
 * databases and not at a history, so it holds for the moments at which they were opened: while somebody writes, one of them
 * may be a transaction ahead.
 */
public final class DatabasesIdentical {
  private static final String INVARIANT = "I9 databases are identical";
  private static final int SHOWN_HASH = 16;
  private static final int SHOWN_VALUE = 80;

  /** Of a cluster, as close together as can be: all logins come first. */
  public static Verdict of(Cluster cluster) throws IOException, SQLException {
    var open = new ArrayList<JdbcContent>();
    try {
      for (var database : cluster.databases()) {
        open.add(JdbcContent.open(cluster.database(database)));
      }
      for (var content : open) {
        content.begin();
      }
      return new DatabasesIdentical().check(open);
    } finally {
      for (var content : open) {
        content.close();
      }
    }
  }

  /** @throws IllegalArgumentException if there are less than two, which proves nothing */
  public Verdict check(List<? extends DatabaseContent> databases) throws SQLException {
    if (databases.size() < 2) {
      throw new IllegalArgumentException(
          "nothing to compare with: " + databases.size() + " database");
    }
    var examined = new ArrayList<String>();
    var violations = new ArrayList<String>();
    var first = databases.get(0);
    for (var other : databases.subList(1, databases.size())) {
      var tables = new TreeSet<>(first.tables());
      tables.addAll(other.tables());
      for (var table : tables) {
        compare(table, first, other, examined, violations);
      }
    }
    return new Verdict(INVARIANT, String.join(", ", examined), violations);
  }

  /** Names the first difference of a table; what follows from it is not worth reading. */
  private static void compare(
      String table,
      DatabaseContent first,
      DatabaseContent other,
      List<String> examined,
      List<String> violations)
      throws SQLException {
    for (var database : List.of(first, other)) {
      if (!database.tables().contains(table)) {
        violations.add(database.database() + " has no table " + table);
        return;
      }
    }
    try (var left = new Side(table, first);
        var right = new Side(table, other)) {
      var difference = left.columnsUnlike(right);
      if (difference.isEmpty()) {
        difference = left.rowsUnlike(right);
      }
      difference.ifPresent(violations::add);
      var mine = left.readOn();
      var theirs = right.readOn();
      examined.add(table + " " + (mine.equals(theirs) ? mine : mine + " / " + theirs));
    }
  }

  /** One table of one database, and what was read of it so far. */
  private static final class Side implements AutoCloseable {
    private final String database;
    private final String table;
    private final DatabaseContent.Rows rows;
    private final MessageDigest digest = sha256();
    private long count;

    Side(String table, DatabaseContent content) throws SQLException {
      this.table = table;
      this.database = content.database();
      this.rows = content.rows(table);
    }

    Optional<String> columnsUnlike(Side other) {
      return rows.columns().equals(other.rows.columns())
          ? Optional.empty()
          : Optional.of(table + " has the columns " + rows.columns() + " in " + database + ", "
              + other.rows.columns() + " in " + other.database);
    }

    Optional<String> rowsUnlike(Side other) throws SQLException {
      while (true) {
        var mine = next();
        var theirs = other.next();
        if (!mine.equals(theirs)) {
          return Optional.of(
              table + ", row " + Math.max(count, other.count) + ": " + unlike(mine, theirs, other));
        }
        if (mine.isEmpty()) {
          return Optional.empty();
        }
      }
    }

    private String unlike(Optional<List<String>> mine, Optional<List<String>> theirs, Side other) {
      if (mine.isPresent() && theirs.isPresent() && key(mine.get()).equals(key(theirs.get()))) {
        int column = 0;
        while (mine.get().get(column).equals(theirs.get().get(column))) {
          column++;
        }
        return key(mine.get()) + " has " + rows.columns().get(column) + " = "
            + shortened(mine.get().get(column)) + " in " + database + ", "
            + shortened(theirs.get().get(column)) + " in " + other.database;
      }
      return mine.map(this::key).orElse("no more row") + " in " + database + ", "
          + theirs.map(this::key).orElse("no more row") + " in " + other.database;
    }

    private String key(List<String> row) {
      return row.subList(0, rows.keyColumns()).toString();
    }

    private Optional<List<String>> next() throws SQLException {
      var row = rows.next();
      if (row.isPresent()) {
        count++;
        for (var value : row.get()) {
          digest.update(value.getBytes(StandardCharsets.UTF_8));
          digest.update((byte) 0);
        }
      }
      return row;
    }

    /** Reads the rest; returns how many rows there were, and the hash over all of them. */
    String readOn() throws SQLException {
      while (next().isPresent()) {
        continue;
      }
      return count + " rows " + HexFormat.of().formatHex(digest.digest()).substring(0, SHOWN_HASH);
    }

    @Override
    public void close() throws SQLException {
      rows.close();
    }
  }

  private static String shortened(String value) {
    return value.length() <= SHOWN_VALUE
        ? value
        : value.substring(0, SHOWN_VALUE) + "… (" + value.length() + " characters)";
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
