package mainstay.http.error;

import java.util.Locale;
import java.util.OptionalInt;
import mainstay.protocol.message.ServiceReply.Reason;

/**
 * Every way in which a request can end without success, and its status.
 *
 * <p>400 is what cannot be read (syntax of JSON, headers, query parameters); 422 is what can be read but is wrong
 * (unknown or missing fields, wrong types, values out of range).
 */
public enum ProblemKind {
  MALFORMED(400, "The request cannot be read"),
  UNAUTHENTICATED(401, "A valid token is needed"),
  FORBIDDEN(403, "The role of the token does not suffice"),
  UNKNOWN_PATH(404, "There is no such path"),
  NOT_FOUND(404, "There is no such object"),
  METHOD_NOT_ALLOWED(405, "The path does not take this method"),
  BODY_TIMEOUT(408, "The body did not arrive in time"),
  REFUSED_BY_RULE(409, "A rule forbids it now"),
  STALE_REVISION(412, "The revision is not the current one"),
  TOO_LARGE(413, "The body is too large"),
  UNSUPPORTED_MEDIA_TYPE(415, "The body is not declared as JSON"),
  INVALID(422, "The input is not valid"),
  BUSY(429, "Too many requests wait", 1),
  INTERNAL(500, "An error in this program"),
  NO_ACTIVE_SERVER(503, "No server is active for it now", 1),
  NOT_ACTIVE(503, "This server is not the active one"),
  NOT_READY(503, "This server is not ready", 1),
  UNAVAILABLE(503, "What is needed for the answer cannot be reached now", 1),
  OUTCOME_UNKNOWN(504, "It is not known whether it was done");

  private static final int NONE = -1;

  private final int status;
  private final String title;
  private final int retryAfterSeconds;

  ProblemKind(int status, String title) {
    this(status, title, NONE);
  }

  ProblemKind(int status, String title, int retryAfterSeconds) {
    this.status = status;
    this.title = title;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** The kind that stands for a refusal by a service. */
  public static ProblemKind of(Reason reason) {
    return switch (reason) {
      case NOT_FOUND -> NOT_FOUND;
      case STALE_REVISION -> STALE_REVISION;
      case REFUSED_BY_RULE -> REFUSED_BY_RULE;
      case INVALID -> INVALID;
      case BUSY -> BUSY;
      case NO_ACTIVE_SERVER -> NO_ACTIVE_SERVER;
      case OUTCOME_UNKNOWN -> OUTCOME_UNKNOWN;
    };
  }

  public int status() {
    return status;
  }

  public String title() {
    return title;
  }

  /** When repeating may help; empty where waiting alone does not. */
  public OptionalInt retryAfterSeconds() {
    return retryAfterSeconds == NONE ? OptionalInt.empty() : OptionalInt.of(retryAfterSeconds);
  }

  /** Identifies the kind for programs, in the {@code type} of the problem document. */
  public String type() {
    return "urn:mainstay:problem:" + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
