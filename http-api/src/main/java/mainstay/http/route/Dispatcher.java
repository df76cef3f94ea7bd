package mainstay.http.route;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.scaladsl.model.Uri;
import akka.japi.function.Function;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mainstay.http.error.ProblemException;
import mainstay.http.error.ProblemKind;
import mainstay.http.error.Problems;
import mainstay.http.metrics.RequestMetrics;
import mainstay.http.security.Authenticator;
import mainstay.protocol.model.Principal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles every request: finds the endpoint, checks the token, runs the handler, turns failures into problem documents,
 * counts. The stage that it returns never fails.
 */
public final class Dispatcher implements Function<HttpRequest, CompletionStage<HttpResponse>> {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  private final transient RouteTable table;
  private final transient Authenticator authenticator;
  private final transient BodyReader bodies;
  private final transient RequestIds ids = new RequestIds();
  private final transient List<RequestMetrics.Meters> meters;
  private final transient RequestMetrics.Meters unmatched;

  /**
   * @param maximumBody longest body, in bytes
   * @param patience how long a body may take to arrive
   */
  public Dispatcher(
      RouteTable table,
      Authenticator authenticator,
      RequestMetrics metrics,
      long maximumBody,
      Duration patience,
      ActorSystem<?> system) {
    this.table = table;
    this.authenticator = authenticator;
    this.bodies = new BodyReader(maximumBody, patience, system);
    this.meters = table.endpoints().stream()
        .map(endpoint -> metrics.forRoute(endpoint.method(), endpoint.path().toString()))
        .toList();
    this.unmatched = metrics.unmatched();
  }

  @Override
  public CompletionStage<HttpResponse> apply(HttpRequest request) {
    long start = System.nanoTime();
    List<String> path = segments(request);
    String method = request.method().name();
    var match = table.match(method, path);
    var body = bodies.of(request);
    CompletionStage<HttpResponse> answer;
    try {
      answer = match.isPresent() ? handle(request, match.get(), body) : noRoute(method, path);
    } catch (ProblemException problem) {
      answer = Responses.now(Problems.response(problem));
    } catch (RuntimeException unexpected) {
      answer = CompletableFuture.failedFuture(unexpected);
    }
    return answer.handle((response, failure) -> {
      HttpResponse result = failure == null ? response : failed(failure, request);
      body.discardUnread();
      match
          .map(found -> meters.get(found.index()))
          .orElse(unmatched)
          .record(result.status().intValue(), System.nanoTime() - start);
      return result;
    });
  }

  private CompletionStage<HttpResponse> handle(
      HttpRequest request, RouteTable.Match match, BodyReader.Body body) {
    Endpoint endpoint = table.endpoints().get(match.index());
    var principal = endpoint.role().isEmpty()
        ? Optional.<Principal>empty()
        : Optional.of(permitted(request, endpoint));
    return endpoint.handler().handle(new Call(request, match.variables(), principal, body, ids));
  }

  private Principal permitted(HttpRequest request, Endpoint endpoint) {
    var role = endpoint.role().orElseThrow();
    var principal = Headers.single(request, "authorization")
        .flatMap(authenticator::authenticate)
        .orElseThrow(() -> ProblemException.of(
                ProblemKind.UNAUTHENTICATED,
                "send the header Authorization: Bearer and a token; tokens are in the files *.token of the directory"
                    + " mainstay.http.token-directory")
            .with("WWW-Authenticate", "Bearer realm=\"mainstay\""));
    if (!principal.role().includes(role)) {
      throw ProblemException.of(
          ProblemKind.FORBIDDEN,
          endpoint.method() + " " + endpoint.path() + " needs the role " + word(role.name())
              + ", but the token has the role " + word(principal.role().name()));
    }
    return principal;
  }

  private CompletionStage<HttpResponse> noRoute(String method, List<String> path) {
    var methods = table.methods(path);
    if (methods.isEmpty()) {
      throw ProblemException.of(
          ProblemKind.UNKNOWN_PATH,
          "there is no such path; GET /api/v1/openapi.json lists those that are there");
    }
    String allowed = String.join(", ", methods);
    throw ProblemException.of(
            ProblemKind.METHOD_NOT_ALLOWED, "the path takes " + allowed + ", but not " + method)
        .with("Allow", allowed);
  }

  private HttpResponse failed(Throwable failure, HttpRequest request) {
    Throwable cause = Failures.cause(failure);
    if (cause instanceof ProblemException problem) {
      return Problems.response(problem);
    }
    String incident = UUID.randomUUID().toString();
    LOG.error(
        "request failed incident={} method={} path={}",
        incident,
        request.method().name(),
        request.getUri().getPathString(),
        cause);
    return Problems.response(ProblemException.of(
        ProblemKind.INTERNAL,
        "the request met an error in this program; its log says more under incident " + incident));
  }

  private static String word(String role) {
    return role.toLowerCase(Locale.ROOT);
  }

  /** Decoded segments of the path; a trailing slash makes an empty last one. */
  private static List<String> segments(HttpRequest request) {
    var segments = new ArrayList<String>(6);
    boolean afterSlash = false;
    for (Uri.Path rest = request.getUri().asScala().path(); !rest.isEmpty(); rest = rest.tail()) {
      if (!rest.startsWithSlash()) {
        segments.add((String) rest.head());
        afterSlash = false;
        continue;
      }
      if (afterSlash) {
        segments.add("");
      }
      afterSlash = true;
    }
    if (afterSlash && !segments.isEmpty()) {
      segments.add("");
    }
    return segments;
  }
}
