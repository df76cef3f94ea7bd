package mainstay.protocol.message;

import java.util.Optional;
import mainstay.protocol.model.ConfigurationObject;
import mainstay.protocol.model.ObjectKind;

/** Requests about the configuration, to the service {@code configuration}. */
public final class Provisioning {
  private Provisioning() {}

  public sealed interface Read extends ServiceRequest.Read
      permits GetObject, ListObjects, GetHistory {}

  public sealed interface Write extends ServiceRequest.Write permits PutObject, DeleteObject {}

  /** @param comment why, for the history; may be empty */
  public record PutObject(ConfigurationObject object, Precondition precondition, String comment)
      implements Write {}

  public record DeleteObject(ObjectKind kind, String id, Precondition precondition, String comment)
      implements Write {}

  public record GetObject(ObjectKind kind, String id) implements Read {}

  /** @param kind empty for all kinds */
  public record ListObjects(Optional<ObjectKind> kind) implements Read {}

  /** Changes after a version, oldest first, at most {@code limit}. */
  public record GetHistory(long afterVersion, int limit) implements Read {}
}
