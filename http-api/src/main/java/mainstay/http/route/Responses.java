package mainstay.http.route;

import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import akka.util.ByteString;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mainstay.http.json.Json;

/** Successful responses. */
final class Responses {
  private static final HttpResponse OK =
      HttpResponse.create().addHeader(RawHeader.create("Cache-Control", "no-store"));

  private Responses() {}

  static HttpResponse json(Object value) {
    return json(Json.bytes(value));
  }

  static HttpResponse json(byte[] json) {
    return OK.withEntity(
        HttpEntities.create(ContentTypes.APPLICATION_JSON, ByteString.fromArrayUnsafe(json)));
  }

  static HttpResponse noContent() {
    return OK.withStatus(204).withEntity(HttpEntities.EMPTY);
  }

  static HttpResponse notModified(long revision) {
    return tagged(OK.withStatus(304), revision);
  }

  /** Adds the entity tag of a revision. */
  static HttpResponse tagged(HttpResponse response, long revision) {
    return response.addHeader(RawHeader.create("ETag", "\"" + revision + "\""));
  }

  static CompletionStage<HttpResponse> now(HttpResponse response) {
    return CompletableFuture.completedFuture(response);
  }
}
