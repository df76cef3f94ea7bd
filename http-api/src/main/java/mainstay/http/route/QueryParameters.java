package mainstay.http.route;

import akka.http.javadsl.model.HttpRequest;
import akka.http.scaladsl.model.IllegalUriException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import mainstay.http.error.ProblemException;
import mainstay.http.error.ProblemKind;
import mainstay.protocol.model.DurationText;
import mainstay.protocol.model.FieldError;

/** Query parameters, read strictly: unknown, repeated and wrong ones are refused, never ignored. */
final class QueryParameters {
  private static final Instant EARLIEST = Instant.EPOCH;
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

  private final Map<String, List<String>> values;

  private QueryParameters(Map<String, List<String>> values) {
    this.values = values;
  }

  /** @throws ProblemException MALFORMED if there are others than the known ones */
  static QueryParameters of(HttpRequest request, Set<String> known) {
    if (request.getUri().rawQueryString().isEmpty()) {
      return new QueryParameters(Map.of());
    }
    Map<String, List<String>> values;
    try {
      values = request.getUri().query().toMultiMap();
    } catch (IllegalUriException e) {
      throw ProblemException.at(
          ProblemKind.MALFORMED,
          "query",
          "the query of the address cannot be read: " + e.getMessage());
    }
    var errors = new ArrayList<FieldError>();
    for (var entry : values.entrySet()) {
      String name = entry.getKey();
      if (!known.contains(name)) {
        errors.add(new FieldError(
            "query " + name,
            known.isEmpty()
                ? "is not known; this path takes no query parameters"
                : "is not known; known are " + String.join(", ", new TreeSet<>(known))));
      } else if (entry.getValue().size() > 1) {
        errors.add(new FieldError(
            "query " + name,
            "must be given once, but is given " + entry.getValue().size() + " times"));
      }
    }
    if (!errors.isEmpty()) {
      throw ProblemException.of(
          ProblemKind.MALFORMED, errors.get(0).path() + " " + errors.get(0).message(), errors);
    }
    return new QueryParameters(values);
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name)).map(list -> list.get(0));
  }

  /** A whole number from {@code minimum} to {@code maximum}. */
  long number(String name, long minimum, long maximum, long whenAbsent) {
    return text(name)
        .map(text -> {
          if (text.matches("\\d{1,18}")) {
            long value = Long.parseLong(text);
            if (value >= minimum && value <= maximum) {
              return value;
            }
          }
          throw malformed(name, "must be a whole number from " + minimum + " to " + maximum, text);
        })
        .orElse(whenAbsent);
  }

  /** A moment in ISO 8601, between 1970 and 9999. */
  Instant instant(String name, Instant whenAbsent) {
    return text(name)
        .map(text -> {
          String form = "must be a moment such as 2026-11-22T10:15:30Z, from 1970 to 9999";
          try {
            Instant value = Instant.parse(text);
            if (value.isBefore(EARLIEST) || value.isAfter(LATEST)) {
              throw malformed(name, form, text);
            }
            return value;
          } catch (DateTimeParseException e) {
            throw malformed(name, form, e.getParsedString());
          }
        })
        .orElse(whenAbsent);
  }

  /** A duration above zero. */
  Optional<Duration> duration(String name) {
    return text(name)
        .map(text -> DurationText.parse(text)
            .filter(duration -> !duration.isZero())
            .orElseThrow(() ->
                malformed(name, "must be a duration above zero such as 30s, 5m or 1h", text)));
  }

  static ProblemException malformed(String name, String expected, String actual) {
    String shown = actual.length() <= 60 ? actual : actual.substring(0, 60) + "...";
    return ProblemException.of(
        ProblemKind.MALFORMED,
        "query parameter " + name + " " + expected + ", but is '" + shown + "'",
        List.of(new FieldError("query " + name, expected)));
  }
}
