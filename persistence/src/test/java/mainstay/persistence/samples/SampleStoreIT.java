package mainstay.persistence.samples;

import static mainstay.persistence.testing.Server.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import mainstay.persistence.samples.core.SampleRow;
import mainstay.persistence.term.StaleTermException;
import mainstay.persistence.testing.Server;
import mainstay.persistence.testing.SharedDatabase;
import mainstay.persistence.testing.TestDatabase;
import mainstay.protocol.model.Fence;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.SampleBucket;
import mainstay.protocol.model.ServiceName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedDatabase.class)
class SampleStoreIT {
  private static final ServiceName MAIN = ServiceName.dge("main");
  private static final int LARGE = 5_000;
  private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");

  private TestDatabase database;
  private String url;
  private Server alpha;
  private SampleStore store;
  private Fence fence;

  @BeforeEach
  void start(TestDatabase shared) throws Exception {
    database = shared;
    url = database.newDatabase();
    alpha = Server.start(database, url, "alpha", "a1");
    store = new SampleStore(alpha.databases());
    fence = alpha.take(MAIN, 0).fence();
  }

  @AfterEach
  void stop() {
    alpha.close();
  }

  @Test
  void storedSamplesComeBackInTheOrderOfTime() {
    var bad = new Sample("cpu", START.plusMillis(20), Optional.empty(), Quality.BAD);
    await(store.write(
        fence, List.of(good("cpu", 30, 3), bad, good("cpu", 10, 1), good("memory", 10, 9))));

    assertThat(await(store.range("cpu", START, START.plusMillis(30), 10)))
        .containsExactly(good("cpu", 10, 1), bad);
    assertThat(
            await(store.range("cpu", START.plusMillis(10).plusNanos(1), START.plusMillis(31), 10)))
        .containsExactly(bad, good("cpu", 30, 3));
    assertThat(await(store.range("cpu", START, START.plusSeconds(1), 1)))
        .containsExactly(good("cpu", 10, 1));
    assertThat(await(store.latest("cpu"))).contains(good("cpu", 30, 3));
    assertThat(await(store.latest("disk"))).isEmpty();
    assertThat(await(store.range("disk", START, START.plusSeconds(1), 1))).isEmpty();
  }

  @Test
  void writingAgainChangesNothing() {
    await(store.write(fence, List.of(good("cpu", 10, 1), good("cpu", 10, 2))));
    await(store.write(fence, List.of(good("cpu", 10, 3), good("cpu", 20, 2))));

    assertThat(await(store.range("cpu", START, START.plusSeconds(1), 10)))
        .containsExactly(good("cpu", 10, 1), good("cpu", 20, 2));
  }

  @Test
  void aStaleTermStoresNothing() {
    await(store.write(fence, List.of(good("cpu", 10, 1))));
    var current = alpha.take(MAIN, 1);

    var late = store
        .write(fence, List.of(good("cpu", 20, 2), good("memory", 20, 2)))
        .toCompletableFuture();

    assertThatThrownBy(() -> late.get(10, TimeUnit.SECONDS))
        .cause()
        .isInstanceOfSatisfying(
            StaleTermException.class, stale -> assertThat(stale.current()).contains(current));
    assertThat(await(store.range("cpu", START, START.plusSeconds(1), 10)))
        .containsExactly(good("cpu", 10, 1));
    assertThat(await(store.latest("memory"))).isEmpty();
    await(store.write(current.fence(), List.of(good("memory", 20, 2))));
    assertThat(await(store.latest("memory"))).contains(good("memory", 20, 2));
  }

  @Test
  void aLargeBatchIsStoredAsASmallOneIsAndMayBeRepeated() throws SQLException {
    var large = new ArrayList<Sample>();
    for (int i = 0; i < LARGE; i++) {
      var bad = new Sample("cpu", START.plusMillis(i), Optional.empty(), Quality.BAD);
      large.add(i % 7 == 0 ? bad : good("cpu", i, i / 3.0));
    }
    await(store.write(fence, large.subList(0, 10)));
    await(store.write(fence, large.subList(10, LARGE - 1)));
    await(store.write(fence, large));

    assertThat(await(store.range("cpu", START, START.plusSeconds(100), LARGE + 1)))
        .isEqualTo(large);
    try (var session = database.connect(url);
        var row = session
            .createStatement()
            .executeQuery("select series_id, ts_ms, val, quality, check_sum from sample")) {
      while (row.next()) {
        var sample = new SampleRow(
            row.getLong(1), row.getLong(2), row.getObject(3, Double.class), row.getShort(4));
        assertThat(row.getInt(5)).isEqualTo(sample.checkSum());
      }
    }
  }

