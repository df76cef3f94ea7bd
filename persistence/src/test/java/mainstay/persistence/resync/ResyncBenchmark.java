package mainstay.persistence.resync;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import mainstay.persistence.resync.core.Column;
import mainstay.persistence.resync.core.Table;
import mainstay.persistence.testing.Postgres;

/**
 * Rows per second of {@link Resynchronisation} into an empty database, from the first look to its end, while a writer
 * goes on; and how much that is of what one plain {@code COPY} for each table reaches with the same rows in the same run.
 * Prints the longest barrier and the longest write too.
 *
 * <p>Arguments: events (1000000), samples (5000000). {@code multi-jvm-tests/benchmark resync} starts it.
 */
public final class ResyncBenchmark {
  private static final Duration LIMIT = Duration.ofHours(1);

  private ResyncBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    int events = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
    int samples = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5_000_000;
    try (var first = Postgres.start();
        var second = Postgres.start();
        var pair = new Pair(List.of(first, second));
        var other = new Pair(List.of(second))) {
      Content.bulk(pair, pair.db(1), events, samples);
      pair.execute(pair.db(1), "analyze"); // as the vendor does by itself before long
      for (var server : List.of(pair.db(1), pair.db(2))) {
        pair.execute(server, "checkpoint");
      }

      double plain = plainCopy(pair, other, events, samples);
      other.execute(other.db(1), "truncate event_journal, event_tag, sample");
      pair.execute(pair.db(2), "checkpoint");

      var resynchronisation = new Resynchronisation(pair.db(1), pair.db(2), pair.settings());
      var barrier = pair.barrier();
      long start = System.nanoTime();
      double copied;
      double all;
      long longest;
      long writes;
      try (var writer = new PairWriter(pair, 1)) {
        await(resynchronisation.copy());
        copied = seconds(start);
        pair.join(resynchronisation, 2);
        await(resynchronisation.complete(barrier));
        all = seconds(start);
        longest = writer.longestMillis();
        writes = writer.written();
      }
      double rows = (double) events + samples;
      System.out.printf(
          Locale.ROOT,
          "%d events, %d samples%n"
              + "plain COPY               %7.1f s %9.0f rows/s%n"
              + "copy() alone             %7.1f s %9.0f rows/s  ratio %.2f%n"
              + "whole resynchronisation  %7.1f s %9.0f rows/s  ratio %.2f%n"
              + "longest barrier %d ms (%d in all), longest of %d writes %d ms%n"
              + "tables that differ: %s%n",
          events,
          samples,
          plain,
          rows / plain,
          copied,
          rows / copied,
          plain / copied,
          all,
          rows / all,
          plain / all,
          barrier.longest().toMillis(),
          barrier.holds(),
          writes,
          longest,
          pair.differing());
    }
  }

  /** Of the two tables that hold much. */
  private static double plainCopy(Pair pair, Pair other, int events, int samples) throws Exception {
    try (var from = pair.connect(pair.db(1));
        var to = other.connect(other.db(1))) {
      var source = new Side("from", from, new PostgresContent());
      var target = new Side("to", to, new PostgresContent());
      long start = System.nanoTime();
      long rows = 0;
      for (var table : List.of(Table.EVENT_JOURNAL, Table.SAMPLE)) {
        var columns = table.columns().stream().map(Column::name).collect(Collectors.joining(", "));
        var all = table.name() + " (" + columns + ")";
        rows += RowTransfer.stream(
            source,
            target,
            new ContentSql.Stream(
                "copy " + all + " to stdout (format binary)",
                "copy " + all + " from stdin (format binary)"));
      }
      double took = seconds(start);
      if (rows != (long) events + samples) {
        throw new IllegalStateException(rows + " rows were copied");
      }
      return took;
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static void await(CompletionStage<Void> step) throws Exception {
    step.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }
}
