package mainstay.persistence.term;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mainstay.persistence.databases.EpochChangedException;
import mainstay.persistence.databases.SessionName;
import mainstay.persistence.databases.SqlWork;
import mainstay.persistence.databases.core.SqlFailure;
import mainstay.persistence.databases.dialect.Dialect;
import mainstay.persistence.term.TermStore.HistoryEntry;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/** The terms in one database. */
final class TermSql {
  private static final String COLUMNS =
      "select service, term, server, incarnation from service_term";

  private TermSql() {}

  /** What a database answers to somebody who wants to raise a term there. */
  sealed interface Raise {}

  record Raised() implements Raise {}

  /** This term, or a higher one, is somebody else's. */
  record Held(Activation by) implements Raise {}

  record WrittenOffRun() implements Raise {}

  static Optional<Activation> current(Connection session, long epoch, ServiceName service)
      throws SQLException {
    return Optional.ofNullable(
        read(session, epoch, " where service = ?", service.value()).get(service));
  }

  static Map<ServiceName, Activation> all(Connection session, long epoch) throws SQLException {
    return read(session, epoch, "", null);
  }

  /** One statement, so the epoch is that of the moment in which the terms are read. */
  private static Map<ServiceName, Activation> read(
      Connection session, long epoch, String where, String parameter) throws SQLException {
    try (var query = session.prepareStatement(
        "select t.service, t.term, t.server, t.incarnation, a.epoch from active_set a left join ("
            + COLUMNS + where + ") t on true")) {
      if (parameter != null) {
        query.setString(1, parameter);
      }
      try (var rows = query.executeQuery()) {
        var found = new ArrayList<Activation>();
        while (rows.next()) {
          if (rows.getLong(5) != epoch) {
            throw new EpochChangedException(session.getMetaData().getURL(), epoch, null);
          }
          if (rows.getString(1) != null) {
            found.add(TermFence.activation(rows));
          }
        }
        return found.stream()
            .collect(java.util.stream.Collectors.toMap(Activation::service, held -> held));
      }
    }
  }

  static List<HistoryEntry> history(Connection session, ServiceName service, int limit)
      throws SQLException {
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
              row.getTimestamp(5).toInstant()));
        }
      }
      return List.copyOf(entries);
    }
  }

  /** Raises the term to that of {@code wanted}, which may have been done already, in one transaction. */
  static Raise raise(
      Connection session,
      long epoch,
      Activation wanted,
      String why,
      Instant at,
      Duration lockTimeout,
      Dialect dialect)
      throws SQLException {
    SqlWork<Raise> raise = c -> {
      dialect.lockTerm(c, wanted.service(), lockTimeout);
      if (JdbcWrittenOff.contains(c, new SessionName(wanted.server(), wanted.incarnation()))) {
        return new WrittenOffRun();
      }
      var held = current(c, epoch, wanted.service());
      if (held.filter(wanted::equals).isPresent()) {
        return new Raised();
      }
      if (held.isPresent() && !mayFollow(wanted, held.get().term())) {
        return new Held(held.get());
      }
      store(c, wanted, held.isPresent());
      record(c, wanted, why, at, dialect);
      return new Raised();
    };
    try {
      return raise.inTransaction().on(session);
    } catch (SQLException e) {
      if (dialect.failure(e) != SqlFailure.DUPLICATE) {
        throw e;
      }
      // Where the lock is that of the row, two may store the first term at once. The other one has.
      return raise.inTransaction().on(session);
    }
  }

  /**
   * Whether a database that holds {@code term} takes the wanted one, or leaves it to who holds it already. It may hold an
   * older one than the one before: a term that was taken in a database which has been lost since is passed over.
   */
  static boolean mayFollow(Activation wanted, long term) {
    return term < wanted.term();
  }

  private static void store(Connection session, Activation wanted, boolean known)
      throws SQLException {
    try (var store = session.prepareStatement(
        known
            ? "update service_term set term = ?, server = ?, incarnation = ? where service = ?"
            : "insert into service_term (term, server, incarnation, service) values (?, ?, ?, ?)")) {
      store.setLong(1, wanted.term());
      store.setString(2, wanted.server().value());
      store.setString(3, wanted.incarnation());
      store.setString(4, wanted.service().value());
      store.executeUpdate();
    }
  }

  /** Nothing if it says something of that term already. */
  static void record(Connection session, Activation wanted, String why, Instant at, Dialect dialect)
      throws SQLException {
    try (var record = session.prepareStatement("insert into service_term_history "
        + "(term, server, incarnation, service, why, taken_at) values (?, ?, ?, ?, ?, ?)"
        + dialect.orNothing("term"))) {
      record.setLong(1, wanted.term());
      record.setString(2, wanted.server().value());
      record.setString(3, wanted.incarnation());
      record.setString(4, wanted.service().value());
      record.setString(5, why);
      record.setTimestamp(6, Timestamp.from(at));
      record.executeUpdate();
    }
  }
}
