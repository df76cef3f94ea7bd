package mainstay.persistence.resync;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import mainstay.persistence.databases.Database;
import mainstay.persistence.databases.DatabaseUnavailableException;
import mainstay.persistence.databases.DatabaseUnavailableException.Outcome;
import mainstay.persistence.databases.WriteBarrier;
import mainstay.persistence.databases.core.SqlFailure;
import mainstay.persistence.resync.core.Difference;
import mainstay.persistence.resync.core.Difference.Kind;
import mainstay.persistence.resync.core.Key;
import mainstay.persistence.resync.core.KeyRange;
import mainstay.persistence.resync.core.Table;
import mainstay.protocol.message.DatabaseAdmin.Progress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one database the same as an active one while services go on writing. Works on sessions and threads of its own.
 *
 * <p>While the target joins, a write may have been committed by the one side and wait for the other, even while a barrier
 * is held. So rows count as differing only when they still do after some time:
 *
 * <ul>
 *   <li>one that only the source has: after {@code settle}. It is stored in the target, which is harmless even if its own
 *       write comes later;
 *   <li>one that only the target has, or holds otherwise: after {@code unacknowledged-age}, which no write outlives.
 *       Removed any earlier it could be missing after the source has acknowledged it.
 * </ul>
 *
 * Few such rows are compared once more and repaired while a barrier is held; many are repaired behind one, until few are
 * left.
 */
public final class Resynchronisation implements Synchroniser {
  private static final Logger LOG = LoggerFactory.getLogger(Resynchronisation.class);
  private static final int GREATEST_PERCENT_BEFORE_THE_END = 99;
  private static final int PERCENT = 100;

  /** Differences that one pass gathers at most before they are repaired. */
  private static final int GATHERED = 100_000;

  private static final int REPAIRED_AT_ONCE = 1_000;

  /** Rounds in which the number of differences has to become small. */
  private static final int ROUNDS = 20;

  private final Database source;
  private final Database target;
  private final ResyncSettings settings;
  private final Pace pace;
  private final AtomicLong walked = new AtomicLong();
  private final Set<Connection> sessions = ConcurrentHashMap.newKeySet(); // of the step that runs
  private volatile long total;
  private volatile Optional<String> phase = Optional.empty();

  /**
   * @param source an active database
   * @param target its tables have been prepared
   */
  public Resynchronisation(Database source, Database target, ResyncSettings settings) {
    this.source = source;
    this.target = target;
    this.settings = settings;
    this.pace = new Pace(settings.rowsPerSecond());
  }

  @Override
  public CompletionStage<Void> copy() {
    return onItsOwn("copying", (from, to, second) -> {
      for (int pass = 1; pass <= settings.passes(); pass++) {
        boolean first = pass == 1;
        var sync = tables(new Sides(from, to, second), first ? walked::addAndGet : rows -> {});
        long changed = 0;
        for (var table : Table.COMPARED) {
          if (table.growth() != Table.Growth.RISING) {
            changed += fill(sync, table, first, to);
          } else if (first) { // filled under the barrier
            emptyIfUnreadable(to, table);
          }
        }
        LOG.info(
            "resynchronisation target={} source={} pass={} rows={} copied",
            target.name(),
            source.name(),
            pass,
            changed);
        if (changed < settings.smallRemainder()) {
          break;
        }
      }
      phase = Optional.of("joining");
    });
  }

  private long fill(TableSync sync, Table table, boolean first, Side to) throws SQLException {
    try {
      if (!first) {
        return sync.refill(table);
      }
      long changed = sync.fill(table);
      to.sql().analyse(to.session(), table);
      return changed;
    } catch (SQLException e) {
      if (target.dialect().failure(e) != SqlFailure.DAMAGED || !emptyIfUnreadable(to, table)) {
        throw e;
      }
      return sync.fill(table);
    }
  }

  /** What is damaged in the target can be replaced as anything else that it lacks, once it is out of the way. */
  private boolean emptyIfUnreadable(Side to, Table table) throws SQLException {
    try {
      to.sql().digest(to.session(), table, KeyRange.ALL);
      return false;
    } catch (SQLException e) {
      if (target.dialect().failure(e) != SqlFailure.DAMAGED) {
        throw e;
      }
      LOG.warn(
          "resynchronisation target={} table={} cannot be read and is copied anew: {}",
          target.name(),
          table.name(),
          e.getMessage());
      to.sql().empty(to.session(), table);
      return true;
    }
  }

