package mainstay.node.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Speaks to whichever of the given servers answers; stays with it until it fails. For use by one thread.
 *
 * <p>Repeated until the deadline: reads and writes answered with 503, writes answered with 504 or not answered at all. A
 * write carries the same {@code Idempotency-Key} each time, so a repeat is harmless. A read that no server answers fails
 * after one round.
 */
public final class ApiClient {
  public static final ObjectMapper JSON = new ObjectMapper();

  private static final String PREFIX = "/api/v1";
  private static final Set<Integer> UNAVAILABLE = Set.of(503, 504);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final List<URI> servers;
  private final Optional<String> token;
  /** What is left is too little to tell an answer from a time-out. */
  private static final Duration SHORTEST_ATTEMPT = Duration.ofMillis(500);

  private final Duration timeout;
  private final HttpClient http = HttpClient.newBuilder()
      .version(HttpClient.Version.HTTP_1_1)
      .connectTimeout(CONNECT_TIMEOUT)
      .build();
  private int current;

  /**
   * @param servers base addresses such as {@code http://127.0.0.1:8080}, in the order of preference; at least one
   * @param token sent as bearer token
   * @param timeout limit for one request with all its repeats
   */
  public ApiClient(List<URI> servers, Optional<String> token, Duration timeout) {
    if (servers.isEmpty()) {
      throw new IllegalArgumentException("no server given");
    }
    this.servers = List.copyOf(servers);
    this.token = token;
    this.timeout = timeout;
  }

  /** @param etag without quotes: the revision */
  public record Answer(int status, JsonNode body, Optional<String> etag) {}

  /**
   * @param path below {@code /api/v1}, with a leading slash
   * @throws ApiException if it was refused or nobody answered
   */
  public Answer get(String path) {
    return send("GET", path, Optional.empty(), Map.of());
  }

  /** {@link #write(String, String, JsonNode, Map)} with a random key. */
  public Answer write(String method, String path, JsonNode body) {
    return write(method, path, body, Map.of("Idempotency-Key", UUID.randomUUID().toString()));
  }

  /**
   * @param headers must hold an {@code Idempotency-Key}
   * @throws ApiException if it was refused or nobody answered in time; the message says so if the write may have been
   *     carried out all the same
   */
  public Answer write(String method, String path, JsonNode body, Map<String, String> headers) {
    if (!headers.containsKey("Idempotency-Key")) {
      throw new IllegalArgumentException("a write needs an Idempotency-Key");
    }
    return send(method, path, Optional.of(body.toString()), headers);
  }

  private Answer send(
      String method, String path, Optional<String> body, Map<String, String> headers) {
    boolean write = body.isPresent();
    long deadline = System.nanoTime() + timeout.toNanos();
    boolean perhapsDone = false;
    Optional<ApiException> last = Optional.empty();
    for (int attempt = 1; ; attempt++) {
      URI server = servers.get(current);
      boolean answered = false;
      try {
        var response = http.send(
            request(server, method, path, body, headers, deadline),
            HttpResponse.BodyHandlers.ofString());
        if (!UNAVAILABLE.contains(response.statusCode())) {
          return accept(response);
        }
        answered = true;
        perhapsDone |= response.statusCode() == 504;
        last = Optional.of(ApiException.Refused.of(response.statusCode(), parse(response.body())));
      } catch (IOException e) {
        perhapsDone |= !(e instanceof ConnectException || e instanceof HttpConnectTimeoutException);
        last = last.filter(ApiException.Refused.class::isInstance)
            .or(() -> Optional.of(unreachable(server, e)));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ApiException.Unreachable("interrupted while waiting for " + server);
      }
      current = (current + 1) % servers.size();
      boolean roundDone = attempt % servers.size() == 0;
      boolean nobodyAnswers =
          roundDone && !answered && last.get() instanceof ApiException.Unreachable;
      if (deadline - System.nanoTime() < SHORTEST_ATTEMPT.toNanos() || !write && nobodyAnswers) {
        throw write && perhapsDone
            ? unknown(last.get(), headers.get("Idempotency-Key"))
            : last.get();
      }
      if (roundDone) {
        pause();
      }
    }
  }

  private HttpRequest request(
      URI server,
      String method,
      String path,
      Optional<String> body,
      Map<String, String> headers,
      long deadline) {
    Duration left = Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
    var request = HttpRequest.newBuilder(URI.create(server + PREFIX + path))
        .timeout(left.compareTo(ATTEMPT_TIMEOUT) < 0 ? left : ATTEMPT_TIMEOUT)
        .method(
            method,
            body.map(HttpRequest.BodyPublishers::ofString)
                .orElse(HttpRequest.BodyPublishers.noBody()));
    token.ifPresent(t -> request.header("Authorization", "Bearer " + t));
    body.ifPresent(b -> request.header("Content-Type", "application/json"));
    headers.forEach(request::header);
    return request.build();
  }

  private static Answer accept(HttpResponse<String> response) {
    JsonNode body = parse(response.body());
    if (response.statusCode() >= 400) {
      throw ApiException.Refused.of(response.statusCode(), body);
    }
    Optional<String> etag = response.headers().firstValue("ETag").map(e -> e.replace("\"", ""));
    return new Answer(response.statusCode(), body, etag);
  }

  /** What is no JSON (a proxy's page, an empty body) counts as an answer without fields. */
  private static JsonNode parse(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }

  private ApiException unreachable(URI server, IOException e) {
    String who =
        servers.size() == 1 ? server.toString() : "any of " + String.join(", ", addresses());
    return new ApiException.Unreachable("cannot reach " + who + " (" + reason(e)
        + "); check that the servers run and that --url names them");
  }

  private List<String> addresses() {
    return servers.stream().map(URI::toString).toList();
  }

  private static String reason(IOException e) {
    return e instanceof ConnectException
        ? "connection refused"
        : Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName());
  }

  private static ApiException unknown(ApiException last, String key) {
    String message = "unknown whether this was carried out: no final answer in time; repeat it with"
        + " --idempotency-key " + key + " to find out, which does nothing twice. Last: "
        + last.getMessage();
    return last instanceof ApiException.Refused refused
        ? new ApiException.Refused(refused.status(), message)
        : new ApiException.Unreachable(message);
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiException.Unreachable("interrupted between two attempts");
    }
  }
}
