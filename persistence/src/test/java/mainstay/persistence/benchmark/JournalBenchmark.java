package mainstay.persistence.benchmark;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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
 * sessions of plain JDBC reach with one insert and commit for each event, in the same run.
 *
 * <p>Arguments: seconds for each measurement (3), repetitions (3). The medians are printed.
 */
public final class JournalBenchmark {
  private static final ServiceName MAIN = ServiceName.dge("main");
  private static final byte[] PAYLOAD = new byte[90];

  private JournalBenchmark() {}

  /** Does one write and returns when it is acknowledged. */
  private interface Step extends AutoCloseable {
    void write(long sequence) throws Exception;

    @Override
    default void close() throws SQLException {}
  }

  public static void main(String[] arguments) throws Exception {
    int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 3;
    int repetitions = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
    try (var postgres = Postgres.start()) {
      String url = postgres.newDatabase();
      try (var server = Server.start(postgres, url, "alpha", "a1")) {
        var active = server.take(MAIN, 0);
        run(seconds, 16, "warm", (kind, writer) -> journal(server, active, kind + writer));
        System.out.printf("%-8s %12s %12s %7s %10s%n", "writers", "raw/s", "journal/s", "ratio", "p50 us");
        for (int writers : new int[] {1, 16, 64}) {
          var raw = new double[repetitions];
          var journal = new double[repetitions];
          var latency = new double[repetitions];
          for (int i = 0; i < repetitions; i++) {
            String run = writers + "-" + i;
            raw[i] = run(seconds, writers, "raw" + run, (kind, writer) -> raw(postgres, url, kind + writer))[0];
            double[] measured = run(seconds, writers, "ours" + run, (kind, writer) -> journal(server, active, kind + writer));
            journal[i] = measured[0];
            latency[i] = measured[1];
          }
          System.out.printf(Locale.ROOT, "%-8d %12.0f %12.0f %7.2f %10.0f%n", writers, median(raw), median(journal),
              median(journal) / median(raw), median(latency));
        }
      }
    }
  }

  private interface StepFactory {
    Step create(String kind, int writer) throws Exception;
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
    var insert = session.prepareStatement("insert into event_journal (persistence_id, sequence_number, writer, "
        + "write_timestamp, adapter_manifest, event_ser_id, event_ser_manifest, event_payload) "
        + "values (?, ?, 'w', 0, '', 1, 'm', ?)");
    return new Step() {
      @Override
      public void write(long sequence) throws SQLException {
        insert.setString(1, persistenceId);
        insert.setLong(2, sequence);
        insert.setBytes(3, PAYLOAD);
        insert.executeUpdate();                                // commits by itself
      }

      @Override
      public void close() throws SQLException {
        session.close();
      }
    };
  }

  /** Events per second, and the median time of one write in microseconds. */
  private static double[] run(int seconds, int writers, String kind, StepFactory factory) throws Exception {
    var threads = Executors.newFixedThreadPool(writers);
    try {
      var steps = new ArrayList<Step>();
      for (int i = 0; i < writers; i++) {
        steps.add(factory.create(kind + "|", i));
      }
      long start = System.nanoTime();
      long end = start + seconds * 1_000_000_000L;
      List<Future<List<Long>>> running = new ArrayList<>();
      for (Step step : steps) {
        running.add(threads.submit(() -> {
          var times = new ArrayList<Long>();
          long before = System.nanoTime();
          for (long sequence = 1; before < end; sequence++) {
            step.write(sequence);
            long now = System.nanoTime();
            times.add(now - before);
            before = now;
          }
          return times;
        }));
      }
      var all = new ArrayList<Long>();
      for (Future<List<Long>> one : running) {
        all.addAll(one.get());
      }
      double elapsed = (System.nanoTime() - start) / 1e9;
      for (Step step : steps) {
        step.close();
      }
      return new double[] {all.size() / elapsed, median(all.stream().mapToDouble(time -> time / 1e3).toArray())};
    } finally {
      threads.shutdown();
    }
  }

  private static double median(double[] values) {
    var sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
