package mainstay.persistence.samples;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import mainstay.persistence.databases.Database;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.dialect.Dialect;
import mainstay.persistence.samples.core.SampleRow;
import mainstay.persistence.term.StaleTermException;
import mainstay.persistence.term.TermFence;
import mainstay.protocol.model.Fence;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.SampleBucket;
import mainstay.protocol.query.SampleQueries;

/**
 * Samples in all databases of the set. Writing a sample again is harmless: the first one of a series and time stays. What a
 * predecessor has left on some databases only, the first samples of a series in a later term bring to all.
 */
public final class SampleStore implements SampleQueries {
  /** Samples of one {@link #write} at most. */
  public static final int BATCH_LIMIT = 10_000;
  /** Rows or steps of one answer at most. */
  public static final int ANSWER_LIMIT = 100_000;

  private static final int CACHED_SERIES = 200_000;
  private static final int FETCH_SIZE = 5_000;
  private static final String OF_SERIES = " from sample where series_id = ?";

  private final Databases databases;
  /** Names of series that a database is known to have, by the name of the database. */
  private final Map<String, Set<String>> named = new ConcurrentHashMap<>();
  /** Of series that were written: each is a digest of the name. */
  private final Map<String, Long> numbers = new ConcurrentHashMap<>();

  private final SampleEnds ends;

  public SampleStore(Databases databases) {
    this.databases = databases;
    this.ends = new SampleEnds(databases, this::store);
    databases.onAdopted(set -> named.keySet().retainAll(set.written()));
  }