  @Override
  public void underBarrier(Connection from, Connection to) throws SQLException {
    var right = side(source, from);
    var other = side(target, to);
    for (var table :
        List.of(Table.SERVICE_TERM, Table.SERVICE_TERM_HISTORY, Table.WRITTEN_OFF, Table.LEASE)) {
      mirror(right, other, table);
    }
    // Many names would take long, and nothing refers to them while the target is not read.
    if (right.sql().count(from, Table.SAMPLE_SERIES, KeyRange.ALL) <= settings.chunkRows()) {
      mirror(right, other, Table.SAMPLE_SERIES);
    }
  }

  private static void mirror(Side right, Side other, Table table) throws SQLException {
    var differences = Difference.between(
        right.sql().hashes(right.session(), table, KeyRange.ALL),
        other.sql().hashes(other.session(), table, KeyRange.ALL));
    var wrong = keys(differences, Kind.EXTRA, Kind.DIFFERENT);
    if (!wrong.isEmpty()) {
      other.sql().delete(other.session(), table, wrong);
    }
    var lacking = keys(differences, Kind.MISSING, Kind.DIFFERENT);
    if (!lacking.isEmpty()) {
      RowTransfer.keys(right, other, table, lacking);
    }
  }

  @Override
  public CompletionStage<Void> complete(WriteBarrier barrier) {
    return onItsOwn("verifying", (from, to, second) -> {
      boolean complete = false;
      while (!complete) {
        walked.set(0);
        var found = new LinkedHashMap<Table, List<Difference>>();
        int left = GATHERED;
        var sides = new Sides(from, to, second);
        var sync = tables(sides, walked::addAndGet);
        for (var table : Table.COMPARED) {
          var differences = sync.differences(table, Math.max(left, 1));
          left -= differences.size();
          if (!differences.isEmpty()) {
            found.put(table, differences);
          }
        }
        complete = left > 0;
        ripen(rows(sides), found);
        settle(barrier, sides, second, found);
      }
      phase = Optional.empty();
    });
  }

  /** Leaves those that cannot be writes under way any more. */
  private void ripen(RangeSync sync, Map<Table, List<Difference>> found) throws SQLException {
    if (found.isEmpty()) {
      return;
    }
    pace.sleep(settings.settle());
    retain(sync, found);
    boolean more = found.values().stream()
        .flatMap(List::stream)
        .anyMatch(difference -> difference.kind() != Kind.MISSING);
    if (more) {
      pace.sleep(settings.unacknowledgedAge().minus(settings.settle()));
      retain(sync, found);
    }
  }

  private static void retain(RangeSync sync, Map<Table, List<Difference>> found)
      throws SQLException {
    for (var table : List.copyOf(found.keySet())) {
      var still = new ArrayList<Difference>();
      for (var keys : Key.pieces(keys(found.get(table), Kind.values()), REPAIRED_AT_ONCE)) {
        var before = Set.copyOf(found.get(table));
        sync.differences(table, keys).stream().filter(before::contains).forEach(still::add);
      }
      if (still.isEmpty()) {
        found.remove(table);
      } else {
        found.put(table, still);
      }
    }
  }

