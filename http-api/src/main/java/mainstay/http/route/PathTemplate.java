package mainstay.http.route;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The form of a path: literal segments, {@code {name}} for one segment, and at most one {@code {name+}} for one or two,
 * since names of services hold a slash that clients may or may not encode.
 */
public final class PathTemplate {
  private record Segment(String text, boolean variable) {}

  private final String text;
  private final List<Segment> segments = new ArrayList<>();
  private final int literals;
  private final int wide;

  /** @param text such as {@code /api/v1/services/{service+}/explain} */
  public PathTemplate(String text) {
    this.text = text.replace("+}", "}");
    int literalCount = 0;
    int wideAt = -1;
    for (String part : text.substring(1).split("/")) {
      if (part.endsWith("+}")) {
        wideAt = segments.size();
      }
      boolean variable = part.startsWith("{");
      literalCount += variable ? 0 : 1;
      if (!part.isEmpty()) {
        segments.add(new Segment(variable ? part.replaceAll("[{}+]", "") : part, variable));
      }
    }
    this.literals = literalCount;
    this.wide = wideAt;
  }

  /** Number of literal segments: of two templates that fit, the one with more is meant. */
  public int literals() {
    return literals;
  }

  /** @param path decoded segments; the values of the variables, or empty if the path has another form */
  public Optional<Map<String, String>> match(List<String> path) {
    int extra = path.size() - segments.size();
    if (extra != 0 && (extra != 1 || wide < 0)) {
      return Optional.empty();
    }
    Map<String, String> variables = Map.of();
    int at = 0;
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      String value = path.get(at++);
      if (!segment.variable()) {
        if (!segment.text().equals(value)) {
          return Optional.empty();
        }
        continue;
      }
      if (i == wide && extra == 1) {
        String second = path.get(at++);
        if (second.isEmpty()) {
          return Optional.empty();
        }
        value = value + "/" + second;
      }
      if (value.isEmpty() || value.startsWith("/")) {
        return Optional.empty();
      }
      if (variables.isEmpty()) {
        variables = new HashMap<>(4);
      }
      variables.put(segment.text(), value);
    }
    return Optional.of(variables);
  }

  /** As in an OpenAPI document, the {@code +} left out. */
  @Override
  public String toString() {
    return text;
  }
}
