package mainstay.http.route;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** What is served as it is: the description of the API and the page at the root. Open to all, holds no secrets. */
public final class DocumentsResource {
  private final HttpResponse openApi = document("openapi.json", ContentTypes.APPLICATION_JSON);
  private final HttpResponse index = document("index.html", ContentTypes.TEXT_HTML_UTF8)
      .addHeader(RawHeader.create(
          "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"));

  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.open("GET", "/", call -> Responses.now(index)),
        Endpoint.open("GET", "/api/v1/openapi.json", call -> Responses.now(openApi)));
  }

  private static HttpResponse document(String name, ContentType type) {
    String path = "/mainstay/http/" + name;
    try (var stream = DocumentsResource.class.getResourceAsStream(path)) {
      if (stream == null) {
        throw new IllegalStateException("resource " + path + " is missing in the jar of http-api");
      }
      return HttpResponse.create()
          .withEntity(HttpEntities.create(type, stream.readAllBytes()))
          .addHeader(RawHeader.create("X-Content-Type-Options", "nosniff"));
    } catch (IOException e) {
      throw new UncheckedIOException("resource " + path + " cannot be read", e);
    }
  }
}
