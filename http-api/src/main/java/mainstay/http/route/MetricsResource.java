package mainstay.http.route;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpCharsets;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import mainstay.protocol.model.Role;

/** {@code /metrics} in the text format of Prometheus; its scraper needs the viewer's token. */
public final class MetricsResource {
  private static final ContentType FORMAT = ContentTypes.create(MediaTypes.customWithFixedCharset(
      "text", "plain", HttpCharsets.UTF_8, Map.of("version", "0.0.4"), false));

  private final PrometheusMeterRegistry registry;
  private final Executor executor;

  /** @param executor for collecting, which takes milliseconds */
  public MetricsResource(PrometheusMeterRegistry registry, Executor executor) {
    this.registry = registry;
    this.executor = executor;
  }

  public List<Endpoint> endpoints() {
    return List.of(Endpoint.of(
        "GET",
        "/metrics",
        Role.VIEWER,
        call -> CompletableFuture.supplyAsync(this::scrape, executor)));
  }

  private HttpResponse scrape() {
    return HttpResponse.create()
        .withEntity(
            HttpEntities.create(FORMAT, registry.scrape().getBytes(StandardCharsets.UTF_8)));
  }
}
