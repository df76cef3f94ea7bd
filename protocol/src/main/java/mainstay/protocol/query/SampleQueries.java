package mainstay.protocol.query;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.SampleBucket;

/** Reading of samples that are stored in one place. A stage fails when the database gives no answer in its time. */
public interface SampleQueries {
  CompletionStage<Optional<Sample>> latest(String series);

  /** Samples with {@code from <= time < to} in the order of time, the first {@code limit} of them. */
  CompletionStage<List<Sample>> range(String series, Instant from, Instant to, int limit);

  /** The same interval in steps; steps without a value are left out. */
  CompletionStage<List<SampleBucket>> buckets(
      String series, Instant from, Instant to, Duration step);
}
