package mainstay.http.route;

import akka.http.javadsl.model.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import mainstay.http.error.ProblemException;
import mainstay.http.error.ProblemKind;

/** {@code /alive}, {@code /ready}, {@code /active}: for load balancers and supervisors, open to all. */
public final class HealthResource {
  private final Backend backend;
  private final Supplier<Optional<String>> whyNotReady;

  /** @param whyNotReady one sentence, empty when ready */
  public HealthResource(Backend backend, Supplier<Optional<String>> whyNotReady) {
    this.backend = backend;
    this.whyNotReady = whyNotReady;
  }

  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.open(
            "GET", "/alive", call -> Responses.now(Responses.json(Map.of("alive", true)))),
        Endpoint.open("GET", "/ready", call -> ready()),
        Endpoint.open("GET", "/active/{service+}", this::active));
  }

  private CompletionStage<HttpResponse> ready() {
    var reason = whyNotReady.get();
    if (reason.isPresent()) {
      throw ProblemException.of(ProblemKind.NOT_READY, reason.get());
    }
    return Responses.now(Responses.json(Map.of("ready", true)));
  }

  private CompletionStage<HttpResponse> active(Call call) {
    record ActiveJson(String service, String active, long term) {}
    var name = call.service();
    return backend.overview().thenApply(status -> {
      var service = status.service(name).orElseThrow(() -> ServicesResource.unknown(name, status));
      boolean here = service.active().equals(Optional.of(status.reportedBy()));
      if (!here || !service.state().equals("active")) {
        throw ProblemException.of(
            ProblemKind.NOT_ACTIVE,
            service
                .active()
                .filter(server -> !here)
                .map(server ->
                    name + " is active on " + server + ", and this is " + status.reportedBy())
                .orElseGet(() -> "no server is active for " + name + ": " + service.why()));
      }
      return Responses.json(
          new ActiveJson(name.value(), status.reportedBy().value(), service.term()));
    });
  }
}
