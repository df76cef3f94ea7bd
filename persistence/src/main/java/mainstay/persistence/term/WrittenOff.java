package mainstay.persistence.term;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletionStage;
import mainstay.persistence.databases.Database;
import mainstay.persistence.databases.SessionName;
import mainstay.persistence.databases.SqlWork;

/**
 * Runs of servers that the rest of the cluster has downed, in one database. A server that slept through its own downing
 * wakes up believing that it is a member; with the lease free again it could form a cluster of its own and take terms
 * from the others. What is written off gets neither, and comes back as a new incarnation.
 */
public final class WrittenOff {
  private static final String KEPT = "30 days";

  private final Database database;

  public WrittenOff(Database database) {
    this.database = database;
  }

  /** Notes that {@code by} has seen {@code run} downed. Repeating it changes nothing; a written-off {@code by} has no say. */
  public CompletionStage<Void> add(SessionName run, SessionName by) {
    SqlWork<Void> add = session -> {
      try (var insert = session.prepareStatement(
          "insert into written_off (server, incarnation, by_server, at) "
              + "select ?, ?, ?, clock_timestamp() where not exists "
              + "(select 1 from written_off where server = ? and incarnation = ?) on conflict do nothing")) {
        insert.setString(1, run.server().value());
        insert.setString(2, run.incarnation());
        insert.setString(3, by.server().value());
        insert.setString(4, by.server().value());
        insert.setString(5, by.incarnation());
        insert.executeUpdate();
      }
      try (var old = session.createStatement()) {
        old.executeUpdate(
            "delete from written_off where at < clock_timestamp() - interval '" + KEPT + "'");
      }
      return null;
    };
    return database.control("write off " + run.text(), add.inTransaction());
  }

  public CompletionStage<Boolean> contains(SessionName run) {
    return database.control(
        "look whether " + run.text() + " is written off", session -> contains(session, run));
  }

  /** The same on a session at hand, for a decision in its transaction. */
  public static boolean contains(Connection session, SessionName run) throws SQLException {
    try (var query = session.prepareStatement(
        "select 1 from written_off where server = ? and incarnation = ?")) {
      query.setString(1, run.server().value());
      query.setString(2, run.incarnation());
      try (var row = query.executeQuery()) {
        return row.next();
      }
    }
  }
}