  /**
   * Stores all samples or none, in one transaction.
   *
   * @return fails with {@link StaleTermException} if the term is not current, and with outcome <em>unknown</em> if the
   *     answer was lost; repeating is harmless
   * @throws IllegalArgumentException if there are more than {@value #BATCH_LIMIT}
   */
  public CompletionStage<Void> write(Fence fence, List<Sample> samples) {
    if (samples.size() > BATCH_LIMIT) {
      throw new IllegalArgumentException(
          samples.size() + " samples are more than the " + BATCH_LIMIT + " of one batch");
    }
    if (samples.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    if (numbers.size() > CACHED_SERIES) {
      numbers.clear();
    }
    // In the order of the key, so that two writers of the same samples never wait for each other in
    // a circle.
    var rows = samples.stream()
        .map(sample ->
            SampleRow.of(sample, numbers.computeIfAbsent(sample.series(), SampleRow::seriesId)))
        .sorted()
        .toList();
    var names = samples.stream().map(Sample::series).collect(Collectors.toCollection(TreeSet::new));
    return store("store " + samples.size() + " samples of " + fence.service(), fence, names, rows)
        .thenApply(done -> {
          ends.stored(fence, names, rows);
          return done;
        });
  }

  private CompletionStage<Void> store(
      String operation, Fence fence, Set<String> names, List<SampleRow> rows) {
    return databases
        .replicator()
        .onWritten(
            operation,
            (database, epoch) -> database.write(operation, session -> {
              store(session, database, epoch, fence, names, rows);
              return null;
            }))
        .thenApply(done -> null);
  }

  private void store(
      Connection session,
      Database database,
      long epoch,
      Fence fence,
      Set<String> names,
      List<SampleRow> rows)
      throws SQLException {
    var known = named.computeIfAbsent(database.name(), name -> ConcurrentHashMap.newKeySet());
    if (known.size() + names.size() > CACHED_SERIES) {
      known.clear();
    }
    var unknown = names.stream().filter(name -> !known.contains(name)).toList();
    var terms = database.dialect().storeSamples(session, epoch, fence, unknown, rows);
    if (!TermFence.isCurrent(fence, terms)) {
      throw new StaleTermException(fence, Optional.ofNullable(terms.get(fence.service())));
    }
    known.addAll(unknown);
  }

  @Override
  public CompletionStage<Optional<Sample>> latest(String series) {
    return read("read the latest sample of " + series, (session, dialect) -> {
      try (var query = session.prepareStatement(
          "select ts_ms, val, quality" + OF_SERIES + " order by ts_ms desc limit 1")) {
        query.setLong(1, SampleRow.seriesId(series));
        return samples(query, series).stream().findFirst();
      }
    });
  }

  /** @throws IllegalArgumentException if {@code limit} is not within 1..{@value #ANSWER_LIMIT} */
  @Override
  public CompletionStage<List<Sample>> range(String series, Instant from, Instant to, int limit) {
    if (limit < 1 || limit > ANSWER_LIMIT) {
      throw new IllegalArgumentException("limit " + limit + " is not within 1.." + ANSWER_LIMIT);
    }
    return read("read samples of " + series, (session, dialect) -> {
      try (var query = session.prepareStatement("select ts_ms, val, quality" + OF_SERIES
          + " and ts_ms >= ? and ts_ms < ? order by ts_ms limit ?")) {
        query.setLong(1, SampleRow.seriesId(series));
        query.setLong(2, firstMilli(from));
        query.setLong(3, firstMilli(to));
        query.setInt(4, limit);
        query.setFetchSize(FETCH_SIZE);
        return samples(query, series);
      }
    });
  }

  /**
   * Steps begin at {@code from}.
   *
   * @throws IllegalArgumentException if the step is below 1 ms, or there are more than {@value #ANSWER_LIMIT} of them
   */
  @Override
  public CompletionStage<List<SampleBucket>> buckets(
      String series, Instant from, Instant to, Duration step) {
    long stepMillis = step.toMillis();
    long start = firstMilli(from);
    long end = firstMilli(to);
    if (stepMillis < 1
        || end > start && Math.subtractExact(end, start) / stepMillis >= ANSWER_LIMIT) {
      throw new IllegalArgumentException("step " + step + " from " + from + " to " + to
          + " must be at least 1 ms and give at most " + ANSWER_LIMIT + " steps");
    }
    return read("read steps of " + series, (session, dialect) -> {
      try (var query = session.prepareStatement("select " + dialect.quotient("(ts_ms - ?)", "?")
          + " as step, min(val), max(val), avg(val), count(val)" + OF_SERIES
          + " and ts_ms >= ? and ts_ms < ? and val is not null group by step order by step")) {
        query.setLong(1, start);
        query.setLong(2, stepMillis);
        query.setLong(3, SampleRow.seriesId(series));
        query.setLong(4, start);
        query.setLong(5, end);
        var buckets = new ArrayList<SampleBucket>();
        try (var row = query.executeQuery()) {
          while (row.next()) {
            buckets.add(new SampleBucket(
                Instant.ofEpochMilli(start + row.getLong(1) * stepMillis),
                row.getDouble(2),
                row.getDouble(3),
                row.getDouble(4),
                row.getLong(5)));
          }
        }
        return buckets;
      }
    });
  }

  @FunctionalInterface
  private interface Query<T> {
    T on(Connection session, Dialect dialect) throws SQLException;
  }

  private <T> CompletionStage<T> read(String operation, Query<T> query) {
    return databases
        .replicator()
        .onReader(
            operation,
            (database, epoch) ->
                database.read(operation, session -> query.on(session, database.dialect())));
  }

  private static List<Sample> samples(PreparedStatement query, String series) throws SQLException {
    var samples = new ArrayList<Sample>();
    try (var row = query.executeQuery()) {
      while (row.next()) {
        var value = Optional.ofNullable(row.getObject(2, Double.class));
        samples.add(new Sample(
            series,
            Instant.ofEpochMilli(row.getLong(1)),
            value,
            SampleRow.quality(row.getShort(3))));
      }
    }
    return samples;
  }

  /** The first whole millisecond that is not before. */
  private static long firstMilli(Instant time) {
    long millis = time.toEpochMilli();
    return time.getNano() % 1_000_000 == 0 ? millis : millis + 1;
  }
}
