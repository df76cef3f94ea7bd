package mainstay.http.route;

import akka.http.javadsl.model.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import mainstay.http.error.ProblemException;
import mainstay.http.error.ProblemKind;
import mainstay.protocol.message.Precondition;

/** Headers of a request, read strictly: one that is there twice or has another form is refused, never ignored. */
final class Headers {
  /** Longest accepted idempotency key, in characters. */
  static final int MAXIMUM_KEY = 128;

  private static final Pattern REVISION = Pattern.compile("\"(\\d{1,18})\"");
  private static final Pattern PRINTABLE = Pattern.compile("[ -~]+");
  private static final String REVISION_FORM =
      "the ETag of the last answer in double quotes, such as \"3\"";

  private Headers() {}

  /** @throws ProblemException MALFORMED if the header is there more than once */
  static Optional<String> single(HttpRequest request, String lowerCaseName) {
    List<String> values = all(request, lowerCaseName);
    if (values.size() > 1) {
      throw malformed(
          lowerCaseName, "must be given once, but is given " + values.size() + " times");
    }
    return values.isEmpty() ? Optional.empty() : Optional.of(values.get(0));
  }

  static Optional<String> idempotencyKey(HttpRequest request) {
    var key = single(request, "idempotency-key");
    key.ifPresent(value -> {
      if (value.length() > MAXIMUM_KEY || !PRINTABLE.matcher(value).matches()) {
        throw malformed(
            "idempotency-key", "must be 1 to " + MAXIMUM_KEY + " printable ASCII characters");
      }
    });
    return key;
  }

  /** What {@code If-Match} and {@code If-None-Match} of a write demand. */
  static Precondition precondition(HttpRequest request) {
    var match = single(request, "if-match");
    var noneMatch = single(request, "if-none-match");
    if (match.isPresent() && noneMatch.isPresent()) {
      throw malformed("if-match", "and if-none-match exclude each other; send one of them");
    }
    if (noneMatch.isPresent()) {
      if (!noneMatch.get().equals("*")) {
        throw malformed(
            "if-none-match",
            "of a write must be * (it must not exist yet), but is " + noneMatch.get());
      }
      return Precondition.ABSENT;
    }
    return match
        .map(value -> Precondition.revision(revision("if-match", value)))
        .orElse(Precondition.NONE);
  }

  /** The revision in {@code If-None-Match} of a read: the sender has it already. Empty also for {@code *}. */
  static OptionalLong knownRevision(HttpRequest request) {
    var known = single(request, "if-none-match").filter(value -> !value.equals("*"));
    return known.isPresent()
        ? OptionalLong.of(revision("if-none-match", known.get()))
        : OptionalLong.empty();
  }

  private static long revision(String header, String value) {
    var form = REVISION.matcher(value);
    if (!form.matches()) {
      throw malformed(header, "must be " + REVISION_FORM + ", but is " + value);
    }
    return Long.parseLong(form.group(1));
  }

  private static List<String> all(HttpRequest request, String lowerCaseName) {
    List<String> values = List.of();
    for (var header : request.getHeaders()) {
      if (header.is(lowerCaseName)) {
        if (values.isEmpty()) {
          values = new ArrayList<>(1);
        }
        values.add(header.value());
      }
    }
    return values;
  }

  private static ProblemException malformed(String header, String message) {
    return ProblemException.at(
        ProblemKind.MALFORMED, "header " + header, "header " + header + " " + message);
  }
}
