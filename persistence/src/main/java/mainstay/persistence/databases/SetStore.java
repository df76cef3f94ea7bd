package mainstay.persistence.databases;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import mainstay.protocol.model.ActiveSet;

/**
 * What a database itself knows of the set of databases: the epoch in which it is written, the history of the sets, and
 * which one of which cluster it is. Every write transaction compares its epoch with what stands here.
 */
public final class SetStore {
  private static final String CHANGE =
      "update active_set set epoch = ?, members = ? where id = 1 and epoch < ?";
  private static final String HISTORY =
      "insert into active_set_history (epoch, members, why, by_whom, at) values (?, ?, ?, ?, ?)";
  private static final String IDENTITY =
      "insert into database_identity (id, cluster, name) values (1, ?, ?)";
  private static final String RENAME =
      "update database_identity set name = ? where id = 1 and cluster = ? and name = ?";
  private static final int LONGEST_NAME = 255;

  private SetStore() {}

  /**
   * One epoch.
   *
   * @param cluster that the databases belong to
   * @param by who wanted it
   */
  public record Entry(String cluster, ActiveSet set, String by, Instant at) {}

  public record Identity(String cluster, String name) {}

  /**
   * What a database holds.
   *
   * @param epoch 0 if it was never told one
   * @param members of that epoch as {@link ActiveSet#text()}
   * @param events whether it holds any event or sample
   * @param identity empty if it never belonged to a cluster
   */
  public record Content(long epoch, String members, boolean events, Optional<Identity> identity) {}

  /**
   * Waits for write transactions under way; after it no transaction of an older epoch commits. Does nothing to a
   * database that knows this epoch or a newer one.
   */
  public static CompletableFuture<Void> write(Database database, Entry entry) {
    var dialect = database.dialect();
    var statements = String.join(
            ";\n", CHANGE, HISTORY + dialect.orNothing("epoch"), IDENTITY + dialect.orNothing("id"))
        + ";\n";
    return database.control("store epoch " + entry.set().epoch(), session -> {
      dialect.changeAlone(session, statements, (all, first) -> {
        int next = change(all, first, entry);
        next = history(all, next, entry);
        identity(all, next, entry, database.name());
      });
      return null;
    });
  }

  /** The same change as {@link #write} in a transaction that holds back all writes. */
  public static void store(Database database, Connection session, Entry entry) throws SQLException {
    var dialect = database.dialect();
    try (var change = session.prepareStatement(CHANGE);
        var history = session.prepareStatement(HISTORY + dialect.orNothing("epoch"));
        var identity = session.prepareStatement(IDENTITY + dialect.orNothing("id"))) {
      change(change, 1, entry);
      change.executeUpdate();
      history(history, 1, entry);
      history.executeUpdate();
      identity(identity, 1, entry, database.name());
      identity.executeUpdate();
    }
  }

  /** From now on it says that it is what it is called. Does nothing to a database that does not say what is expected. */
  public static CompletableFuture<Void> rename(Database database, Identity expected) {
    return database.control("rename " + expected.name() + " " + database.name(), session -> {
      try (var rename = session.prepareStatement(RENAME)) {
        rename.setString(1, database.name());
        rename.setString(2, expected.cluster());
        rename.setString(3, expected.name());
        rename.executeUpdate();
        return null;
      }
    });
  }

  private static int change(PreparedStatement statement, int first, Entry entry)
      throws SQLException {
    int next = first;
    statement.setLong(next++, entry.set().epoch());
    statement.setString(next++, entry.set().text());
    statement.setLong(next++, entry.set().epoch());
    return next;
  }

  private static int history(PreparedStatement statement, int first, Entry entry)
      throws SQLException {
    int next = first;
    statement.setLong(next++, entry.set().epoch());
    statement.setString(next++, entry.set().text());
    statement.setString(next++, entry.set().why());
    statement.setString(
        next++, entry.by().substring(0, Math.min(LONGEST_NAME, entry.by().length())));
    statement.setTimestamp(next++, Timestamp.from(entry.at()));
    return next;
  }

  private static void identity(PreparedStatement statement, int first, Entry entry, String database)
      throws SQLException {
    statement.setString(first, entry.cluster());
    statement.setString(first + 1, database);
  }

  /** The tables must have been prepared. */
  public static Content read(Connection session) throws SQLException {
    try (var query = session.prepareStatement("select s.epoch, s.members, i.cluster, i.name, "
            + "exists (select 1 from event_journal) or exists (select 1 from sample) "
            + "from active_set s left join database_identity i on i.id = s.id where s.id = 1");
        var row = query.executeQuery()) {
      var identity = identity(row, 3);
      return new Content(row.getLong(1), row.getString(2), row.getBoolean(5), identity);
    }
  }

  /**
   * Logs in anew and looks whether the database can be read and written. Events and samples are not looked at: whether
   * those are whole is found out by comparing them, and one that is damaged must be reached to be repaired.
   *
   * @param limit for each step, in whole seconds
   * @return empty if it never belonged to a cluster
   */
  public static Optional<Identity> probe(Database database, Duration limit) throws SQLException {
    try (var session = database.session(limit, limit)) {
      return probe(session);
    }
  }

  /**
   * The same on a session that stands already, which takes a fraction of the time of a login. It says nothing of whether
   * the database still takes logins.
   */
  public static CompletableFuture<Optional<Identity>> glance(Database database) {
    return database.control("look whether it answers", SetStore::probe);
  }

  /**
   * A row is locked and let go, which a database that is read-only or whose disk hangs cannot do; if somebody else holds
   * it, that is proof enough.
   */
  private static Optional<Identity> probe(Connection session) throws SQLException {
    Optional<Identity> identity;
    try (var query = session.prepareStatement("select i.cluster, i.name "
            + "from active_set s left join database_identity i on i.id = s.id where s.id = 1");
        var row = query.executeQuery()) {
      identity = identity(row, 1);
    }
    try (var lock = session.createStatement()) {
      lock.execute("select 1 from active_set where id = 1 for update skip locked");
    }
    return identity;
  }

  private static Optional<Identity> identity(ResultSet row, int cluster) throws SQLException {
    if (!row.next()) {
      throw new SQLException("table active_set has lost its row", "XX001");
    }
    String name = row.getString(cluster + 1);
    return Optional.ofNullable(row.getString(cluster)).map(known -> new Identity(known, name));
  }
}
