package mainstay.protocol.message;

import java.util.OptionalLong;

/**
 * What a write demands of what it changes.
 *
 * @param kind NONE: anything; ABSENT: it must not exist ({@code If-None-Match: *}); REVISION: it must be at
 *     {@code revision} ({@code If-Match})
 * @param revision 0 unless the kind is REVISION
 */
public record Precondition(Kind kind, long revision) {
  public enum Kind {
    NONE,
    ABSENT,
    REVISION
  }

  public static final Precondition NONE = new Precondition(Kind.NONE, 0);
  public static final Precondition ABSENT = new Precondition(Kind.ABSENT, 0);

  public static Precondition revision(long revision) {
    return new Precondition(Kind.REVISION, revision);
  }

  /** @param current revision of what stands, empty if nothing does */
  public boolean holds(OptionalLong current) {
    return switch (kind) {
      case NONE -> true;
      case ABSENT -> current.isEmpty();
      case REVISION -> current.isPresent() && current.getAsLong() == revision;
    };
  }
}
