package mainstay.persistence.term;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletionStage;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.SessionName;
import mainstay.persistence.databases.SqlWork;
import mainstay.persistence.databases.dialect.Dialect;

/** The runs that are written off, in all databases of the set. */
public final class JdbcWrittenOff implements WrittenOff {
  private final Databases databases;

  public JdbcWrittenOff(Databases databases) {
    this.databases = databases;
  }

  @Override
  public CompletionStage<Void> add(SessionName run, SessionName by) {
    var operation = "write off " + run.text();
    return databases
        .replicator()
        .onWritten(operation, (database, epoch) -> {
          SqlWork<Void> add = session -> add(session, run, by, database.dialect());
          return database.control(operation, add.inTransaction());
        })
        .thenApply(done -> null);
  }

  private static Void add(Connection session, SessionName run, SessionName by, Dialect dialect)
      throws SQLException {
    if (!contains(session, by)) {
      try (var insert =
          session.prepareStatement("insert into written_off (server, incarnation) values (?, ?)"
              + dialect.orNothing("server"))) {
        insert.setString(1, run.server().value());
        insert.setString(2, run.incarnation());
        insert.executeUpdate();
      }
    }
    return null;
  }

  @Override
  public CompletionStage<Boolean> contains(SessionName run) {
    var operation = "look whether " + run.text() + " is written off";
    return databases
        .replicator()
        .onActive(
            operation,
            (database, epoch) -> database.control(operation, session -> contains(session, run)))
        .thenApply(answers -> answers.containsValue(true));
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
