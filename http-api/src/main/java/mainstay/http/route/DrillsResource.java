package mainstay.http.route;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mainstay.http.json.DrillJson;
import mainstay.http.json.Items;
import mainstay.http.json.ObjectReading;
import mainstay.protocol.message.ClusterStatus;
import mainstay.protocol.message.ClusterSupervisor;
import mainstay.protocol.model.Role;
import mainstay.protocol.model.ServiceName;

/** {@code /services/NAME/drills}: failovers on purpose, and what they have shown. */
public final class DrillsResource {
  private static final int DRILLS_WHEN_ABSENT = 20;

  private final Backend backend;
  private final int maximumItems;

  /** @param maximumItems most drills in one answer */
  public DrillsResource(Backend backend, int maximumItems) {
    this.backend = backend;
    this.maximumItems = maximumItems;
  }

  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.of("GET", "/api/v1/services/{service+}/drills", Role.VIEWER, this::list),
        Endpoint.of("POST", "/api/v1/services/{service+}/drills", Role.ADMIN, this::start),
        Endpoint.of("GET", "/api/v1/services/{service+}/drills/{id}", Role.VIEWER, this::show));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    var service = call.service();
    int limit = (int) call.query("limit")
        .number("limit", 1, maximumItems, Math.min(DRILLS_WHEN_ABSENT, maximumItems));
    return backend
        .drills(service, limit)
        .thenCompose(drills -> {
          var items = drills.items().stream().map(DrillJson::of).toList();
          var response = CompletableFuture.completedFuture(Items.of(items));
          return items.isEmpty() ? known(service).thenCompose(exists -> response) : response;
        })
        .thenApply(Responses::json);
  }

  private CompletionStage<HttpResponse> start(Call call) {
    call.query();
    var service = call.service();
    return call.optionalJson()
        .thenApply(body ->
            ObjectReading.drill(service, body.orElse(JsonNodeFactory.instance.objectNode())))
        .thenCompose(request -> backend.startDrill(call, request))
        .thenApply(DrillsResource::accepted);
  }

  private static HttpResponse accepted(ClusterSupervisor.DrillReport report) {
    return Responses.json(DrillJson.of(report))
        .withStatus(202)
        .addHeader(RawHeader.create(
            "Location", "/api/v1/services/" + report.service() + "/drills/" + report.id()));
  }

  private CompletionStage<HttpResponse> show(Call call) {
    call.query();
    return backend
        .drill(call.service(), call.id("id"))
        .thenApply(report -> Responses.json(DrillJson.of(report)));
  }

  private CompletableFuture<ClusterStatus.Service> known(ServiceName name) {
    return backend
        .overview()
        .thenApply(status ->
            status.service(name).orElseThrow(() -> ServicesResource.unknown(name, status)));
  }
}
