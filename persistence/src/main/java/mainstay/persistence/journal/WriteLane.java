package mainstay.persistence.journal;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import mainstay.persistence.databases.Database;
import mainstay.persistence.databases.DatabaseUnavailableException;
import mainstay.persistence.databases.DatabaseUnavailableException.Outcome;
import mainstay.persistence.databases.core.SqlFailure;
import mainstay.persistence.term.StaleTermException;
import mainstay.persistence.term.TermFence;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ServiceName;

/**
 * Writes of some streams to one database, in order. While a transaction runs the next writes gather, and go together in
 * the following one: a commit costs the same for one and for many.
 */
final class WriteLane {
  private static final String OPERATION = "store events";
  private static final String LATE =
      "the turn of the write did not come within mainstay.persistence.journal.write-timeout = ";

  private final Database database;
  private final JournalSql sql;
  private final JournalSettings settings;
  private final JournalHealth health;
  private final ArrayDeque<JournalWrite> waiting = new ArrayDeque<>(); // guarded by this
  private boolean busy; // guarded by this

  WriteLane(Database database, JournalSql sql, JournalSettings settings, JournalHealth health) {
    this.database = database;
    this.sql = sql;
    this.settings = settings;
    this.health = health;
  }

  /** Its promise is completed in any case. */
  void add(JournalWrite write) {
    synchronized (this) {
      if (waiting.size() >= database.limits().queueLimit()) {
        refuse(
            write,
            waiting.size()
                + " other writes wait in its lane (mainstay.persistence.connections.queue-limit)");
        return;
      }
      waiting.add(write);
      if (busy) {
        return;
      }
      busy = true;
    }
    try {
      database.writers().execute(this::drain);
    } catch (RejectedExecutionException e) {
      abandon(database.full(OPERATION, e));
    }
  }

  private void drain() {
    for (var group = nextGroup(); !group.isEmpty(); group = nextGroup()) {
      try {
        store(group);
      } catch (RuntimeException e) {
        group.forEach(write -> fail(write, e));
      }
    }
  }

  private synchronized List<JournalWrite> nextGroup() {
    var group = new ArrayList<JournalWrite>();
    int events = 0;
    long bytes = 0;
    while (!waiting.isEmpty()) {
      var next = waiting.peek();
      if (isLate(next)) {
        refuse(waiting.remove(), LATE + settings.writeTimeout().toMillis() + " ms");
        continue;
      }
      events += next.rows().size();
      bytes += next.bytes();
      if (!group.isEmpty()
          && (events > settings.groupLimit() || bytes > settings.groupLimitBytes())) {
        break;
      }
      group.add(waiting.remove());
    }
    busy = !group.isEmpty();
    return group;
  }

  private void store(List<JournalWrite> group) {
    try {
      attempt(group);
    } catch (DatabaseUnavailableException e) {
      if (concernsAll(e)) {
        group.forEach(write -> fail(write, e));
      } else if (group.size() > 1) {
        storeOneByOne(group); // one of them is at fault; the others must not suffer
      } else {
        fail(group.get(0), causeOf(e, group.get(0)));
      }
    }
  }

  private void storeOneByOne(List<JournalWrite> group) {
    for (int i = 0; i < group.size(); i++) {
      var write = group.get(i);
      if (isLate(write)) {
        refuse(write, LATE + settings.writeTimeout().toMillis() + " ms");
        continue;
      }
      try {
        attempt(List.of(write));
      } catch (DatabaseUnavailableException e) {
        fail(write, causeOf(e, write));
        if (concernsAll(e)) {
          group
              .subList(i + 1, group.size())
              .forEach(rest -> refuse(rest, "it was lost a moment ago: " + e.getMessage()));
          return;
        }
      }
    }
  }

  private void attempt(List<JournalWrite> group) {
    settle(group, database.onWriter(OPERATION, session -> sql.store(session, group)));
  }

  private static boolean isLate(JournalWrite write) {
    return write.deadline() - System.nanoTime() < 0;
  }

  private void settle(List<JournalWrite> group, Map<ServiceName, Activation> terms) {
    long stored = 0;
    for (JournalWrite write : group) {
      var stale = write.stamp().filter(stamp -> !TermFence.isCurrent(stamp.fence(), terms));
      if (stale.isPresent()) {
        var fence = stale.get().fence();
        health.staleWrites.increment();
        write.fail(new StaleTermException(fence, Optional.ofNullable(terms.get(fence.service()))));
      } else {
        stored += write.rows().size();
        write.succeed();
      }
    }
    if (stored > 0) {
      health.commits.increment();
      health.events.add(stored);
    }
  }

  private static boolean concernsAll(DatabaseUnavailableException e) {
    return !(e.getCause() instanceof SQLException sql)
        || switch (SqlFailure.of(sql.getSQLState())) {
          case DISCONNECTED -> true;
          case DUPLICATE, TIMED_OUT, REFUSED -> false;
        };
  }

  private Exception causeOf(DatabaseUnavailableException e, JournalWrite write) {
    return isDuplicate(e)
        ? new SupersededWriterException(
            write.persistenceId(), write.rows().get(0).sequence(), e.getCause())
        : e;
  }

  private static boolean isDuplicate(DatabaseUnavailableException e) {
    return e.getCause() instanceof SQLException sql
        && SqlFailure.of(sql.getSQLState()) == SqlFailure.DUPLICATE;
  }

  private void fail(JournalWrite write, Exception cause) {
    (cause instanceof SupersededWriterException ? health.supersededWriters : health.failedWrites)
        .increment();
    write.fail(cause);
  }

  private void refuse(JournalWrite write, String why) {
    fail(
        write,
        new DatabaseUnavailableException(
            Outcome.NOT_DONE,
            OPERATION + ": database " + database.name() + " was not asked, " + why,
            null));
  }

  private void abandon(Exception cause) {
    List<JournalWrite> abandoned;
    synchronized (this) {
      abandoned = List.copyOf(waiting);
      waiting.clear();
      busy = false;
    }
    abandoned.forEach(write -> fail(write, cause));
  }
}
