package mainstay.node.samples;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Scheduler;
import akka.actor.typed.javadsl.AskPattern;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.SampleBucket;
import mainstay.protocol.query.SampleQueries;

/**
 * The samples in the local database of a server, fetched page by page.
 *
 * @param limit for one page
 */
record RemoteSamples(ActorRef<LocalSamples.Query> reader, Duration limit, Scheduler scheduler)
    implements SampleQueries {

  @Override
  public CompletionStage<Optional<Sample>> latest(String series) {
    return samples(replyTo -> new LocalSamples.Latest(series, replyTo))
        .thenApply(newest -> newest.stream().findFirst());
  }

  @Override
  public CompletionStage<List<Sample>> range(String series, Instant from, Instant to, int limit) {
    return range(series, from, to, limit, List.of());
  }

  private CompletionStage<List<Sample>> range(
      String series, Instant from, Instant to, int limit, List<Sample> before) {
    int wanted = Math.min(limit - before.size(), LocalSamples.PAGE);
    return samples(replyTo -> new LocalSamples.Range(series, from, to, wanted, replyTo))
        .thenCompose(page -> {
          var all = together(before, page);
          return page.size() < wanted || all.size() == limit
              ? CompletableFuture.completedFuture(all)
              : range(series, page.get(page.size() - 1).time().plusMillis(1), to, limit, all);
        });
  }

  @Override
  public CompletionStage<List<SampleBucket>> buckets(
      String series, Instant from, Instant to, Duration step) {
    return buckets(series, from, to, step, List.of());
  }

  private CompletionStage<List<SampleBucket>> buckets(
      String series, Instant from, Instant to, Duration step, List<SampleBucket> before) {
    var pageEnd = from.plus(step.multipliedBy(LocalSamples.PAGE));
    var end = pageEnd.isBefore(to) ? pageEnd : to;
    return ask(
            LocalSamples.Buckets.class,
            replyTo -> new LocalSamples.Steps(series, from, end, step, replyTo))
        .thenCompose(page -> {
          var all = together(before, page.buckets());
          return end.equals(to)
              ? CompletableFuture.completedFuture(all)
              : buckets(series, end, to, step, all);
        });
  }

  private static <T> List<T> together(List<T> before, List<T> page) {
    var all = new ArrayList<>(before);
    all.addAll(page);
    return all;
  }

  private CompletionStage<List<Sample>> samples(
      Function<ActorRef<LocalSamples.Answer>, LocalSamples.Query> query) {
    return ask(LocalSamples.Samples.class, query).thenApply(LocalSamples.Samples::samples);
  }

  private <T extends LocalSamples.Answer> CompletionStage<T> ask(
      Class<T> expected, Function<ActorRef<LocalSamples.Answer>, LocalSamples.Query> query) {
    CompletionStage<LocalSamples.Answer> asked =
        AskPattern.ask(reader, query::apply, limit, scheduler);
    return asked.thenApply(answer -> {
      if (answer instanceof LocalSamples.Failed failed) {
        throw new IllegalStateException(failed.why());
      }
      return expected.cast(answer);
    });
  }
}
