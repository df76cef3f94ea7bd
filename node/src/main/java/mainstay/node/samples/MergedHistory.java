package mainstay.node.samples;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import mainstay.node.samples.core.HistoryMerge;
import mainstay.node.samples.core.Place;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.SampleBucket;
import mainstay.protocol.query.Found;
import mainstay.protocol.query.SampleHistory;
import mainstay.protocol.query.SampleQueries;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks all places where samples of a series may stand, at once. Of several, those that fail or are silent for longer than
 * the limit are named as missing; a single one has the time that the caller gives.
 */
public final class MergedHistory implements SampleHistory {
  private static final Logger log = LoggerFactory.getLogger("mainstay.samples");

  private final Function<String, List<Place>> places;
  private final Function<Place, SampleQueries> at;
  private final Duration limit;

  /**
   * @param places of a series, the likeliest first; at least one
   * @param at how each of them is read
   */
  public MergedHistory(
      Function<String, List<Place>> places, Function<Place, SampleQueries> at, Duration limit) {
    this.places = places;
    this.at = at;
    this.limit = limit;
  }

  @Override
  public CompletionStage<Found<Optional<Sample>>> latest(String series) {
    return gather(series, samples -> samples.latest(series), HistoryMerge::latest);
  }

  @Override
  public CompletionStage<Found<List<Sample>>> range(
      String series, Instant from, Instant to, int most) {
    return gather(
        series,
        samples -> samples.range(series, from, to, most),
        answers -> HistoryMerge.range(answers, most));
  }

  @Override
  public CompletionStage<Found<List<SampleBucket>>> buckets(
      String series, Instant from, Instant to, Duration step) {
    return gather(
        series, samples -> samples.buckets(series, from, to, step), HistoryMerge::buckets);
  }

  private <T> CompletionStage<Found<T>> gather(
      String series,
      Function<SampleQueries, CompletionStage<T>> query,
      Function<List<T>, T> merge) {
    var asked = places.apply(series);
    if (asked.size() == 1) {
      return ask(asked.get(0), query).thenApply(value -> new Found<>(value, List.of()));
    }
    var answers = asked.stream()
        .map(place -> ask(place, query)
            .toCompletableFuture()
            .copy()
            .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS))
        .toList();
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .handle((done, failure) -> together(series, asked, answers, merge));
  }

  private <T> CompletionStage<T> ask(
      Place place, Function<SampleQueries, CompletionStage<T>> query) {
    try {
      return query.apply(at.apply(place));
    } catch (IllegalStateException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  private static <T> Found<T> together(
      String series,
      List<Place> asked,
      List<CompletableFuture<T>> answers,
      Function<List<T>, T> merge) {
    var values = new ArrayList<T>();
    var missing = new ArrayList<String>();
    for (int i = 0; i < asked.size(); i++) {
      if (answers.get(i).isCompletedExceptionally()) {
        var place = asked.get(i).text();
        missing.add(place);
        answers.get(i).exceptionally(failure -> {
          log.debug("samples of {} from {} are missing: {}", series, place, failure.toString());
          return null;
        });
      } else {
        values.add(answers.get(i).join());
      }
    }
    if (values.isEmpty()) {
      throw new IllegalStateException("none of " + String.join(", ", missing) + " answered");
    }
    return new Found<>(merge.apply(values), missing);
  }
}
