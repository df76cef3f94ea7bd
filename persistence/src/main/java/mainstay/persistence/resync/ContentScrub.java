package mainstay.persistence.resync;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import mainstay.persistence.databases.Database;
import mainstay.persistence.databases.DatabaseUnavailableException;
import mainstay.persistence.databases.DatabaseUnavailableException.Outcome;
import mainstay.persistence.databases.WriteBarrier;
import mainstay.persistence.resync.core.Digest;
import mainstay.persistence.resync.core.Key;
import mainstay.persistence.resync.core.KeyRange;
import mainstay.persistence.resync.core.Proof;
import mainstay.persistence.resync.core.RowHash;
import mainstay.persistence.resync.core.RowText;
import mainstay.persistence.resync.core.Table;
import mainstay.persistence.resync.core.Verdict;
import mainstay.persistence.resync.core.Verdict.Copy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all rows of all active databases in each run and compares them by digests. Hash chains and check sums are
 * computed again only where a digest is another one than when they were last found right: an equal digest means equal
 * content.
 *
 * <p>A row that the databases do not hold alike may be one whose write is under way. It counts when it still differs
 * after {@code unacknowledged-age}, which no write outlives, and then behind a barrier. Which copy is right says
 * {@link Verdict}. Rows that some databases have and that nobody was promised are copied to the others; nothing else is
 * changed here.
 */
public final class ContentScrub implements Scrub {
  private static final Logger LOG = LoggerFactory.getLogger(ContentScrub.class);

  /** Rows that one run looks at one by one at most: enough to know a damaged database, and few for a barrier. */
  private static final int SUSPECTS = 1_000;

  private static final int NOTES = 20;

  /** SQLStates of content that is corrupt, and of files that are missing or cannot be read. */
  private static final Pattern UNREADABLE = Pattern.compile("XX...|58...");

  private static final int DELETED = Table.EVENT_JOURNAL.position("deleted");
  private static final int SAMPLED_AT = Table.SAMPLE.position("ts_ms");
  private static final int WRITTEN_AT = Table.EVENT_JOURNAL.position("write_timestamp");

  private final ResyncSettings settings;
  private final Clock clock;
  private volatile Map<Table, Map<KeyRange, Digest>> sound = Map.of(); // of the last run

  public ContentScrub(ResyncSettings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
  }

  @Override
  public CompletionStage<Findings> run(List<Database> active, WriteBarrier barrier) {
    var done = new CompletableFuture<Findings>();
    var thread = new Thread(
        () -> {
          try (var run = new Run(active, barrier)) {
            done.complete(run.findings());
          } catch (RuntimeException e) {
            done.completeExceptionally(e);
          }
        },
        "scrub");
    thread.setDaemon(true);
    thread.start();
    return done;
  }

  /** A statement on one database. */
  private interface Query<T> {
    T on(Side side) throws SQLException;
  }

  private final class Run implements AutoCloseable {
    private final Map<String, Database> databases = new LinkedHashMap<>();
    private final Map<String, Side> sides = new LinkedHashMap<>(); // not the damaged ones
    private final Map<String, Connection> sessions = new LinkedHashMap<>();
    private final WriteBarrier barrier;
    private final ExecutorService threads;
    private final Pace pace = new Pace(settings.scrubRowsPerSecond());
    private final long start = System.nanoTime();
    private final long startMillis = clock.millis();
    private final Map<String, String> damaged = new LinkedHashMap<>();
    private final Map<String, Digest> journal = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();
    private final Map<Table, Set<Key>> suspects = new LinkedHashMap<>();
    private final Set<Key> broken = new LinkedHashSet<>();
    private final Map<Table, Map<KeyRange, Digest>> soundNow = new HashMap<>();
    private long rows;

    private Run(List<Database> active, WriteBarrier barrier) {
      active.forEach(database -> databases.put(database.name(), database));
      this.barrier = barrier;
      this.threads = Executors.newFixedThreadPool(Math.max(1, active.size()), task -> {
        var thread = new Thread(task, "scrub-database");
        thread.setDaemon(true);
        return thread;
      });
    }

