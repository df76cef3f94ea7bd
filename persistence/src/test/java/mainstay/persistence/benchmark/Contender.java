package mainstay.persistence.benchmark;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * One way to do the same work, with as many workers as it is given, each on a thread of its own. Contenders take turns in
 * short slices, so that what else the machine does falls on all of them.
 */
final class Contender implements AutoCloseable {
  private static final int WARM_UP = 4;

  private final String name;
  private final List<Step> steps = new ArrayList<>();
  private final ExecutorService threads;
  private final List<Double> rates = new ArrayList<>();
  private final List<Double> micros = new ArrayList<>();

  /** Does one piece of work and returns when it is acknowledged. */
  interface Step extends AutoCloseable {
    /** @return how many things were done */
    int once() throws Exception;

    @Override
    default void close() throws SQLException {}
  }

  /** The same work on two databases at the same time, the second one on a thread of its own. */
  static Step both(Step first, Step second) {
    var other = Executors.newSingleThreadExecutor();
    return new Step() {
      @Override
      public int once() throws Exception {
        var done = other.submit(second::once);
        int count = first.once();
        done.get();
        return count;
      }

      @Override
      public void close() throws SQLException {
        other.shutdown();
        first.close();
        second.close();
      }
    };
  }

  interface StepFactory {
    Step create(int worker) throws Exception;
  }

  Contender(String name, int workers, StepFactory factory) throws Exception {
    this.name = name;
    threads = Executors.newFixedThreadPool(workers);
    for (int i = 0; i < workers; i++) {
      steps.add(factory.create(i));
    }
  }

  /** Lets them take turns, the first ones uncounted. */
  static void race(List<Contender> contenders, int millis, int slices) throws Exception {
    for (int slice = -WARM_UP; slice < slices; slice++) {
      for (var contender : contenders) {
        contender.run(millis, slice >= 0);
      }
    }
  }

  String name() {
    return name;
  }

  /** Things done per second, median over the slices. */
  double rate() {
    return median(rates);
  }

  /** Microseconds of one step, median over the slices of their medians. */
  double stepMicros() {
    return median(micros);
  }

  private void run(int millis, boolean counts) throws Exception {
    long start = System.nanoTime();
    long end = start + millis * 1_000_000L;
    List<Future<Slice>> running = new ArrayList<>();
    for (var step : steps) {
      running.add(threads.submit(() -> slice(step, end)));
    }
    long done = 0;
    var times = new ArrayList<Double>();
    for (var one : running) {
      done += one.get().done;
      times.addAll(one.get().micros);
    }
    if (counts) {
      rates.add(done / ((System.nanoTime() - start) / 1e9));
      micros.add(median(times));
    }
  }

  private record Slice(long done, List<Double> micros) {}

  private static Slice slice(Step step, long end) throws Exception {
    long done = 0;
    var micros = new ArrayList<Double>();
    for (long before = System.nanoTime(); before < end; ) {
      done += step.once();
      long now = System.nanoTime();
      micros.add((now - before) / 1e3);
      before = now;
    }
    return new Slice(done, micros);
  }

  @Override
  public void close() throws SQLException {
    threads.shutdown();
    for (var step : steps) {
      step.close();
    }
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(Double.NaN);
  }
}
