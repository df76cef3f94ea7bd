package mainstay.persistence.samples;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import mainstay.persistence.databases.Database;
import mainstay.persistence.term.StaleTermException;
import mainstay.persistence.term.TermFence;
import mainstay.protocol.model.Fence;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.SampleBucket;
import mainstay.protocol.query.SampleQueries;

/** Samples in one database. Writing a sample again is harmless: the first one of a series and time stays. */
public final class SampleStore implements SampleQueries {
  /** Samples of one {@link #write} at most. */
  public static final int BATCH_LIMIT = 10_000;
  /** Rows or steps of one answer at most. */
  public static final int ANSWER_LIMIT = 100_000;

  private static final int CACHED_SERIES = 200_000;
  private static final int FETCH_SIZE = 5_000;
  private static final String INSERT = """
      insert into sample (series_id, ts_ms, val, quality)
        select e.series_id, e.ts_ms, e.val, e.quality
        from unnest(?::int[], ?::bigint[], ?::float8[], ?::smallint[]) as e(series_id, ts_ms, val, quality)
        where exists (select 1 from service_term where service = ? and term = ?)
        on conflict do nothing;
      """;
  private static final String OF_SERIES =
      " from sample where series_id = (select id from sample_series where name = ?)";

  private final Database database;
  private final Map<String, Integer> seriesIds = new ConcurrentHashMap<>();

  public SampleStore(Database database) {
    this.database = database;
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
    return database.write("store " + samples.size() + " samples of " + fence.service(), session -> {
      var ids = seriesIds(session, samples);
      // In the order of the key, so that two writers of the same samples never wait for each other
      // in a circle.
      var rows = samples.stream()
          .map(sample -> new Row(ids.get(sample.series()), sample))
          .sorted(Comparator.comparingInt(Row::series)
              .thenComparing(row -> row.sample().time()))
          .toList();
      var terms = TermFence.write(
          session,
          Set.of(fence.service()),
          INSERT,
          (statement, first) -> set(session, statement, first, rows, fence));
      if (!TermFence.isCurrent(fence, terms)) {
        throw new StaleTermException(fence, Optional.ofNullable(terms.get(fence.service())));
      }
      return null;
    });
  }

  @Override
  public CompletionStage<Optional<Sample>> latest(String series) {
    return database.read("read the latest sample of " + series, session -> {
      try (var query = session.prepareStatement(
          "select ts_ms, val, quality" + OF_SERIES + " order by ts_ms desc limit 1")) {
        query.setString(1, series);
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
    return database.read("read samples of " + series, session -> {
      try (var query = session.prepareStatement("select ts_ms, val, quality" + OF_SERIES
          + " and ts_ms >= ? and ts_ms < ? order by ts_ms limit ?")) {
        query.setString(1, series);
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
    return database.read("read steps of " + series, session -> {
      try (var query = session.prepareStatement(
          "select (ts_ms - ?) / ? as step, min(val), max(val), avg(val), count(val)" + OF_SERIES
              + " and ts_ms >= ? and ts_ms < ? and val is not null group by step order by step")) {
        query.setLong(1, start);
        query.setLong(2, stepMillis);
        query.setString(3, series);
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

  private record Row(int series, Sample sample) {}

  private static void set(
      Connection session, PreparedStatement insert, int first, List<Row> rows, Fence fence)
      throws SQLException {
    int next = first;
    insert.setArray(
        next++, session.createArrayOf("int4", rows.stream().map(Row::series).toArray()));
    insert.setArray(
        next++,
        session.createArrayOf(
            "int8", rows.stream().map(row -> row.sample().time().toEpochMilli()).toArray()));
    insert.setArray(
        next++,
        session.createArrayOf(
            "float8",
            rows.stream().map(row -> row.sample().value().orElse(null)).toArray(Double[]::new)));
    insert.setArray(
        next++,
        session.createArrayOf(
            "int2", rows.stream().map(row -> code(row.sample().quality())).toArray()));
    insert.setString(next++, fence.service().value());
    insert.setLong(next, fence.term());
  }

  private static List<Sample> samples(PreparedStatement query, String series) throws SQLException {
    var samples = new ArrayList<Sample>();
    try (var row = query.executeQuery()) {
      while (row.next()) {
        var value = Optional.ofNullable(row.getObject(2, Double.class));
        samples.add(new Sample(
            series, Instant.ofEpochMilli(row.getLong(1)), value, quality(row.getShort(3))));
      }
    }
    return samples;
  }

  /** A series gets its number with its first sample and keeps it, whichever server asks. */
  private Map<String, Integer> seriesIds(Connection session, Collection<Sample> samples)
      throws SQLException {
    var unknown = new TreeSet<String>();
    for (Sample sample : samples) {
      if (!seriesIds.containsKey(sample.series())) {
        unknown.add(sample.series());
      }
    }
    if (!unknown.isEmpty()) {
      if (seriesIds.size() + unknown.size() > CACHED_SERIES) {
        seriesIds.clear();
        samples.forEach(sample -> unknown.add(sample.series()));
      }
      learn(session, unknown);
    }
    return seriesIds;
  }

  private void learn(Connection session, Set<String> names) throws SQLException {
    var array = session.createArrayOf("varchar", names.toArray());
    try (var insert = session.prepareStatement(
            "insert into sample_series (name) select n from unnest(?::varchar[]) n "
                + "where not exists (select 1 from sample_series where name = n) on conflict do nothing");
        var query = session.prepareStatement(
            "select name, id from sample_series where name = any(?::varchar[])")) {
      insert.setArray(1, array);
      insert.executeUpdate();
      query.setArray(1, array);
      try (var row = query.executeQuery()) {
        while (row.next()) {
          seriesIds.put(row.getString(1), row.getInt(2));
        }
      }
    }
  }

  /** The first whole millisecond that is not before. */
  private static long firstMilli(Instant time) {
    long millis = time.toEpochMilli();
    return time.getNano() % 1_000_000 == 0 ? millis : millis + 1;
  }

  private static Short code(Quality quality) {
    return switch (quality) {
      case GOOD -> 0;
      case BAD -> 1;
      case UNSET -> 2;
    };
  }

  private static Quality quality(short code) {
    return switch (code) {
      case 0 -> Quality.GOOD;
      case 1 -> Quality.BAD;
      case 2 -> Quality.UNSET;
      default ->
        throw new IllegalStateException("sample with quality " + code + ", known are 0 to 2");
    };
  }
}
