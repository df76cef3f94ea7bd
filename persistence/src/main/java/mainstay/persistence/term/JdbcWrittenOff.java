package mainstay.persistence.term;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletionStage;
import mainstay.persistence.databases.Database;
import mainstay.persistence.databases.SessionName;
import mainstay.persistence.databases.SqlWork;

/** The runs that are written off in one database. */
public final class JdbcWrittenOff implements WrittenOff {
  private static final String KEPT = "30 days";

  private final Database database;

  public JdbcWrittenOff(Database database) {
    this.database = database;
  }

  @Override
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

  @Override
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
