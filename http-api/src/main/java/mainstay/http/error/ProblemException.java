package mainstay.http.error;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.model.FieldError;

/** Ends the handling of a request with a problem document. Expected, so it carries no stack trace and is not logged. */
public final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ProblemKind kind;
  private final transient List<FieldError> errors;
  private final transient Map<String, String> headers;

  private ProblemException(
      ProblemKind kind, String detail, List<FieldError> errors, Map<String, String> headers) {
    super(detail, null, false, false);
    this.kind = kind;
    this.errors = List.copyOf(errors);
    this.headers = Map.copyOf(headers);
  }

  /** @param detail one sentence that says what, where, and what would be right */
  public static ProblemException of(ProblemKind kind, String detail) {
    return new ProblemException(kind, detail, List.of(), Map.of());
  }

  public static ProblemException of(ProblemKind kind, String detail, List<FieldError> errors) {
    return new ProblemException(kind, detail, errors, Map.of());
  }

  /** One part of the input is at fault. */
  public static ProblemException at(ProblemKind kind, String path, String message) {
    return of(kind, message, List.of(new FieldError(path, message)));
  }

  public static ProblemException of(Rejected rejected) {
    return of(ProblemKind.of(rejected.reason()), rejected.detail(), rejected.errors());
  }

  /** The same with one more header in the response. */
  public ProblemException with(String header, String value) {
    var more = new HashMap<>(headers);
    more.put(header, value);
    return new ProblemException(kind, getMessage(), errors, more);
  }

  public ProblemKind kind() {
    return kind;
  }

  public List<FieldError> errors() {
    return errors;
  }

  public Map<String, String> headers() {
    return headers;
  }
}
