package mainstay.http.route;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.RequestEntity;
import akka.http.scaladsl.model.EntityStreamSizeException;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import mainstay.http.error.ProblemException;
import mainstay.http.error.ProblemKind;
import mainstay.http.json.Json;

/** Reads bodies: JSON only, of limited size and duration. */
final class BodyReader {
  private final long maximumBytes;
  private final Duration patience;
  private final ActorSystem<?> system;

  BodyReader(long maximumBytes, Duration patience, ActorSystem<?> system) {
    this.maximumBytes = maximumBytes;
    this.patience = patience;
    this.system = system;
  }

  /** The body of one request. */
  final class Body {
    private final HttpRequest request;
    private boolean taken;

    private Body(HttpRequest request) {
      this.request = request;
    }

    boolean isEmpty() {
      return request.entity().isKnownEmpty();
    }

    /** Throws or fails with the problem if it is no JSON, too long or too slow. */
    CompletableFuture<JsonNode> json() {
      RequestEntity entity = declaredAsJson(request.entity());
      if (entity instanceof HttpEntity.Strict strict) {
        return CompletableFuture.completedFuture(Json.parse(strict.getData().toArrayUnsafe()));
      }
      taken = true;
      return streamed(entity);
    }

    /** A body that nobody reads would keep the connection from its next request. */
    void discardUnread() {
      if (!taken && !request.entity().isStrict()) {
        request.discardEntityBytes(system);
      }
    }
  }

  Body of(HttpRequest request) {
    return new Body(request);
  }

  private RequestEntity declaredAsJson(RequestEntity entity) {
    var type = entity.getContentType().mediaType();
    if (!type.mainType().equals("application") || !type.subType().equals("json")) {
      throw ProblemException.of(
          ProblemKind.UNSUPPORTED_MEDIA_TYPE,
          "the body must be declared as Content-Type: application/json, but is " + type);
    }
    if (entity.getContentLengthOption().orElse(0) > maximumBytes) {
      throw tooLarge();
    }
    return entity;
  }

  private CompletableFuture<JsonNode> streamed(RequestEntity entity) {
    var body = new CompletableFuture<JsonNode>();
    entity
        .withSizeLimit(maximumBytes)
        .toStrict(patience.toMillis(), maximumBytes + 1, system)
        .whenCompleteAsync(
            (strict, failure) -> {
              try {
                if (failure != null) {
                  body.completeExceptionally(problem(failure));
                } else {
                  body.complete(Json.parse(strict.getData().toArrayUnsafe()));
                }
              } catch (ProblemException e) {
                body.completeExceptionally(e);
              }
            },
            system.executionContext());
    return body;
  }

  private ProblemException problem(Throwable failure) {
    Throwable cause = Failures.cause(failure);
    if (cause instanceof EntityStreamSizeException) {
      return tooLarge();
    }
    if (cause instanceof TimeoutException) {
      return ProblemException.of(
          ProblemKind.BODY_TIMEOUT,
          "the body did not arrive complete within " + patience.toMillis() + " ms");
    }
    return ProblemException.of(
        ProblemKind.MALFORMED, "the body did not arrive complete: " + cause.getMessage());
  }

  private ProblemException tooLarge() {
    return ProblemException.of(
        ProblemKind.TOO_LARGE,
        "a body may have at most " + maximumBytes + " bytes (mainstay.http.maximum-body)");
  }
}
