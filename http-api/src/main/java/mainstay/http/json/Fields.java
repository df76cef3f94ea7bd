package mainstay.http.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import mainstay.http.error.ProblemException;
import mainstay.http.error.ProblemKind;
import mainstay.protocol.model.DurationText;
import mainstay.protocol.model.FieldError;

/**
 * Reads a JSON object field by field and collects every fault. A faulty field yields a harmless value, so reading goes
 * on; {@link #check()} then throws all faults at once, unknown fields included. Nothing built from the values may be
 * used before that.
 */
public final class Fields {
  /** Longest accepted text, in characters. */
  public static final int MAXIMUM_TEXT = 1_000;
  /** Most entries of a list or map. */
  public static final int MAXIMUM_ENTRIES = 1_000;

  private final JsonNode object;
  private final String path;
  private final List<FieldError> errors;
  private final Set<String> known = new TreeSet<>();
  private final List<Fields> children = new ArrayList<>();

  private Fields(JsonNode object, String path, List<FieldError> errors) {
    this.object = object;
    this.path = path;
    this.errors = errors;
  }

  /** @throws ProblemException INVALID if it is not an object */
  public static Fields of(JsonNode body) {
    if (!body.isObject()) {
      throw ProblemException.at(
          ProblemKind.INVALID, "", "must be a JSON object, but is " + typeOf(body));
    }
    return new Fields(body, "", new ArrayList<>());
  }

  /** @throws ProblemException INVALID with all faults, if there are any */
  public void check() {
    reportUnknown();
    if (!errors.isEmpty()) {
      String detail = errors.size() == 1
          ? errors.get(0).path() + " " + errors.get(0).message()
          : errors.size() + " fields are wrong, the first: " + errors.get(0).path() + " "
              + errors.get(0).message();
      throw ProblemException.of(ProblemKind.INVALID, detail, errors);
    }
  }

  /** Adds a fault of this object's field. */
  public void refuse(String field, String message) {
    errors.add(new FieldError(path + "/" + field, message));
  }

  public String text(String field) {
    return optionalText(field).orElseGet(() -> missing(field, "text", ""));
  }

  /** Absent and null are the same. */
  public Optional<String> optionalText(String field) {
    return present(field).map(node -> {
      if (!node.isTextual()) {
        return wrongType(field, node, "text", "");
      }
      return plainText(field, node.textValue());
    });
  }

  public boolean flag(String field, boolean whenAbsent) {
    return present(field)
        .map(node -> node.isBoolean()
            ? node.booleanValue()
            : wrongType(field, node, "true or false", whenAbsent))
        .orElse(whenAbsent);
  }

  /** A finite number. */
  public double number(String field) {
    return optionalNumber(field).orElseGet(() -> missing(field, "a number", 0.0));
  }

  public Optional<Double> optionalNumber(String field) {
    return present(field).map(node -> {
      if (!node.isNumber()) {
        return wrongType(field, node, "a number", 0.0);
      }
      double value = node.doubleValue();
      if (!Double.isFinite(value)) {
        refuse(field, "must be a finite number of at most about 1.8e308, but is " + node.asText());
      }
      return value;
    });
  }

  public OptionalLong optionalWholeNumber(String field) {
    var node = present(field);
    if (node.isEmpty()) {
      return OptionalLong.empty();
    }
    if (!node.get().isIntegralNumber() || !node.get().canConvertToLong()) {
      wrongType(field, node.get(), "a whole number", 0L);
    }
    return OptionalLong.of(node.get().longValue());
  }

  /** As in {@link DurationText}. */
  public Duration duration(String field) {
    return optionalDuration(field)
        .orElseGet(() -> missing(field, "a duration such as \"5s\"", Duration.ZERO));
  }

  public Optional<Duration> optionalDuration(String field) {
    return present(field).map(node -> {
      String form = "a duration such as \"500ms\", \"5s\", \"2m\", \"1h\" or \"1d\"";
      if (!node.isTextual()) {
        return wrongType(field, node, form, Duration.ZERO);
      }
      return DurationText.parse(node.textValue()).orElseGet(() -> {
        refuse(field, "must be " + form + ", but is \"" + shortened(node.textValue()) + "\"");
        return Duration.ZERO;
      });
    });
  }

  /** One of some words; empty if it is none of them. */
  public <T> Optional<T> choice(String field, List<T> choices, Function<T, String> word) {
    String words = String.join(", ", choices.stream().map(word).toList());
    var node = present(field);
    if (node.isEmpty()) {
      return missing(field, "one of " + words, Optional.empty());
    }
    var chosen = choices.stream()
        .filter(choice ->
            node.get().isTextual() && word.apply(choice).equals(node.get().textValue()))
        .findFirst();
    if (chosen.isEmpty()) {
      refuse(
          field, "must be one of " + words + ", but is " + shortened(node.get().toString()));
    }
    return chosen;
  }

