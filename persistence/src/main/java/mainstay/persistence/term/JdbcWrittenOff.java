package mainstay.persistence.term;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletionStage;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.SessionName;
import mainstay.persistence.databases.SqlWork;
import mainstay.persistence.databases.dialect.Dialect;

/** The runs that are written off, in all databases of the set. */
public final class JdbcWrittenOff implements WrittenOff {
  private static final Duration KEPT = Duration.ofDays(30);

  private final Databases databases;
  private final Clock clock;

  public JdbcWrittenOff(Databases databases, Clock clock) {
    this.databases = databases;
    this.clock = clock;
  }

  @Override
  public CompletionStage<Void> add(SessionName run, SessionName by) {
    var operation = "write off " + run.text();
    var at = clock.instant().truncatedTo(ChronoUnit.MICROS);
    return databases
        .replicator()
        .onWritten(operation, (database, epoch) -> {
          SqlWork<Void> add = session -> add(session, run, by, at, database.dialect());
          return database.control(operation, add.inTransaction());
        })
        .thenApply(done -> null);
  }

  private static Void add(
      Connection session, SessionName run, SessionName by, Instant at, Dialect dialect)
      throws SQLException {
    if (!contains(session, by)) {
      try (var insert = session.prepareStatement(
          "insert into written_off (server, incarnation, by_server, at) values (?, ?, ?, ?)"
              + dialect.orNothing("server"))) {
        insert.setString(1, run.server().value());
        insert.setString(2, run.incarnation());
        insert.setString(3, by.server().value());
        insert.setTimestamp(4, Timestamp.from(at));
        insert.executeUpdate();
      }
      signFirst(session, run, by, at);
    }
    try (var old = session.prepareStatement("delete from written_off where at < ?")) {
      old.setTimestamp(1, Timestamp.from(at.minus(KEPT)));
      old.executeUpdate();
    }
    return null;
  }

  /**
   * Whoever is left writes the same run off, in each database in another order: the first by name stays, so that the
   * databases are equal.
   */
  private static void signFirst(Connection session, SessionName run, SessionName by, Instant at)
      throws SQLException {
    String signed;
    try (var query = session.prepareStatement(
        "select by_server from written_off where server = ? and incarnation = ? for update")) {
      query.setString(1, run.server().value());
      query.setString(2, run.incarnation());
      try (var row = query.executeQuery()) {
        row.next();
        signed = row.getString(1);
      }
    }
    if (by.server().value().compareTo(signed) < 0) {
      try (var sign = session.prepareStatement(
          "update written_off set by_server = ?, at = ? where server = ? and incarnation = ?")) {
        sign.setString(1, by.server().value());
        sign.setTimestamp(2, Timestamp.from(at));
        sign.setString(3, run.server().value());
        sign.setString(4, run.incarnation());
        sign.executeUpdate();
      }
    }
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
