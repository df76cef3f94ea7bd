package mainstay.protocol.message;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import mainstay.protocol.model.ConfigurationObject;
import mainstay.protocol.model.FieldError;
import mainstay.protocol.model.ObjectKind;
import mainstay.protocol.model.Quality;

/** What a service answers to a {@link ServiceRequest}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ServiceReply.Written.class, name = "written"),
  @JsonSubTypes.Type(value = ServiceReply.ObjectFound.class, name = "object-found"),
  @JsonSubTypes.Type(value = ServiceReply.Objects.class, name = "objects"),
  @JsonSubTypes.Type(value = ServiceReply.History.class, name = "history"),
  @JsonSubTypes.Type(value = ServiceReply.PointValue.class, name = "point-value"),
  @JsonSubTypes.Type(value = ServiceReply.GatheredPoint.class, name = "gathered-point"),
  @JsonSubTypes.Type(value = ServiceReply.PointDirectory.class, name = "point-directory"),
  @JsonSubTypes.Type(value = ServiceReply.Rejected.class, name = "rejected")
})
public sealed interface ServiceReply extends CborSerializable {
  /**
   * A configuration change is stored.
   *
   * @param version of the whole configuration
   * @param revision of the changed object; 0 if it was deleted
   * @param created whether the object did not exist before
   */
  record Written(long version, long revision, long term, boolean created) implements ServiceReply {}

  record ObjectFound(ConfigurationObject object, long revision, long version)
      implements ServiceReply {}

  record Objects(List<Revisioned> items, long version) implements ServiceReply {}

  record Revisioned(ConfigurationObject object, long revision) {}

  record History(List<Change> items, long version) implements ServiceReply {}

  /** @param action {@code created}, {@code changed} or {@code deleted} */
  record Change(
      long version,
      ObjectKind kind,
      String id,
      String action,
      long revision,
      Instant at,
      String author,
      String comment,
      long term) {}

  /**
   * Value of a manual point, as read or as just stored.
   *
   * @param value empty while nobody has set one
   * @param revision number of times it was set
   * @param term in which it was set; 0 while unset
   * @param time when it was set; empty while unset
   */
  record PointValue(
      String point,
      Optional<Double> value,
      long revision,
      long term,
      Optional<Instant> time,
      Quality quality)
      implements ServiceReply {}

  /** The point is the series of a test: its value is the newest stored sample. */
  record GatheredPoint(String point) implements ServiceReply {}

  record PointDirectory(List<PointDescription> items) implements ServiceReply {}

  /** @param kind {@code manual} or {@code gathered} */
  record PointDescription(String id, String name, String kind, String unit) {}

  /**
   * Nothing was changed, or with OUTCOME_UNKNOWN it is not known.
   *
   * @param detail a sentence with the values, for people
   * @param errors by field, where the input was at fault
   */
  record Rejected(Reason reason, String detail, List<FieldError> errors) implements ServiceReply {
    public static Rejected of(Reason reason, String detail) {
      return new Rejected(reason, detail, List.of());
    }
  }

  enum Reason {
    NOT_FOUND,
    /** The precondition names another revision than the current one. */
    STALE_REVISION,
    /** A rule forbids it now, for example configuration while a backup serves. */
    REFUSED_BY_RULE,
    INVALID,
    /** Too many requests wait. */
    BUSY,
    /** Nobody was active until the deadline; nothing was done. */
    NO_ACTIVE_SERVER,
    /** It was sent and not answered: it may have been done. Repeat it with the same request id. */
    OUTCOME_UNKNOWN
  }
}
