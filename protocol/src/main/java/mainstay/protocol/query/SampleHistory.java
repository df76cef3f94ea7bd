package mainstay.protocol.query;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.SampleBucket;

/**
 * The samples of a series, wherever its engine stores them: as {@link SampleQueries}, over several places. A stage fails
 * when none of them answers in its time.
 */
public interface SampleHistory {
  CompletionStage<Found<Optional<Sample>>> latest(String series);

  CompletionStage<Found<List<Sample>>> range(String series, Instant from, Instant to, int limit);

  /** A sample that stands in two places counts twice. */
  CompletionStage<Found<List<SampleBucket>>> buckets(
      String series, Instant from, Instant to, Duration step);
}
