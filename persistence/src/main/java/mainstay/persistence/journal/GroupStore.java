package mainstay.persistence.journal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mainstay.persistence.databases.Database;
import mainstay.persistence.databases.core.SqlFailure;
import mainstay.persistence.term.StaleTermException;
import mainstay.persistence.term.TermFence;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ServiceName;

/** Stores a group of writes on one database, and finds out which of them is at fault if they cannot go together. */
final class GroupStore {
  private static final String OPERATION = "store events";

  private final JournalSql sql;

  GroupStore(JournalSql sql) {
    this.sql = sql;
  }

  /** What one database says to one write: empty if it is stored, else why nothing of it was. */
  record Verdict(Optional<Exception> refusal) {
    static final Verdict STORED = new Verdict(Optional.empty());

    static Verdict refused(Exception why) {
      return new Verdict(Optional.of(why));
    }
  }

  /**
   * Harmless to repeat.
   *
   * @return one verdict for each write, in their order
   * @throws SQLException if the database is at fault: repeat all
   */
  List<Verdict> store(Database database, Connection session, long epoch, List<JournalWrite> group)
      throws SQLException {
    try {
      return verdicts(group, sql.store(session, database.dialect(), epoch, group));
    } catch (SQLException e) {
      if (concernsAll(database, e)) {
        throw e;
      }
      if (group.size() == 1) {
        return List.of(refusal(database, session, group.get(0), e));
      }
    }
    var verdicts = new ArrayList<Verdict>();
    for (var write : group) { // one of them is at fault; the others must not suffer
      verdicts.addAll(store(database, session, epoch, List.of(write)));
    }
    return verdicts;
  }

  private static List<Verdict> verdicts(
      List<JournalWrite> group, Map<ServiceName, Activation> terms) {
    return group.stream()
        .map(write -> write
            .stamp()
            .map(stamp -> stamp.fence())
            .filter(fence -> !TermFence.isCurrent(fence, terms))
            .map(fence -> Verdict.refused(
                new StaleTermException(fence, Optional.ofNullable(terms.get(fence.service())))))
            .orElse(Verdict.STORED))
        .toList();
  }

  private Verdict refusal(Database database, Connection session, JournalWrite write, SQLException e)
      throws SQLException {
    if (database.dialect().failure(e) != SqlFailure.DUPLICATE) {
      return Verdict.refused(database.failure(OPERATION, e));
    }
    return sql.holds(session, write)
        ? Verdict.STORED
        : Verdict.refused(new SupersededWriterException(
            write.persistenceId(), write.firstSequence(), database.failure(OPERATION, e)));
  }

  private static boolean concernsAll(Database database, SQLException e) {
    return switch (database.dialect().failure(e)) {
      case DISCONNECTED, DAMAGED -> true;
      case DUPLICATE, TIMED_OUT, REFUSED -> false;
    };
  }
}
