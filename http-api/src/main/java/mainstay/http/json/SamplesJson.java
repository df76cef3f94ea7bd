package mainstay.http.json;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.SampleBucket;

/** History of a series: samples, or with a step one bucket each. */
public record SamplesJson(String id, List<?> samples) {
  public record SampleJson(Instant time, Optional<Double> value, Quality quality) {}

  public record BucketJson(
      Instant time, double minimum, double maximum, double average, long count) {}

  public static SamplesJson of(String id, List<Sample> samples) {
    return new SamplesJson(
        id,
        samples.stream()
            .map(s -> new SampleJson(s.time(), s.value(), s.quality()))
            .toList());
  }

  public static SamplesJson ofBuckets(String id, List<SampleBucket> buckets) {
    return new SamplesJson(
        id,
        buckets.stream()
            .map(b -> new BucketJson(b.time(), b.minimum(), b.maximum(), b.average(), b.count()))
            .toList());
  }
}