  @Test
  void aLargeBatchOfAStaleTermIsNotStored() {
    var large = new ArrayList<Sample>();
    for (int i = 0; i < LARGE; i++) {
      large.add(good("cpu", i, i));
    }
    var current = alpha.take(MAIN, 1);

    var late = store.write(fence, large).toCompletableFuture();

    assertThatThrownBy(() -> late.get(10, TimeUnit.SECONDS))
        .cause()
        .isInstanceOf(StaleTermException.class);
    assertThat(await(store.latest("cpu"))).isEmpty();
    await(store.write(current.fence(), large));
    assertThat(await(store.latest("cpu"))).contains(large.get(LARGE - 1));
  }

  @Test
  void stepsBeginAtTheStartOfTheIntervalAndSkipWhatHasNoValue() {
    await(store.write(
        fence,
        List.of(
            good("cpu", 0, 1),
            good("cpu", 50, 3),
            good("cpu", 100, 10),
            good("cpu", 300, 5),
            new Sample("cpu", START.plusMillis(200), Optional.empty(), Quality.BAD))));

    assertThat(await(store.buckets("cpu", START, START.plusMillis(300), Duration.ofMillis(100))))
        .containsExactly(
            new SampleBucket(START, 1, 3, 2, 2),
            new SampleBucket(START.plusMillis(100), 10, 10, 10, 1));
    assertThat(await(store.buckets(
            "cpu", START.plusMillis(50), START.plusMillis(350), Duration.ofMillis(100))))
        .containsExactly(
            new SampleBucket(START.plusMillis(50), 3, 10, 6.5, 2),
            new SampleBucket(START.plusMillis(250), 5, 5, 5, 1));
  }

  @Test
  void questionsWithoutBoundAreRefused() {
    assertThatThrownBy(() -> store.range("cpu", START, START, 0)).hasMessageContaining("1..100000");
    assertThatThrownBy(
            () -> store.buckets("cpu", START, START.plusSeconds(1000), Duration.ofMillis(1)))
        .hasMessageContaining("at most 100000 steps");
    assertThatThrownBy(() -> store.buckets("cpu", START, START.plusSeconds(1), Duration.ZERO))
        .hasMessageContaining("at least 1 ms");
    var many = java.util.Collections.nCopies(SampleStore.BATCH_LIMIT + 1, good("cpu", 0, 1));
    assertThatThrownBy(() -> store.write(fence, many)).hasMessageContaining("10001 samples");
  }

  @Test
  void questionsUseTheIndex() throws Exception {
    for (int batch = 0; batch < 5; batch++) {
      var samples = new ArrayList<Sample>();
      for (int i = 0; i < 10_000; i++) {
        samples.add(good("series-" + i % 10, batch * 10_000 + i, i));
      }
      await(store.write(fence, samples));
    }
    try (var session = database.connect(url);
        var statement = session.createStatement()) {
      statement.execute(analyze());
      for (String condition : List.of(
          "order by ts_ms desc limit 1",
          "and ts_ms >= " + START.toEpochMilli() + " and ts_ms < " + (START.toEpochMilli() + 500)
              + " order by ts_ms")) {
        try (var row =
            statement.executeQuery("explain select ts_ms, val from sample where series_id = "
                + "(select id from sample_series where name = 'series-3') " + condition)) {
          assertUsesTheIndex(row);
        }
      }
    }
  }

  String analyze() {
    return "analyze";
  }

  /** @param plan what the vendor says about how it would answer */
  void assertUsesTheIndex(ResultSet plan) throws SQLException {
    var text = new StringBuilder();
    while (plan.next()) {
      text.append(plan.getString(1)).append('\n');
    }
    assertThat(text.toString()).contains("sample_pkey").doesNotContain("Seq Scan on sample ");
  }

  private static Sample good(String series, long millis, double value) {
    return new Sample(series, START.plusMillis(millis), Optional.of(value), Quality.GOOD);
  }
}
