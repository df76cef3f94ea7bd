package mainstay.persistence.journal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mainstay.persistence.databases.DatabaseUnavailableException;
import mainstay.persistence.databases.DatabaseUnavailableException.Outcome;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.journal.GroupStore.Verdict;
import mainstay.persistence.term.StaleTermException;
import mainstay.protocol.model.ActiveSet;

/**
 * Writes of some streams, in order. While a group is on its way to the databases the next writes gather, and go together
 * in the following one: a commit costs the same for one and for many. A group is stored when every written database has
 * it, so all of them get the groups of a lane in one order.
 */
final class WriteLane {
  private static final String OPERATION = "store events";
  private static final String LATE =
      "the turn of the write did not come within mainstay.persistence.journal.write-timeout = ";

  private final Databases databases;
  private final GroupStore store;
  private final JournalSettings settings;
  private final JournalHealth health;
  private final ArrayDeque<JournalWrite> waiting = new ArrayDeque<>(); // guarded by this
  private boolean busy; // guarded by this

  WriteLane(Databases databases, GroupStore store, JournalSettings settings, JournalHealth health) {
    this.databases = databases;
    this.store = store;
    this.settings = settings;
    this.health = health;
  }

  /** Its promise is completed in any case. */
  void add(JournalWrite write) {
    synchronized (this) {
      if (waiting.size() >= databases.limits().queueLimit()) {
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
    next();
  }

  private void next() {
    var group = nextGroup();
    if (group.isEmpty()) {
      return;
    }
    databases
        .replicator()
        .on(
            OPERATION,
            ActiveSet::written,
            databases.replicator().patience(),
            (database, epoch) ->
                database.write(OPERATION, session -> store.store(database, session, epoch, group)))
        .whenComplete((answers, failure) -> {
          if (failure == null) {
            settle(group, answers);
          } else {
            var cause = failure instanceof Exception e ? e : new IllegalStateException(failure);
            if (!databases.complain()) {
              health.failed(cause);
            }
            group.forEach(write -> fail(write, cause));
          }
          next();
        });
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

  private static boolean isLate(JournalWrite write) {
    return write.deadline() - System.nanoTime() < 0;
  }

  /** A write is stored if every database says so; what one refuses has failed, though others may have it. */
  private void settle(List<JournalWrite> group, Map<String, List<Verdict>> answers) {
    var stored = new ArrayList<JournalWrite>();
    var refused = new ArrayList<Refusal>();
    for (int i = 0; i < group.size(); i++) {
      var write = group.get(i);
      int place = i;
      answers.values().stream()
          .map(verdicts -> verdicts.get(place).refusal())
          .flatMap(Optional::stream)
          .findFirst()
          .ifPresentOrElse(why -> refused.add(new Refusal(write, why)), () -> stored.add(write));
    }
    // Counted before anybody is told, so who was told sees it counted.
    if (stored.isEmpty()) {
      count(refused);
    } else {
      health.commits.increment();
      health.events.add(stored.stream().mapToLong(write -> write.rows().size()).sum());
      health.stored();
    }
    refused.forEach(refusal -> fail(refusal.write(), refusal.why()));
    stored.forEach(JournalWrite::succeed);
  }

  private record Refusal(JournalWrite write, Exception why) {}

  private void count(List<Refusal> refused) {
    if (!databases.complain()) {
      refused.stream()
          .filter(refusal -> concernsServer(refusal.why()))
          .findFirst()
          .ifPresent(refusal -> health.refused(refusal.write().persistenceId(), refusal.why()));
    }
  }

  private static boolean concernsServer(Exception refusal) {
    return !(refusal instanceof StaleTermException || refusal instanceof SupersededWriterException);
  }

  private void fail(JournalWrite write, Exception cause) {
    if (cause instanceof StaleTermException) {
      health.staleWrites.increment();
    } else if (cause instanceof SupersededWriterException) {
      health.supersededWriters.increment();
    } else {
      health.failedWrites.increment();
    }
    write.fail(cause);
  }

  private void refuse(JournalWrite write, String why) {
    fail(
        write,
        new DatabaseUnavailableException(
            Outcome.NOT_DONE, false, OPERATION + ": no database was asked, " + why, null));
  }
}
