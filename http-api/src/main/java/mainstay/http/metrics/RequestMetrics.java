package mainstay.http.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * {@code mainstay_http_requests_total} by method, route and status, and
 * {@code mainstay_http_request_duration_seconds} by method and route, from the complete head of the request to the
 * head of the response. Labels are bounded: a route is a template, and what matches none counts as {@code unmatched}.
 */
public final class RequestMetrics {
  private static final String UNMATCHED = "unmatched";

  private final MeterRegistry registry;
  private final Meters unmatched;

  public RequestMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.unmatched = forRoute("any", UNMATCHED);
  }

  /** The meters of one route; to be made once and kept. */
  public Meters forRoute(String method, String route) {
    return new Meters(method, route);
  }

  /** For requests that match no route. */
  public Meters unmatched() {
    return unmatched;
  }

  /** Counts the requests of one route. */
  public final class Meters {
    private final String method;
    private final String route;
    private final Timer duration;
    private final Map<Integer, Counter> byStatus = new ConcurrentHashMap<>();

    private Meters(String method, String route) {
      this.method = method;
      this.route = route;
      this.duration = Timer.builder("mainstay.http.request.duration")
          .description("Time from the complete head of a request to the head of its response")
          .tags("method", method, "route", route)
          .serviceLevelObjectives(
              Duration.ofMillis(1),
              Duration.ofMillis(5),
              Duration.ofMillis(20),
              Duration.ofMillis(100),
              Duration.ofMillis(500),
              Duration.ofSeconds(2),
              Duration.ofSeconds(5))
          .register(registry);
    }

    /** @param nanos since the request came */
    public void record(int status, long nanos) {
      duration.record(nanos, TimeUnit.NANOSECONDS);
      byStatus.computeIfAbsent(status, this::counter).increment();
    }

    private Counter counter(int status) {
      return Counter.builder("mainstay.http.requests")
          .description("Requests that were answered")
          .tags("method", method, "route", route, "status", Integer.toString(status))
          .register(registry);
    }
  }
}