  /** One of some words, or another value if it is left out. */
  public <T> T choice(String field, List<T> choices, Function<T, String> word, T whenAbsent) {
    return present(field).isEmpty() ? whenAbsent : choice(field, choices, word).orElse(whenAbsent);
  }

  /**
   * A list of one or more texts, each turned into a value.
   *
   * @param element whose {@link IllegalArgumentException} becomes a fault
   */
  public <T> List<T> list(String field, Function<String, T> element) {
    return present(field)
        .map(node -> elements(field, node, element))
        .orElseGet(() -> missing(field, "a list", List.of()));
  }

  /** A map from text to text; numbers are taken as text too. */
  public Map<String, String> texts(String field) {
    return present(field).map(node -> entries(field, node)).orElse(Map.of());
  }

  /** An inner object, read with its own path; empty if absent or of another type. */
  public Optional<Fields> object(String field) {
    var node = present(field);
    if (node.isPresent() && !node.get().isObject()) {
      wrongType(field, node.get(), "an object", 0);
      return Optional.empty();
    }
    var child = node.map(inner -> new Fields(inner, path + "/" + field, errors));
    child.ifPresent(children::add);
    return child;
  }

  private <T> List<T> elements(String field, JsonNode node, Function<String, T> element) {
    if (!node.isArray()) {
      return wrongType(field, node, "a list", List.of());
    }
    if (node.isEmpty() || node.size() > MAXIMUM_ENTRIES) {
      refuse(field, "must have 1 to " + MAXIMUM_ENTRIES + " entries, but has " + node.size());
      return List.of();
    }
    var values = new ArrayList<T>();
    for (int i = 0; i < node.size(); i++) {
      String at = field + "/" + i;
      JsonNode entry = node.get(i);
      if (!entry.isTextual()) {
        wrongType(at, entry, "text", 0);
        continue;
      }
      try {
        values.add(element.apply(entry.textValue()));
      } catch (IllegalArgumentException e) {
        refuse(at, e.getMessage());
      }
    }
    return values;
  }

  private Map<String, String> entries(String field, JsonNode node) {
    if (!node.isObject()) {
      return wrongType(field, node, "an object", Map.of());
    }
    if (node.size() > MAXIMUM_ENTRIES) {
      refuse(field, "must have at most " + MAXIMUM_ENTRIES + " entries, but has " + node.size());
      return Map.of();
    }
    var values = new TreeMap<String, String>();
    node.properties().forEach(entry -> {
      String at = field + "/" + escaped(entry.getKey());
      JsonNode value = entry.getValue();
      if (value.isTextual() || value.isIntegralNumber()) {
        values.put(entry.getKey(), plainText(at, value.asText()));
      } else {
        wrongType(at, value, "text or a whole number", 0);
      }
    });
    return values;
  }

  private Optional<JsonNode> present(String field) {
    known.add(field);
    JsonNode node = object.get(field);
    return node == null || node.isNull() ? Optional.empty() : Optional.of(node);
  }

  private String plainText(String field, String text) {
    if (text.length() > MAXIMUM_TEXT) {
      refuse(field, "must have at most " + MAXIMUM_TEXT + " characters, but has " + text.length());
    } else if (!isPlain(text)) {
      refuse(field, "must not contain control characters or halves of surrogate pairs");
    }
    return text;
  }

  /** Whether a text consists of whole characters that can be shown. */
  public static boolean isPlain(String text) {
    return text.codePoints()
        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
  }

  private <T> T missing(String field, String expected, T value) {
    refuse(field, "is missing; it must be " + expected);
    return value;
  }

  private <T> T wrongType(String field, JsonNode node, String expected, T value) {
    refuse(field, "must be " + expected + ", but is " + typeOf(node));
    return value;
  }

  private void reportUnknown() {
    children.forEach(Fields::reportUnknown);
    object.fieldNames().forEachRemaining(name -> {
      if (!known.contains(name)) {
        refuse(escaped(name), "is not known here; known are " + String.join(", ", known));
      }
    });
  }

  private static String typeOf(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "a list";
      case OBJECT, POJO -> "an object";
      case BOOLEAN -> node.booleanValue() ? "true" : "false";
      case NUMBER -> "the number " + shortened(node.asText());
      case STRING -> "the text \"" + shortened(node.textValue()) + "\"";
      case NULL -> "null";
      case BINARY, MISSING -> "nothing";
    };
  }

  /** As JSON Pointer wants it (RFC 6901), shortened. */
  private static String escaped(String name) {
    return shortened(name).replace("~", "~0").replace("/", "~1");
  }

  private static String shortened(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "...";
  }
}
