package mainstay.persistence.samples;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.SqlWork;
import mainstay.persistence.samples.core.SampleRow;
import mainstay.persistence.samples.core.UnequalEnds;
import mainstay.persistence.samples.core.UnequalEnds.End;
import mainstay.protocol.model.Fence;
import mainstay.protocol.model.ServiceName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the newest samples of a series equal in all databases, once in each term. A writer that died or was cut off in the
 * middle may have left samples on some of them and not on others, and its successor does not know them: these are copied,
 * so that nobody takes them for damage later. Harmless while others write: what is copied is what they are about to
 * store there themselves.
 */
final class SampleEnds {
  /** Whoever cannot store for so long has been replaced before. */
  static final Duration LONGEST_WRITE = Duration.ofMinutes(10);

  private static final Logger log = LoggerFactory.getLogger("mainstay.samples");
  private static final String COMPARE = "compare the ends of series";
  private static final String COPY = "copy samples that only some databases have";
  /** Of one statement. */
  private static final int SERIES = 500;

  private final Databases databases;
  private final Storing storing;
  private final Map<ServiceName, Term> terms = new ConcurrentHashMap<>();

  /** Stores rows of known series in all databases if the term is current. */
  @FunctionalInterface
  interface Storing {
    CompletionStage<Void> store(
        String operation, Fence fence, Set<String> names, List<SampleRow> rows);
  }

  private record Term(long term, Set<String> equal) {}

  SampleEnds(Databases databases, Storing storing) {
    this.databases = databases;
    this.storing = storing;
  }

  /**
   * To be called when samples were stored in a term: its predecessors store no more. In the background, and again with the
   * next samples of a series if it fails.
   *
   * @param rows what was stored
   */
  void stored(Fence fence, Collection<String> names, List<SampleRow> rows) {
    var term = terms.compute(
        fence.service(),
        (service, known) -> known != null && known.term() >= fence.term()
            ? known
            : new Term(fence.term(), ConcurrentHashMap.newKeySet()));
    if (term.term() != fence.term()) {
      return; // a later one has begun, and does it
    }
    var first = names.stream().filter(term.equal()::add).collect(Collectors.toSet());
    if (first.isEmpty() || databases.set().stream().allMatch(set -> set.active().size() < 2)) {
      return;
    }
    long since = rows.stream().mapToLong(SampleRow::timeMillis).min().orElseThrow()
        - LONGEST_WRITE.toMillis();
    align(fence, first, since).whenComplete((copied, failure) -> {
      if (failure != null) {
        term.equal().removeAll(first);
        log.info(
            "ends of {} series of {} not compared why=\"{}\"",
            first.size(),
            fence,
            failure.toString());
      } else if (copied > 0) {
        log.info(
            "samples={} of {} copied to the databases that lacked them; a predecessor had not finished",
            copied,
            fence.service());
      }
    });
  }

  private CompletionStage<Integer> align(Fence fence, Set<String> names, long since) {
    var series = new HashMap<Long, String>();
    names.forEach(name -> series.put(SampleRow.seriesId(name), name));
    return onActive(session -> ends(session, List.copyOf(series.keySet()), since))
        .thenCompose(ends -> {
          var unequal = UnequalEnds.series(ends.values());
          return unequal.isEmpty()
              ? CompletableFuture.completedFuture(0)
              : onActive(session -> rows(session, List.copyOf(unequal), since))
                  .thenCompose(rows -> copy(fence, series, UnequalEnds.missing(rows.values())));
        });
  }

  private CompletionStage<Integer> copy(
      Fence fence, Map<Long, String> series, List<SampleRow> missing) {
    CompletionStage<Void> copied = CompletableFuture.completedFuture(null);
    for (int from = 0; from < missing.size(); from += SampleStore.BATCH_LIMIT) {
      var batch = missing.subList(from, Math.min(missing.size(), from + SampleStore.BATCH_LIMIT));
      var names = batch.stream().map(row -> series.get(row.series())).collect(Collectors.toSet());
      copied = copied.thenCompose(before -> storing.store(COPY, fence, names, batch));
    }
    return copied.thenApply(done -> missing.size());
  }

  private <T> CompletionStage<Map<String, T>> onActive(SqlWork<T> query) {
    return databases
        .replicator()
        .onActive(COMPARE, (database, epoch) -> database.read(COMPARE, query));
  }

  private static Map<Long, End> ends(Connection session, List<Long> series, long since)
      throws SQLException {
    var ends = new HashMap<Long, End>();
    select(session, "series_id, count(*), sum(ts_ms)", "group by series_id", series, since, row -> {
      ends.put(row.getLong(1), new End(row.getLong(2), row.getLong(3)));
    });
    return ends;
  }

  /** Without those whose check sum is wrong: nobody else shall have these. */
  private static List<SampleRow> rows(Connection session, List<Long> series, long since)
      throws SQLException {
    var rows = new ArrayList<SampleRow>();
    select(session, "series_id, ts_ms, val, quality, check_sum", "", series, since, row -> {
      var sample = new SampleRow(
          row.getLong(1), row.getLong(2), row.getObject(3, Double.class), row.getShort(4));
      if (sample.checkSum() == row.getInt(5)) {
        rows.add(sample);
      }
    });
    return rows;
  }

  private interface Reader {
    void take(ResultSet row) throws SQLException;
  }

  private static void select(
      Connection session, String what, String how, List<Long> series, long since, Reader reader)
      throws SQLException {
    for (int from = 0; from < series.size(); from += SERIES) {
      var part = series.subList(from, Math.min(series.size(), from + SERIES));
      try (var query = session.prepareStatement("select " + what
          + " from sample where series_id in ("
          + String.join(",", Collections.nCopies(part.size(), "?"))
          + ") and ts_ms >= ? " + how)) {
        int next = 1;
        for (long id : part) {
          query.setLong(next++, id);
        }
        query.setLong(next, since);
        try (var row = query.executeQuery()) {
          while (row.next()) {
            reader.take(row);
          }
        }
      }
    }
  }
}
