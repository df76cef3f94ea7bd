package mainstay.persistence.benchmark;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import mainstay.persistence.benchmark.Contender.Step;
import mainstay.persistence.samples.SampleStore;
import mainstay.persistence.testing.Postgres;
import mainstay.persistence.testing.Server;
import mainstay.persistence.testing.Server.Place;
import mainstay.protocol.model.Fence;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.ServiceName;
import org.postgresql.PGConnection;

/**
 * Samples per second into one and into two databases with two writers and batches of 1,000 and of 10,000, beside plain JDBC: a batch
 * insert of as many into one database and into two at once, and COPY of 10,000 into one. And queries per second of the newest sample of a series over
 * one and over two databases with eight readers.
 *
 * <p>Arguments: milliseconds of a slice (500), slices (12).
 */
public final class SampleBenchmark {
  private static final ServiceName MAIN = ServiceName.dge("main");
  private static final int WRITERS = 2;
  private static final int READERS = 8;
  private static final int BATCH = 1_000;
  private static final int COPY = 10_000;
  private static final int SERIES = 100;
  private static final AtomicLong CLOCK = new AtomicLong(1_700_000_000_000L);

  private SampleBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    int millis = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 500;
    int slices = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 12;
    try (var first = Postgres.start();
        var second = Postgres.start()) {
      var plain = new Place(first, first.newDatabase());
      var other = new Place(second, second.newDatabase());
      createTable(plain);
      createTable(other);
      try (var single = Server.start(first, first.newDatabase(), "alpha", "a1");
          var twin = Server.start(
              List.of(
                  new Place(first, first.newDatabase()), new Place(second, second.newDatabase())),
              "bravo",
              "b1")) {
        var one = single.take(MAIN, 0).fence();
        var two = twin.take(MAIN, 0).fence();
        var storeOfOne = new SampleStore(single.databases());
        var storeOfTwo = new SampleStore(twin.databases());
        race(
            millis,
            slices,
            List.of(
                new Contender("raw batch", WRITERS, i -> batches(plain)),
                new Contender(
                    "raw on two", WRITERS, i -> Contender.both(batches(plain), batches(other))),
                new Contender("raw COPY", WRITERS, i -> copies(plain)),
                new Contender("one database", WRITERS, i -> ours(storeOfOne, one, BATCH)),
                new Contender("two databases", WRITERS, i -> ours(storeOfTwo, two, BATCH)),
                new Contender("one, 10,000", WRITERS, i -> ours(storeOfOne, one, COPY)),
                new Contender("two, 10,000", WRITERS, i -> ours(storeOfTwo, two, COPY))));
        race(
            millis,
            slices,
            List.of(
                new Contender("reads of one", READERS, i -> reads(storeOfOne, i)),
                new Contender("reads of two", READERS, i -> reads(storeOfTwo, i))));
      }
    }
  }

  private static void createTable(Place place) throws SQLException {
    try (var session = place.database().connect(place.url());
        var table = session.createStatement()) {
      table.execute("create table sample (series_id bigint, ts_ms bigint, val double precision, "
          + "quality smallint, primary key (series_id, ts_ms))");
    }
  }

  private static void race(int millis, int slices, List<Contender> contenders) throws Exception {
    Contender.race(contenders, millis, slices);
    for (var contender : contenders) {
      System.out.printf(
          Locale.ROOT,
          "%-14s %12.0f /s %8.2f%n",
          contender.name(),
          contender.rate(),
          contender.rate() / contenders.get(0).rate());
      contender.close();
    }
  }

  private static Step ours(SampleStore store, Fence fence, int count) {
    return () -> {
      Server.await(store.write(
          fence,
          rows(
              count,
              (series, time) -> new Sample(
                  "series-" + series,
                  Instant.ofEpochMilli(time),
                  Optional.of(0.5),
                  Quality.GOOD))));
      return count;
    };
  }

  private static Step reads(SampleStore store, int reader) {
    return () -> {
      Server.await(store.latest("series-" + reader));
      return 1;
    };
  }

  private interface Row<T> {
    T of(long series, long time);
  }

  private static <T> List<T> rows(int count, Row<T> row) {
    long time = CLOCK.getAndAdd(count / SERIES);
    var rows = new ArrayList<T>(count);
    for (int i = 0; i < count; i++) {
      rows.add(row.of(i % SERIES, time + i / SERIES));
    }
    return rows;
  }

  private static Step batches(Place place) throws SQLException {
    return session(place, session -> {
      try (var insert = session.prepareStatement("insert into sample values (?, ?, ?, ?)")) {
        for (var row : rows(BATCH, (series, time) -> new long[] {series, time})) {
          insert.setLong(1, row[0]);
          insert.setLong(2, row[1]);
          insert.setDouble(3, 0.5);
          insert.setShort(4, (short) 0);
          insert.addBatch();
        }
        insert.executeBatch();
        session.commit();
        return BATCH;
      }
    });
  }

  private static Step copies(Place place) throws SQLException {
    return session(place, session -> {
      var text = String.join("", rows(COPY, (series, time) -> series + "\t" + time + "\t0.5\t0\n"));
      try {
        session
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn(
                "copy sample from stdin",
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
      } catch (java.io.IOException e) {
        throw new SQLException(e);
      }
      session.commit();
      return COPY;
    });
  }

  private interface Work {
    int on(Connection session) throws SQLException;
  }

  private static Step session(Place place, Work work) throws SQLException {
    var session = place.database().connect(place.url() + "?reWriteBatchedInserts=true");
    session.setAutoCommit(false);
    return new Step() {
      @Override
      public int once() throws SQLException {
        return work.on(session);
      }

      @Override
      public void close() throws SQLException {
        session.close();
      }
    };
  }
}
