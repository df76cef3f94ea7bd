package mainstay.http.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Sample;
import mainstay.protocol.query.Found;

/**
 * Value of a point. Fields are null rather than Optional because this is written at every point write.
 *
 * @param value null while unset and where the poll failed
 * @param revision null for a gathered point
 * @param term null for a gathered point, 0 while unset
 * @param time in ISO 8601; null while unset
 * @param ageMillis left out unless a local read was asked for
 * @param missing places that gave no answer and may have a newer sample; left out if none
 */
@JsonPropertyOrder({"id", "value", "revision", "term", "time", "quality", "ageMillis", "missing"})
public record PointValueJson(
    String id,
    Double value,
    Long revision,
    Long term,
    String time,
    Quality quality,
    @JsonInclude(JsonInclude.Include.NON_NULL) Long ageMillis,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> missing) {

  public static PointValueJson of(ServiceReply.PointValue point, Long ageMillis) {
    return new PointValueJson(
        point.point(),
        point.value().orElse(null),
        point.revision(),
        point.term(),
        point.time().map(Instant::toString).orElse(null),
        point.quality(),
        ageMillis,
        List.of());
  }

  /** The newest sample of a gathered point, or none yet. */
  public static PointValueJson of(String id, Found<Optional<Sample>> found) {
    var newest = found.value();
    return new PointValueJson(
        id,
        newest.flatMap(Sample::value).orElse(null),
        null,
        null,
        newest.map(sample -> sample.time().toString()).orElse(null),
        newest.map(Sample::quality).orElse(Quality.UNSET),
        null,
        found.missing());
  }
}