    private Findings findings() {
      open();
      compareIdentities();
      for (var table : Table.COMPARED) {
        walk(table);
      }
      settle();
      sound = soundNow;
      var took = Duration.ofNanos(System.nanoTime() - start);
      if (took.compareTo(settings.fullScrub()) > 0) {
        notes.add("comparing " + rows + " rows took " + took.toSeconds()
            + " s, longer than mainstay.persistence.resync.full-scrub = "
            + settings.fullScrub().toSeconds() + " s");
      }
      var hashes = new LinkedHashMap<String, String>();
      journal.forEach((name, digest) -> hashes.put(name, digest.text()));
      return new Findings(
          damaged.entrySet().stream()
              .map(found -> new Damaged(found.getKey(), found.getValue()))
              .toList(),
          hashes,
          rows,
          took,
          notes.size() <= NOTES
              ? List.copyOf(notes)
              : append(notes.subList(0, NOTES), (notes.size() - NOTES) + " more such rows"));
    }

    private static List<String> append(List<String> some, String last) {
      var all = new ArrayList<>(some);
      all.add(last);
      return List.copyOf(all);
    }

    private void open() {
      for (var database : databases.values()) {
        try {
          var session = database.session(settings.statementTimeout());
          sessions.put(database.name(), session);
          sides.put(
              database.name(),
              new Side(database.name(), session, database.dialect().content()));
        } catch (SQLException e) {
          failed(database.name(), e);
        }
      }
    }

    /** Damage is a finding; that a database cannot be asked is not ours to judge. */
    private void failed(String name, SQLException e) {
      if (e.getSQLState() == null || !UNREADABLE.matcher(e.getSQLState()).matches()) {
        throw databases.get(name).failure("compare content", e);
      }
      damaged.putIfAbsent(name, "its content cannot be read: " + e.getMessage());
      sides.remove(name);
      journal.remove(name);
    }

