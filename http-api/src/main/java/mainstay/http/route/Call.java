package mainstay.http.route;

import akka.http.javadsl.model.HttpRequest;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import mainstay.http.error.ProblemException;
import mainstay.http.error.ProblemKind;
import mainstay.http.json.Fields;
import mainstay.protocol.message.Precondition;
import mainstay.protocol.message.ServiceRouter.Consistency;
import mainstay.protocol.model.Principal;
import mainstay.protocol.model.ServiceName;

/** One request that may be handled: its endpoint is found and its sender is known. Not for use by several threads. */
public final class Call {
  /** Longest accepted id in a path, in characters. */
  private static final int MAXIMUM_ID = 200;

  private final HttpRequest request;
  private final Map<String, String> variables;
  private final Optional<Principal> principal;
  private final BodyReader.Body body;
  private final RequestIds ids;

  Call(
      HttpRequest request,
      Map<String, String> variables,
      Optional<Principal> principal,
      BodyReader.Body body,
      RequestIds ids) {
    this.request = request;
    this.variables = variables;
    this.principal = principal;
    this.body = body;
    this.ids = ids;
  }

  /** On whose behalf; only for endpoints that need a role. */
  Principal principal() {
    return principal.orElseThrow(
        () -> new IllegalStateException("no principal at an endpoint that is open to all"));
  }

  String variable(String name) {
    return variables.get(name);
  }

  /** An id in the path. */
  String id(String name) {
    String id = variables.get(name);
    if (id.length() > MAXIMUM_ID || !Fields.isPlain(id)) {
      throw ProblemException.of(
          ProblemKind.NOT_FOUND,
          "an id has at most " + MAXIMUM_ID
              + " characters and no control characters, so there is none like this");
    }
    return id;
  }

  /** A service in the path. */
  ServiceName service() {
    try {
      return new ServiceName(variables.get("service"));
    } catch (IllegalArgumentException e) {
      throw ProblemException.of(ProblemKind.NOT_FOUND, e.getMessage());
    }
  }

  QueryParameters query(String... known) {
    return QueryParameters.of(request, Set.of(known));
  }

  /** From a query parameter of a read. */
  static Consistency consistency(QueryParameters query) {
    return query
        .text("consistency")
        .map(word -> switch (word) {
          case "linearizable" -> Consistency.LINEARIZABLE;
          case "local" -> Consistency.LOCAL;
          default ->
            throw QueryParameters.malformed("consistency", "must be linearizable or local", word);
        })
        .orElse(Consistency.LINEARIZABLE);
  }

  Precondition precondition() {
    return Headers.precondition(request);
  }

  OptionalLong knownRevision() {
    return Headers.knownRevision(request);
  }

  /** Of a write: the sender's key with the name of the principal before it, or one of our own. */
  String requestId() {
    return principal().name() + "/" + Headers.idempotencyKey(request).orElseGet(ids::next);
  }

  /** Of a read, which nobody repeats. */
  String readId() {
    return ids.next();
  }

  CompletableFuture<JsonNode> json() {
    return body.json();
  }

  /** For a body that may be left out. */
  CompletableFuture<Optional<JsonNode>> optionalJson() {
    return body.isEmpty()
        ? CompletableFuture.completedFuture(Optional.empty())
        : body.json().thenApply(Optional::of);
  }
}
