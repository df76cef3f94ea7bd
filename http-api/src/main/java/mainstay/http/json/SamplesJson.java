package mainstay.http.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.SampleBucket;
import mainstay.protocol.query.Found;

/**
 * History of a series: samples, or with a step one bucket each.
 *
 * @param missing places that gave no answer; left out if none
 */
public record SamplesJson(
    String id,
    List<?> samples,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> missing) {
  public record SampleJson(Instant time, Optional<Double> value, Quality quality) {}

  public record BucketJson(
      Instant time, double minimum, double maximum, double average, long count) {}

  public static SamplesJson of(String id, Found<List<Sample>> found) {
    return new SamplesJson(
        id,
        found.value().stream()
            .map(s -> new SampleJson(s.time(), s.value(), s.quality()))
            .toList(),
        found.missing());
  }

  public static SamplesJson ofBuckets(String id, Found<List<SampleBucket>> found) {
    return new SamplesJson(
        id,
        found.value().stream()
            .map(b -> new BucketJson(b.time(), b.minimum(), b.maximum(), b.average(), b.count()))
            .toList(),
        found.missing());
  }
}
