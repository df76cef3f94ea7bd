package mainstay.http.route;

import akka.http.javadsl.model.HttpResponse;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import mainstay.protocol.model.Role;

/**
 * One method of one path.
 *
 * @param role that the caller needs; empty if anybody may
 */
public record Endpoint(String method, PathTemplate path, Optional<Role> role, Handler handler) {
  /** Answers a request; throws or fails with a {@link mainstay.http.error.ProblemException} to refuse it. */
  @FunctionalInterface
  public interface Handler {
    CompletionStage<HttpResponse> handle(Call call);
  }

  public static Endpoint open(String method, String path, Handler handler) {
    return new Endpoint(method, new PathTemplate(path), Optional.empty(), handler);
  }

  public static Endpoint of(String method, String path, Role role, Handler handler) {
    return new Endpoint(method, new PathTemplate(path), Optional.of(role), handler);
  }
}