  /** Ends when these rows are equal. */
  private void settle(
      WriteBarrier barrier, Sides sides, Executor second, Map<Table, List<Difference>> found)
      throws SQLException {
    for (int round = 1; size(found) > settings.barrierRows(); round++) {
      if (round > ROUNDS) {
        throw new DatabaseUnavailableException(
            Outcome.NOT_DONE,
            false,
            "synchronise " + target.name() + ": " + size(found) + " rows still differ after "
                + ROUNDS + " rounds; more is written than can be compared",
            null);
      }
      // Empty: whatever was under way when the rows were compared has ended behind it.
      hold(barrier, "let writes under way end", sessions -> 0);
      var sync = rows(sides);
      for (var table : List.copyOf(found.keySet())) {
        var still = new ArrayList<Difference>();
        for (var keys : Key.pieces(keys(found.get(table), Kind.values()), REPAIRED_AT_ONCE)) {
          var differences = sync.differences(table, keys);
          if (!differences.isEmpty()) {
            sync.repairAlone(table, differences);
            // What was removed or changed between reading and storing it must be seen.
            still.addAll(sync.differences(table, keys(differences, Kind.values())));
          }
        }
        if (still.isEmpty()) {
          found.remove(table);
        } else {
          found.put(table, still);
        }
      }
    }
    if (!found.isEmpty()) {
      int repaired = hold(barrier, "compare and repair the last rows", sessions -> {
        var sync = rows(new Sides(
            side(source, sessions.get(source.name())),
            side(target, sessions.get(target.name())),
            second));
        int rows = 0;
        for (var table : found.keySet()) {
          var differences = sync.differences(table, keys(found.get(table), Kind.values()));
          sync.repair(table, differences);
          rows += differences.size();
        }
        return rows;
      });
      LOG.info(
          "resynchronisation target={} source={} differing={} repaired={}",
          target.name(),
          source.name(),
          size(found),
          repaired);
    }
  }

  private <T> T hold(WriteBarrier barrier, String operation, WriteBarrier.Held<T> work)
      throws SQLException {
    pace.check();
    return Hold.on(
        barrier, "synchronise " + target.name() + ": " + operation, settings.barrierLimit(), work);
  }

  @Override
  public Optional<Progress> progress() {
    return phase.map(name -> new Progress(
        name,
        name.equals("joining") ? PERCENT : percent(walked.get(), total),
        pace.copied(),
        pace.speed()));
  }

  private static int percent(long done, long all) {
    return all == 0 ? 0 : (int) Math.min(GREATEST_PERCENT_BEFORE_THE_END, done * PERCENT / all);
  }

  @Override
  public void cancel() {
    pace.cancel();
    for (var session : sessions) {
      try {
        session.abort(Runnable::run);
      } catch (SQLException e) {
        LOG.debug("resynchronisation target={} session not ended", target.name(), e);
      }
    }
  }

  // ---- threads and sessions

  private interface Step {
    void on(Side from, Side to, Executor second) throws SQLException;
  }

  private CompletionStage<Void> onItsOwn(String name, Step step) {
    var done = new CompletableFuture<Void>();
    var thread = new Thread(
        () -> {
          try {
            run(name, step);
            done.complete(null);
          } catch (SQLException e) {
            var what =
                "synchronise " + target.name() + " from " + source.name() + " (" + name + "): ";
            done.completeExceptionally(
                pace.isCancelled()
                    ? new CancellationException(what + "cancelled")
                    : new DatabaseUnavailableException(Outcome.NOT_DONE, what + e.getMessage(), e));
          } catch (RuntimeException e) {
            done.completeExceptionally(e);
          }
        },
        "resync-" + target.name());
    thread.setDaemon(true);
    thread.start();
    return done;
  }

  private void run(String name, Step step) throws SQLException {
    pace.check();
    walked.set(0);
    phase = Optional.of(name);
    var second = Executors.newSingleThreadExecutor(task -> {
      var thread = new Thread(task, "resync-" + target.name() + "-target");
      thread.setDaemon(true);
      return thread;
    });
    try (var from = source.session(settings.statementTimeout());
        var to = target.session(settings.statementTimeout())) {
      sessions.addAll(List.of(from, to));
      var right = side(source, from);
      long rows = 0;
      for (var table : Table.COMPARED) {
        rows += right.sql().estimate(from, table);
      }
      total = rows;
      step.on(right, side(target, to), second);
    } finally {
      sessions.clear();
      second.shutdown();
    }
  }

  private TableSync tables(Sides sides, LongConsumer told) {
    return new TableSync(sides, settings, pace, told, new RangeSync(sides, settings, pace, told));
  }

  private RangeSync rows(Sides sides) {
    return new RangeSync(sides, settings, pace, rows -> {});
  }

  private static Side side(Database database, Connection session) {
    return new Side(database.name(), session, database.dialect().content());
  }

  private static int size(Map<Table, List<Difference>> found) {
    return found.values().stream().mapToInt(List::size).sum();
  }

  private static List<Key> keys(List<Difference> differences, Kind... kinds) {
    return differences.stream()
        .filter(difference -> List.of(kinds).contains(difference.kind()))
        .map(Difference::key)
        .toList();
  }
}
