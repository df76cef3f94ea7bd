package mainstay.http.error;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpCharsets;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.headers.RawHeader;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mainstay.protocol.model.FieldError;

/** Problem documents (RFC 9457). */
public final class Problems {
  private static final ContentType PROBLEM_JSON =
      ContentTypes.create(MediaTypes.customWithFixedCharset(
          "application", "problem+json", HttpCharsets.UTF_8, Map.of(), false));

  private static final ObjectWriter WRITER = new ObjectMapper().writerFor(Document.class);

  private record Document(
      String type, String title, int status, String detail, List<FieldError> errors) {}

  private Problems() {}

  public static HttpResponse response(ProblemException problem) {
    var kind = problem.kind();
    return response(kind.status(), kind, problem.getMessage(), problem.errors(), problem.headers());
  }

  /** For what the HTTP layer below refuses with a status of its own, such as 414 or 431. */
  public static HttpResponse response(int status, String detail) {
    return response(status, ProblemKind.MALFORMED, detail, List.of(), Map.of());
  }

  private static HttpResponse response(
      int status,
      ProblemKind kind,
      String detail,
      List<FieldError> errors,
      Map<String, String> more) {
    var headers = new ArrayList<HttpHeader>();
    headers.add(RawHeader.create("Cache-Control", "no-store"));
    kind.retryAfterSeconds()
        .ifPresent(s -> headers.add(RawHeader.create("Retry-After", Integer.toString(s))));
    more.forEach((name, value) -> headers.add(RawHeader.create(name, value)));
    var document = new Document(kind.type(), kind.title(), status, detail, errors);
    byte[] body;
    try {
      body = WRITER.writeValueAsBytes(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(
          "a problem document cannot be written as JSON: " + document, e);
    }
    return HttpResponse.create()
        .withStatus(status)
        .withHeaders(headers)
        .withEntity(HttpEntities.create(PROBLEM_JSON, body));
  }
}
