package mainstay.http.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.util.List;
import mainstay.http.error.ProblemException;
import mainstay.http.error.ProblemKind;
import mainstay.protocol.model.FieldError;

/** The one JSON mapper: strict in what it reads, times as ISO 8601 in UTC. */
public final class Json {
  private static final ObjectMapper MAPPER = JsonMapper.builder()
      .addModule(new Jdk8Module())
      .addModule(new JavaTimeModule())
      .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
      .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
      .build();
  private static final ObjectReader TREE = MAPPER.readerFor(JsonNode.class);
  private static final ObjectWriter ANY = MAPPER.writer();

  private Json() {}

  /** A reusable writer for the hot path. */
  public static ObjectWriter writerFor(Class<?> type) {
    return MAPPER.writerFor(type);
  }

  public static byte[] bytes(Object value) {
    return bytes(ANY, value);
  }

  public static byte[] bytes(ObjectWriter writer, Object value) {
    try {
      return writer.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(
          "a " + value.getClass().getName() + " cannot be written as JSON", e);
    }
  }

  /**
   * @throws ProblemException MALFORMED with line and column if it is not one JSON value, if an object names a field
   *     twice, or if it exceeds the limits of the parser (depth 500, 1,000 digits)
   */
  public static JsonNode parse(byte[] body) {
    if (body.length == 0) {
      throw ProblemException.at(
          ProblemKind.MALFORMED, "", "the body is empty, but must be a JSON object");
    }
    try {
      JsonNode node = TREE.readTree(body);
      if (node.isMissingNode()) {
        throw ProblemException.at(
            ProblemKind.MALFORMED, "", "the body is blank, but must be a JSON object");
      }
      return node;
    } catch (JsonProcessingException e) {
      var at = e.getLocation();
      String where =
          at == null ? "" : "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": ";
      throw notJson(where + e.getOriginalMessage());
    } catch (IOException e) {
      throw notJson(e.getMessage());
    }
  }

  private static ProblemException notJson(String message) {
    return ProblemException.of(
        ProblemKind.MALFORMED,
        "the body is not valid JSON: " + message,
        List.of(new FieldError("", message)));
  }
}
