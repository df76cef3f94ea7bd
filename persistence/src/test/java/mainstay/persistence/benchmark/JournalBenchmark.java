package mainstay.persistence.benchmark;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import mainstay.persistence.testing.Postgres;
import mainstay.persistence.testing.Server;
import mainstay.persistence.testing.Writer;
import mainstay.persistence.testing.Writer.Noted;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ServiceName;

/**
 * Events per second through the fenced journal plugin at 1, 16 and 64 writers, and how much that is of what as many
 * sessions of plain JDBC reach with one insert and commit for each event. Both take turns in short slices, so that what
 * else the machine does falls on both; medians over the slices are printed.
 *
 * <p>Arguments: milliseconds of a slice (500), slices (12).
 */
public final class JournalBenchmark {
  private static final ServiceName MAIN = ServiceName.dge("main");
  private static final int WARM_UP = 4;
  private static final byte[] PAYLOAD = new byte[90];

  private JournalBenchmark() {}

  /** Does one write and returns when it is acknowledged. */
  private interface Step extends AutoCloseable {
    void write(long sequence) throws Exception;

    @Override
    default void close() throws SQLException {}
  }

  public static void main(String[] arguments) throws Exception {
    int millis = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 500;
    int slices = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 12;
    try (var postgres = Postgres.start()) {
      String url = postgres.newDatabase();
      try (var server = Server.start(postgres, url, "alpha", "a1")) {
        var active = server.take(MAIN, 0);
        System.out.printf(
            "%-8s %10s %12s %8s %13s %13s%n",
            "writers", "raw/s", "journal/s", "ratio", "raw p50 us", "ours p50 us");
        for (int writers : new int[] {1, 16, 64}) {
          try (var raw =
                  new Contender(writers, i -> raw(postgres, url, "raw" + writers + "|" + i));
              var ours = new Contender(
                  writers, i -> journal(server, active, "ours" + writers + "|" + i))) {
            for (int i = -WARM_UP; i < slices; i++) {
              raw.run(millis, i >= 0);
              ours.run(millis, i >= 0);
            }
            System.out.printf(
                Locale.ROOT,
                "%-8d %10.0f %12.0f %8.2f %13.0f %13.0f%n",
                writers,
                median(raw.rates),
                median(ours.rates),
                median(ours.rates) / median(raw.rates),
                median(raw.micros),
                median(ours.micros));
          }
        }
      }
    }
  }

  private interface StepFactory {
    Step create(int writer) throws Exception;
  }

  private static Step journal(Server server, Activation active, String persistenceId) {
    var writer = new Writer(server.system(), persistenceId);
    var event = new Noted("x".repeat(PAYLOAD.length - 10));
    return sequence -> {
      var answers = writer.write(active, sequence, event);
      if (!(answers.get(1) instanceof akka.persistence.JournalProtocol.WriteMessageSuccess)) {
        throw new IllegalStateException("not stored: " + answers);
      }
    };
  }

  private static Step raw(Postgres postgres, String url, String persistenceId) throws SQLException {
    Connection session = postgres.connect(url);
    var insert = session.prepareStatement(
        "insert into event_journal (persistence_id, sequence_number, writer, "
            + "write_timestamp, adapter_manifest, event_ser_id, event_ser_manifest, event_payload) "
            + "values (?, ?, 'w', 0, '', 1, 'm', ?)");
    return new Step() {
      @Override
      public void write(long sequence) throws SQLException {
        insert.setString(1, persistenceId);
        insert.setLong(2, sequence);
        insert.setBytes(3, PAYLOAD);
        insert.executeUpdate(); // commits by itself
      }

      @Override
      public void close() throws SQLException {
        session.close();
      }
    };
  }

  /** One of the two, with its writers and what was measured. */
  private static final class Contender implements AutoCloseable {
    private final List<Step> steps = new ArrayList<>();
    private final long[] sequences;
    private final ExecutorService threads;
    private final List<Double> rates = new ArrayList<>();
    private final List<Double> micros = new ArrayList<>();

    private Contender(int writers, StepFactory factory) throws Exception {
      sequences = new long[writers];
      threads = Executors.newFixedThreadPool(writers);
      for (int i = 0; i < writers; i++) {
        steps.add(factory.create(i));
      }
    }

    private void run(int millis, boolean counts) throws Exception {
      long start = System.nanoTime();
      long end = start + millis * 1_000_000L;
      List<Future<List<Double>>> running = new ArrayList<>();
      for (int i = 0; i < steps.size(); i++) {
        int writer = i;
        running.add(threads.submit(() -> {
          var times = new ArrayList<Double>();
          for (long before = System.nanoTime(); before < end; ) {
            steps.get(writer).write(++sequences[writer]);
            long now = System.nanoTime();
            times.add((now - before) / 1e3);
            before = now;
          }
          return times;
        }));
      }
      var all = new ArrayList<Double>();
      for (Future<List<Double>> one : running) {
        all.addAll(one.get());
      }
      if (counts) {
        rates.add(all.size() / ((System.nanoTime() - start) / 1e9));
        micros.add(median(all));
      }
    }

    @Override
    public void close() throws SQLException {
      threads.shutdown();
      for (Step step : steps) {
        step.close();
      }
    }
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(Double.NaN);
  }
}
