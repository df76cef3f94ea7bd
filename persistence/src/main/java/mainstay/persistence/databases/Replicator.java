package mainstay.persistence.databases;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import mainstay.persistence.databases.DatabaseUnavailableException.Outcome;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.Failures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does one piece of work on several databases of the set and waits through changes of the set: what fails on a database
 * is repeated there as long as the database counts, and forgotten when it does not any more. So work must be harmless
 * to repeat. Nothing is dropped here: a database that fails or is slow is only reported ({@link Suspicion}).
 */
public final class Replicator {
  /** So much later than its time something may be found to be late. */
  private static final Duration WATCH = Duration.ofMillis(50);

  private static final Logger log = LoggerFactory.getLogger("mainstay.databases");

  private final Databases databases;
  private final ReplicationSettings settings;
  private final Set<Run<?>> runs = ConcurrentHashMap.newKeySet();

  Replicator(Databases databases, ReplicationSettings settings) {
    this.databases = databases;
    this.settings = settings;
    databases.onAdopted(set -> runs.forEach(Run::advance));
    databases
        .timer()
        .scheduleWithFixedDelay(
            this::watch, WATCH.toMillis(), WATCH.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** One look at all of them: a timer for each would cost every write more than its look-up of the set. */
  private void watch() {
    long now = System.nanoTime();
    for (var run : runs) {
      try {
        run.watch(now);
      } catch (RuntimeException e) { // would end all further looks
        log.error("{}: cannot be watched", run.operation, e);
      }
    }
  }

  /**
   * Work on one database in one epoch. It fails with {@link EpochChangedException} where the epoch is over. What it returns
   * is cancelled when nobody waits for it any more.
   */
  @FunctionalInterface
  public interface Work<T> {
    CompletableFuture<T> on(Database database, long epoch);
  }

  public Duration patience() {
    return settings.patience();
  }

  /** Work that is not answered within it makes a database suspect. */
  Duration slow() {
    return settings.slow();
  }

  /** On all databases that are written. */
  public <T> CompletableFuture<Map<String, T>> onWritten(String operation, Work<T> work) {
    return on(operation, ActiveSet::written, settings.patience(), work);
  }

  /** On all databases that may be read. */
  public <T> CompletableFuture<Map<String, T>> onActive(String operation, Work<T> work) {
    return on(operation, ActiveSet::active, settings.patience(), work);
  }

  /** On the one of the active databases that has the least to do; on another one if that is at fault. */
  public <T> CompletableFuture<T> onReader(String operation, Work<T> work) {
    var choice = new Choice();
    return on(
            operation,
            set -> List.of(choice.in(set)),
            settings.patience(),
            (database, epoch) -> work.on(database, epoch).whenComplete((done, failure) -> {
              if (failure != null) {
                choice.avoid(database.name());
              }
            }))
        .thenApply(results -> results.values().iterator().next());
  }

  /** The same database until it fails or counts no more, though others may have less to do by now. */
  private final class Choice {
    private final Set<String> avoided = new HashSet<>(); // guarded by this
    private String chosen = ""; // guarded by this

    private synchronized String in(ActiveSet set) {
      if (avoided.containsAll(set.active())) {
        avoided.clear();
      }
      if (avoided.contains(chosen) || !set.active().contains(chosen)) {
        chosen = databases.reader(avoided).name();
      }
      return chosen;
    }

    private synchronized void avoid(String name) {
      avoided.add(name);
    }
  }

  /**
   * @param who which databases of a set; asked anew whenever the set changes
   * @param limit after it the work fails: <em>unknown</em> if it may have been done somewhere
   * @return the results by name of the databases, when all of the current set have one; fails at once with what the work
   *     itself throws
   */
  public <T> CompletableFuture<Map<String, T>> on(
      String operation, Function<ActiveSet, List<String>> who, Duration limit, Work<T> work) {
    var run = new Run<>(operation, who, limit, work);
    runs.add(run);
    run.result.whenComplete((done, failure) -> runs.remove(run));
    run.advance();
    return run.result;
  }

  private final class Run<T> {
    private final String operation;
    private final Function<ActiveSet, List<String>> who;
    private final Duration limit;
    private final Work<T> work;
    private final CompletableFuture<Map<String, T>> result = new CompletableFuture<>();
    private final long begunNanos = System.nanoTime();
    private final Map<String, T> done = new HashMap<>(); // guarded by this
    private final Set<String> under = new HashSet<>(); // guarded by this
    private final Map<String, Asked> asked =
        new HashMap<>(); // guarded by this: unanswered, and not found slow yet
    private final Map<String, Long> ended =
        new HashMap<>(); // guarded by this: epoch that ended there
    private final Map<String, String> failures = new HashMap<>(); // guarded by this
    private final Set<CompletableFuture<T>> running = ConcurrentHashMap.newKeySet();
    private boolean maybeDone; // guarded by this
    private volatile boolean over;

    private Run(
        String operation, Function<ActiveSet, List<String>> who, Duration limit, Work<T> work) {
      this.operation = operation;
      this.who = who;
      this.limit = limit;
      this.work = work;
    }

    private record Asked(long epoch, long nanos) {}

    private void watch(long now) {
      var slow = new HashMap<String, Asked>();
      synchronized (this) {
        asked.forEach((name, question) -> {
          if (now - question.nanos() > settings.slow().toNanos()) {
            slow.put(name, question);
          }
        });
        asked.keySet().removeAll(slow.keySet());
      }
      slow.forEach((name, question) -> databases.suspect(
          name,
          question.epoch(),
          operation + " was not answered within " + settings.slow().toMillis() + " ms"));
      if (now - begunNanos > limit.toNanos()) {
        giveUp();
      }
    }

    /** Begins what has not begun, and ends when there is nothing left to wait for. */
    private void advance() {
      var known = databases.set();
      if (known.isEmpty() || result.isDone()) {
        return;
      }
      var set = known.get();
      List<String> names;
      Map<String, T> complete = null;
      var begin = new HashSet<String>();
      synchronized (this) {
        names = who.apply(set);
        if (done.keySet().containsAll(names)) {
          complete = new HashMap<>(done);
          complete.keySet().retainAll(names);
        } else {
          for (var name : names) {
            if (!done.containsKey(name)
                && ended.getOrDefault(name, -1L) < set.epoch()
                && under.add(name)) {
              begin.add(name);
            }
          }
        }
      }
      if (complete != null) {
        endAsking();
        result.complete(complete);
      }
      begin.forEach(name -> begin(databases.named(name), set.epoch()));
    }

    private void begin(Database database, long epoch) {
      synchronized (this) {
        asked.put(database.name(), new Asked(epoch, System.nanoTime()));
      }
      CompletableFuture<T> answer;
      try {
        answer = work.on(database, epoch);
      } catch (RuntimeException e) {
        answer = CompletableFuture.failedFuture(e);
      }
      var question = answer;
      running.add(question);
      question.whenComplete((value, failure) -> {
        running.remove(question);
        synchronized (this) {
          asked.remove(database.name());
        }
        if (over) {
          return;
        }
        if (failure == null) {
          succeeded(database.name(), value);
        } else {
          failed(database, epoch, Failures.cause(failure));
        }
      });
      if (over) {
        question.cancel(false);
      }
    }

    /** What still waits for a session is done nowhere any more when anybody hears the result. */
    private void endAsking() {
      over = true;
      running.forEach(question -> question.cancel(false));
    }

    private void succeeded(String name, T value) {
      synchronized (this) {
        under.remove(name);
        done.put(name, value);
        maybeDone = true;
      }
      advance();
    }

    private void failed(Database database, long epoch, Throwable failure) {
      var name = database.name();
      synchronized (this) {
        failures.put(name, Failures.message(failure));
      }
      if (failure instanceof EpochChangedException) {
        synchronized (this) {
          under.remove(name);
          ended.put(name, epoch);
        }
        databases.suspect(
            name, epoch, Failures.message(failure)); // whoever watches asks for the new set
        advance();
      } else if (failure instanceof DatabaseUnavailableException unavailable
          && unavailable.databaseAtFault()) {
        synchronized (this) {
          maybeDone |= unavailable.outcome() == Outcome.UNKNOWN;
        }
        databases.suspect(name, epoch, Failures.message(failure));
        databases
            .timer()
            .schedule(
                () -> {
                  synchronized (this) {
                    under.remove(name);
                  }
                  advance();
                },
                settings.retry().toMillis(),
                TimeUnit.MILLISECONDS);
      } else {
        endAsking();
        result.completeExceptionally(failure);
      }
    }

    private void giveUp() {
      Outcome outcome;
      Collection<String> reasons;
      synchronized (this) {
        outcome = maybeDone || !under.isEmpty() ? Outcome.UNKNOWN : Outcome.NOT_DONE;
        reasons = List.copyOf(failures.values());
      }
      endAsking();
      result.completeExceptionally(new DatabaseUnavailableException(
          outcome,
          operation + ": not done on every database of "
              + databases.set().map(ActiveSet::text).orElse("a set that is not known yet")
              + " within " + limit.toMillis() + " ms"
              + (reasons.isEmpty() ? "" : ": " + String.join("; ", reasons)),
          null));
    }
  }
}
