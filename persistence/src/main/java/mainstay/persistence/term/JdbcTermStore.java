package mainstay.persistence.term;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import mainstay.persistence.databases.Database;
import mainstay.persistence.databases.SessionName;
import mainstay.persistence.databases.SqlWork;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/** The terms in one database. All of it runs on control sessions. */
public final class JdbcTermStore implements TermStore {
  private static final String COLUMNS =
      "select service, term, server, incarnation from service_term";

  private final Database database;

  public JdbcTermStore(Database database) {
    this.database = database;
  }

  @Override
  public CompletionStage<Optional<Activation>> current(ServiceName service) {
    return database.control("read the term of " + service, session -> current(session, service));
  }

  @Override
  public CompletionStage<Map<ServiceName, Activation>> all() {
    return database.control("read all terms", session -> {
      try (var query = session.prepareStatement(COLUMNS);
          var rows = query.executeQuery()) {
        return TermFence.activations(rows);
      }
    });
  }

  @Override
  public CompletionStage<Take> take(
      ServiceName service,
      long expectedTerm,
      ServerId server,
      String incarnation,
      String why,
      boolean endPreviousSessions) {
    if (expectedTerm < 0) {
      throw new IllegalArgumentException(
          "expected term " + expectedTerm + " of " + service + " is negative");
    }
    var wanted = new Activation(service, expectedTerm + 1, server, incarnation);
    return database.control("take term " + wanted.term() + " of " + service, session -> {
      if (JdbcWrittenOff.contains(session, new SessionName(server, incarnation))) {
        return new RunIsWrittenOff();
      }
      var previous = current(session, service);
      if (previous.map(Activation::term).orElse(0L) != expectedTerm) {
        return new Lost(previous);
      }
      if (endPreviousSessions && previous.isPresent()) {
        endSessions(session, previous.get(), wanted);
      }
      SqlWork<Boolean> raise = c -> raise(c, wanted, why);
      return raise.inTransaction().on(session)
          ? new Taken(wanted)
          : new Lost(current(session, service));
    });
  }

  @Override
  public CompletionStage<List<HistoryEntry>> history(ServiceName service, int limit) {
    return database.control("read the terms of " + service, session -> {
      try (var query = session.prepareStatement("select term, server, incarnation, why, taken_at "
          + "from service_term_history where service = ? order by term desc limit ?")) {
        query.setString(1, service.value());
        query.setInt(2, limit);
        var entries = new ArrayList<HistoryEntry>();
        try (var row = query.executeQuery()) {
          while (row.next()) {
            entries.add(new HistoryEntry(
                new Activation(
                    service, row.getLong(1), new ServerId(row.getString(2)), row.getString(3)),
                row.getString(4),
                row.getObject(5, OffsetDateTime.class).toInstant()));
          }
        }
        return List.copyOf(entries);
      }
    });
  }

  private static Optional<Activation> current(Connection session, ServiceName service)
      throws SQLException {
    try (var query = session.prepareStatement(COLUMNS + " where service = ?")) {
      query.setString(1, service.value());
      try (var rows = query.executeQuery()) {
        return Optional.ofNullable(TermFence.activations(rows).get(service));
      }
    }
  }

  /** Does not wait until they have ended: whoever raises the term waits for the lock of those that write, and no others. */
  private static void endSessions(Connection session, Activation previous, Activation wanted)
      throws SQLException {
    var theirs = new SessionName(previous.server(), previous.incarnation());
    if (theirs.equals(new SessionName(wanted.server(), wanted.incarnation()))) {
      return;
    }
    try (var end = session.prepareStatement(
        "select pg_terminate_backend(pid) from pg_stat_activity "
            + "where application_name = ? and datname = current_database() and pid <> pg_backend_pid()")) {
      end.setString(1, theirs.text());
      end.execute();
    }
  }

  private boolean raise(Connection session, Activation wanted, String why) throws SQLException {
    try (var statement = session.createStatement()) {
      statement.execute(
          "set local lock_timeout = " + database.limits().termLockTimeout().toMillis());
      statement.execute("select pg_advisory_xact_lock(" + TermFence.lock(wanted.service()) + ")");
    }
    String sql = wanted.term() == 1
        ? "insert into service_term (term, server, incarnation, service) values (?, ?, ?, ?) on conflict do nothing"
        : "update service_term set term = ?, server = ?, incarnation = ? where service = ? and term = ?";
    try (var raise = session.prepareStatement(sql)) {
      raise.setLong(1, wanted.term());
      raise.setString(2, wanted.server().value());
      raise.setString(3, wanted.incarnation());
      raise.setString(4, wanted.service().value());
      if (wanted.term() > 1) {
        raise.setLong(5, wanted.term() - 1);
      }
      if (raise.executeUpdate() == 0) {
        return false;
      }
    }
    try (var record = session.prepareStatement(
        "insert into service_term_history "
            + "(term, server, incarnation, service, why, taken_at) values (?, ?, ?, ?, ?, clock_timestamp())")) {
      record.setLong(1, wanted.term());
      record.setString(2, wanted.server().value());
      record.setString(3, wanted.incarnation());
      record.setString(4, wanted.service().value());
      record.setString(5, why);
      record.executeUpdate();
    }
    return true;
  }
}
