package mainstay.http.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import java.util.Optional;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Sample;

/**
 * Value of a point. Fields are null rather than Optional because this is written at every point write.
 *
 * @param value null while unset and where the poll failed
 * @param revision null for a gathered point
 * @param term null for a gathered point, 0 while unset
 * @param time in ISO 8601; null while unset
 * @param ageMillis left out unless a local read was asked for
 */
@JsonPropertyOrder({"id", "value", "revision", "term", "time", "quality", "ageMillis"})
public record PointValueJson(
    String id,
    Double value,
    Long revision,
    Long term,
    String time,
    Quality quality,
    @JsonInclude(JsonInclude.Include.NON_NULL) Long ageMillis) {

  public static PointValueJson of(ServiceReply.PointValue point, Long ageMillis) {
    return new PointValueJson(
        point.point(),
        point.value().orElse(null),
        point.revision(),
        point.term(),
        point.time().map(Instant::toString).orElse(null),
        point.quality(),
        ageMillis);
  }

  /** The newest sample of a gathered point, or none yet. */
  public static PointValueJson of(String id, Optional<Sample> newest) {
    return new PointValueJson(
        id,
        newest.flatMap(Sample::value).orElse(null),
        null,
        null,
        newest.map(sample -> sample.time().toString()).orElse(null),
        newest.map(Sample::quality).orElse(Quality.UNSET),
        null);
  }
}