    /** On all sides at once; those that turn out damaged have no answer. */
    private <T> Map<String, T> onAll(Query<T> query) {
      var asked = new LinkedHashMap<String, CompletableFuture<T>>();
      sides.forEach((name, side) -> asked.put(
          name,
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return query.on(side);
                } catch (SQLException e) {
                  throw new CompletionException(e);
                }
              },
              threads)));
      var answers = new TreeMap<String, T>();
      asked.forEach((name, answer) -> {
        try {
          answers.put(name, answer.join());
        } catch (CompletionException e) {
          if (!(e.getCause() instanceof SQLException failure)) {
            throw e;
          }
          failed(name, failure);
        }
      });
      return answers;
    }

    private <T> Optional<T> on(String name, Query<T> query) {
      try {
        return Optional.of(query.on(sides.get(name)));
      } catch (SQLException e) {
        failed(name, e);
        return Optional.empty();
      }
    }

    private void compareIdentities() {
      var identities = onAll(side -> side.sql().identity(side.session()));
      var clusters = new TreeMap<String, List<String>>();
      identities.forEach((name, identity) -> identity.ifPresent(known -> {
        if (!known.name().equals(name)) {
          damaged.putIfAbsent(
              name,
              "the database at " + databases.get(name).address().url() + " says that it is "
                  + known.name() + " of cluster " + known.cluster());
        }
        clusters.computeIfAbsent(known.cluster(), c -> new ArrayList<>()).add(name);
      }));
      if (clusters.size() > 1) {
        clusters.forEach((cluster, members) -> {
          if (2 * members.size() > databases.size()) {
            identities.keySet().stream()
                .filter(name -> !members.contains(name) && identities.get(name).isPresent())
                .forEach(name ->
                    damaged.putIfAbsent(name, "it belongs to another cluster than the others"));
          }
        });
        if (damaged.isEmpty()) {
          notes.add("the databases belong to different clusters: " + clusters);
        }
      }
    }

    // ---- all rows

    private void walk(Table table) {
      var known = sound.getOrDefault(table, Map.of());
      var now = new LinkedHashMap<KeyRange, Digest>();
      soundNow.put(table, now);
      var bounds = new HashMap<Optional<Key>, KeyRange>();
      known.keySet().forEach(range -> bounds.put(range.after(), range));
      for (var rest = Optional.of(KeyRange.ALL); rest.isPresent() && !sides.isEmpty(); ) {
        var from = rest.get();
        var range = Optional.ofNullable(bounds.get(from.after())).or(() -> next(table, from));
        if (range.isEmpty()) {
          continue; // another database stands in for the one that was asked
        }
        var digests = onAll(side -> side.sql().digest(side.session(), table, range.get()));
        if (digests.isEmpty()) {
          return;
        }
        var first = digests.values().iterator().next();
        if (first.rows() > 2L * settings.chunkRows() && bounds.remove(from.after()) != null) {
          next(table, range.get())
              .ifPresent(
                  part -> { // it has grown
                    bounds.put(part.after(), part);
                    bounds.put(part.to(), new KeyRange(part.to(), range.get().to()));
                  });
          continue;
        }
        digests.values().forEach(digest -> rows += digest.rows());
        if (table.equals(Table.EVENT_JOURNAL)) {
          digests.forEach((name, digest) -> journal.merge(name, digest, Digest::plus));
        }
        inspect(table, range.get(), digests, known, now);
        pace.rows(first.rows());
        rest = range.get().rest();
      }
    }

    private Optional<KeyRange> next(Table table, KeyRange rest) {
      var name = sides.keySet().iterator().next();
      return on(
          name,
          side ->
              rest.upTo(side.sql().boundary(side.session(), table, rest, settings.chunkRows())));
    }

    private void inspect(
        Table table,
        KeyRange range,
        Map<String, Digest> digests,
        Map<KeyRange, Digest> known,
        Map<KeyRange, Digest> now) {
      boolean equal = Set.copyOf(digests.values()).size() == 1;
      var digest = digests.values().iterator().next();
      if (equal && digest.equals(known.get(range))) {
        now.put(range, digest);
        return;
      }
      int before = broken.size();
      if (!equal && left() > 0) {
        suspects
            .computeIfAbsent(table, t -> new LinkedHashSet<>())
            .addAll(limited(
                unequal(onAll(side -> side.sql().hashes(side.session(), table, range)))));
      }
      if (left() > 0 && !sides.isEmpty()) {
        verify(table, range);
      }
      now.put(range, equal && broken.size() == before && left() > 0 ? digest : Digest.EMPTY);
    }

    private int left() {
      return SUSPECTS - suspects.values().stream().mapToInt(Set::size).sum();
    }

    /** As many as may still be looked at. */
    private List<Key> limited(List<Key> keys) {
      return keys.subList(0, Math.min(keys.size(), Math.max(0, left())));
    }

    private static List<Key> unequal(Map<String, List<RowHash>> all) {
      var holders = new LinkedHashMap<RowHash, Integer>();
      all.values().forEach(list -> list.forEach(row -> holders.merge(row, 1, Integer::sum)));
      return holders.entrySet().stream()
          .filter(holder -> holder.getValue() < all.size())
          .map(holder -> holder.getKey().key())
          .distinct()
          .toList();
    }

    /** The chain of the journal and the check sums of samples, in one database: others hold the same, or are suspect. */
    private void verify(Table table, KeyRange range) {
      if (!table.equals(Table.EVENT_JOURNAL) && !table.equals(Table.SAMPLE)) {
        return;
      }
      var wrong = new ArrayList<Key>();
      var name = sides.keySet().iterator().next();
      on(name, side -> {
        var before = new Object[1][];
        if (table.equals(Table.EVENT_JOURNAL) && range.after().isPresent()) {
          var boundary = new ArrayList<Object[]>();
          side.sql().rows(side.session(), table, List.of(range.after().get()), boundary::add);
          before[0] = boundary.isEmpty() ? null : boundary.get(0);
        }
        side.sql().rows(side.session(), table, range, row -> {
          boolean follows = before[0] != null && before[0][0].equals(row[0]);
          var proof = table.equals(Table.SAMPLE)
              ? Proof.ofSample(row)
              : Proof.ofEvent(follows ? before[0] : null, row);
          if (proof == Proof.WRONG) {
            wrong.add(Key.of(row[0], row[1]));
          }
          before[0] = row;
        });
        return true;
      });
      var some = limited(wrong);
      broken.addAll(some);
      suspects.computeIfAbsent(table, t -> new LinkedHashSet<>()).addAll(some);
    }

    // ---- suspect rows

    private void settle() {
      long first = System.nanoTime();
      sleep(settings.settle());
      retain();
      if (suspects.values().stream().anyMatch(keys -> !broken.containsAll(keys))) {
        sleep(settings.unacknowledgedAge().minusNanos(System.nanoTime() - first));
        retain();
      }
      if (!suspects.isEmpty()) {
        hold("compare what differs", held -> {
          for (var table : List.copyOf(suspects.keySet())) {
            var all = new TreeMap<String, List<RowHash>>();
            for (var side : sides.values()) {
              all.put(
                  side.name(),
                  side.sql().hashes(held.get(side.name()), table, suspects.get(table)));
            }
            keep(table, all);
          }
          return true;
        });
      }
      if (!suspects.containsKey(Table.EVENT_JOURNAL)) {
        // What differed was under way when it was read.
        journal.values().stream()
            .findFirst()
            .ifPresent(digest -> journal.replaceAll((name, before) -> digest));
      }
      var forward = new ArrayList<Forward>();
      suspects.forEach((table, keys) -> keys.forEach(key -> judge(table, key, forward)));
      rollForward(forward);
    }

    private void sleep(Duration time) {
      if (!suspects.isEmpty()) {
        pace.sleep(time);
      }
    }

    private void retain() {
      for (var table : List.copyOf(suspects.keySet())) {
        var keys = suspects.get(table);
        keep(table, onAll(side -> side.sql().hashes(side.session(), table, keys)));
      }
    }

    private void keep(Table table, Map<String, List<RowHash>> all) {
      var still = new LinkedHashSet<>(unequal(all));
      suspects.get(table).stream().filter(broken::contains).forEach(still::add);
      if (still.isEmpty()) {
        suspects.remove(table);
      } else {
        suspects.put(table, still);
      }
    }

    private void judge(Table table, Key key, List<Forward> forward) {
      if (table.growth() == Table.Growth.RISING) {
        notes.add("the term of " + key
            + " differs between the databases; its next activation settles that");
        return;
      }
      var stored = onAll(side -> row(side, table, key));
      var present = stored.values().stream().flatMap(Optional::stream).toList();
      if (present.isEmpty()) {
        return; // removed meanwhile
      }
      if (table.equals(Table.EVENT_JOURNAL) && onlyDeletedDiffers(stored, present, key)) {
        notes.add("event_journal " + key + " is deleted in some of the databases only");
        return;
      }
      boolean old = present.stream().anyMatch(row -> isOld(table, row));
      var copies = onAll(side -> {
        var row = stored.get(side.name());
        return row != null && row.isPresent()
            ? Copy.of(RowText.hash(table.columns(), row.get()), proof(side, table, key, row.get()))
            : Copy.absent(old || hasLaterRow(side, table, key));
      });
      if (Verdict.agree(copies)) {
        return; // it has changed since it was suspected
      }
      var verdict = Verdict.of(table, key, copies);
      if (verdict instanceof Verdict.Damaged found) {
        found.databases().forEach(name -> damaged.putIfAbsent(name, found.why()));
      } else if (verdict instanceof Verdict.RollForward found) {
        forward.add(new Forward(table, key, found));
      } else {
        notes.add(verdict.why());
      }
    }

    private Optional<Object[]> row(Side side, Table table, Key key) throws SQLException {
      var found = new ArrayList<Object[]>();
      side.sql().rows(side.session(), table, List.of(key), found::add);
      return found.stream().findFirst();
    }

    private Proof proof(Side side, Table table, Key key, Object[] row) throws SQLException {
      if (table.equals(Table.SAMPLE)) {
        return Proof.ofSample(row);
      }
      if (!table.equals(Table.EVENT_JOURNAL)) {
        return Proof.NONE;
      }
      var before = side.sql().neighbour(side.session(), table, key, false);
      var behind = side.sql().neighbour(side.session(), table, key, true);
      var own = Proof.ofEvent(before.orElse(null), row);
      // Who changes a row and its hash forgets the one behind it.
      return behind.isEmpty() ? own : own.and(Proof.ofEvent(row, behind.get()));
    }

    /** Written so long ago that its write has ended. */
    private boolean isOld(Table table, Object[] row) {
      Object at = table.equals(Table.EVENT_JOURNAL)
          ? row[WRITTEN_AT]
          : table.equals(Table.SAMPLE) ? row[SAMPLED_AT] : null;
      return at != null && (Long) at + settings.unacknowledgedAge().toMillis() < startMillis;
    }

    private boolean hasLaterRow(Side side, Table table, Key key) throws SQLException {
      return (table.equals(Table.EVENT_JOURNAL) || table.equals(Table.SAMPLE))
          && side.sql().neighbour(side.session(), table, key, true).isPresent();
    }

    /** Of the first events of a stream a deletion leaves the last one, marked; of others it leaves nothing. */
    private boolean onlyDeletedDiffers(
        Map<String, Optional<Object[]>> stored, List<Object[]> present, Key key) {
      boolean elsewhereEqual = present.stream()
              .map(row -> {
                var marked = row.clone();
                marked[DELETED] = true;
                return RowText.of(Table.EVENT_JOURNAL.columns(), marked);
              })
              .distinct()
              .count()
          == 1;
      if (present.size() == stored.size()) {
        return elsewhereEqual
            && present.stream().map(row -> row[DELETED]).distinct().count() > 1;
      }
      return onAll(side -> {
            if (stored.getOrDefault(side.name(), Optional.empty()).isPresent()) {
              return true;
            }
            var behind = side.sql().neighbour(side.session(), Table.EVENT_JOURNAL, key, true);
            return behind.isPresent()
                && (Boolean) behind.get()[DELETED]
                && side.sql()
                    .neighbour(side.session(), Table.EVENT_JOURNAL, key, false)
                    .isEmpty();
          })
          .values()
          .stream()
          .allMatch(deleted -> deleted);
    }

    /** Nothing is taken from a damaged database, and nothing is changed there. */
    private void rollForward(List<Forward> forward) {
      var sound = forward.stream()
          .filter(one -> !damaged.containsKey(one.verdict().from())
              && one.verdict().to().stream().noneMatch(damaged::containsKey))
          .toList();
      if (sound.isEmpty()) {
        return;
      }
      hold("copy rows that only some databases have", held -> {
        for (var one : sound) {
          for (var to : one.verdict().to()) {
            RowTransfer.keys(
                on(held, one.verdict().from()), on(held, to), one.table(), List.of(one.key()));
          }
        }
        return true;
      });
      sound.forEach(one -> notes.add(
          one.verdict().why() + "; copied to " + String.join(", ", one.verdict().to())));
    }

    private Side on(Map<String, Connection> held, String name) {
      return new Side(name, held.get(name), sides.get(name).sql());
    }

    private <T> T hold(String operation, WriteBarrier.Held<T> work) {
      try {
        return Hold.on(barrier, "scrub: " + operation, settings.barrierLimit(), work);
      } catch (SQLException e) {
        throw new DatabaseUnavailableException(
            Outcome.NOT_DONE, false, "scrub: " + operation + ": " + e.getMessage(), e);
      }
    }

    @Override
    public void close() {
      threads.shutdown();
      sessions.forEach((name, session) -> {
        try {
          session.close();
        } catch (SQLException e) {
          LOG.debug("scrub database={} session not closed", name, e);
        }
      });
    }
  }

  private record Forward(Table table, Key key, Verdict.RollForward verdict) {}
}
