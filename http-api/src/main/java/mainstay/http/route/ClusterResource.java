package mainstay.http.route;

import java.util.List;
import java.util.function.Function;
import mainstay.http.json.ClusterJson;
import mainstay.protocol.model.Role;

/** {@code /cluster} and {@code /servers}: what this server knows of all. */
public final class ClusterResource {
  private final Backend backend;

  public ClusterResource(Backend backend) {
    this.backend = backend;
  }

  public List<Endpoint> endpoints() {
    return List.of(
        part("/api/v1/cluster", cluster -> cluster), part("/api/v1/servers", ClusterJson::servers));
  }

  private Endpoint part(String path, Function<ClusterJson, Object> part) {
    return Endpoint.of("GET", path, Role.VIEWER, call -> {
      call.query();
      return backend
          .overview()
          .thenApplyAsync(
              status -> Responses.json(part.apply(ClusterJson.of(status))), backend.executor());
    });
  }
}
