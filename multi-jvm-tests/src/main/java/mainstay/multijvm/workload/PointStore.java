package mainstay.multijvm.workload;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The values of manual points: {@code GET} and {@code PUT /api/v1/points/{id}/value}. */
public final class PointStore implements KeyValueStore {
  private static final JsonMapper JSON = new JsonMapper();

  private final HttpClient http;
  private final Map<String, URI> addresses;
  private final String token;

  /**
   * @param http must not repeat writes by itself; {@link HttpClient} does not, unless told by system property
   * @param addresses of the HTTP API by server name
   * @param token of a role that may set values
   */
  public PointStore(HttpClient http, Map<String, URI> addresses, String token) {
    this.http = http;
    this.addresses = Map.copyOf(addresses);
    this.token = token;
  }

  @Override
  public CompletableFuture<Answer> write(
      String server, String key, String value, long expected, String requestId, Duration limit) {
    var request = request(server, key, limit)
        .header("Content-Type", "application/json")
        .header("Idempotency-Key", requestId)
        .PUT(BodyPublishers.ofString("{\"value\":" + value + "}"));
    if (expected != Operation.UNKNOWN) {
      request.header("If-Match", "\"" + expected + "\"");
    }
    return http.sendAsync(request.build(), BodyHandlers.ofString()).thenApply(PointStore::answer);
  }

  @Override
  public CompletableFuture<Answer> read(String server, String key, Duration limit) {
    return http.sendAsync(request(server, key, limit).GET().build(), BodyHandlers.ofString())
        .thenApply(PointStore::answer);
  }

  private HttpRequest.Builder request(String server, String key, Duration limit) {
    var address = addresses.get(server);
    if (address == null) {
      throw new IllegalArgumentException(
          "no address of server " + server + ", known: " + addresses.keySet());
    }
    return HttpRequest.newBuilder(address.resolve("/api/v1/points/" + key + "/value"))
        .timeout(limit)
        .header("Authorization", "Bearer " + token);
  }

  private static Answer answer(HttpResponse<String> response) {
    var body = parse(response.body());
    if (response.statusCode() / 100 != 2) {
      return new Answer(
          response.statusCode(),
          null,
          Operation.UNKNOWN,
          Operation.UNKNOWN,
          body.path("detail").asText(response.body()));
    }
    return new Answer(
        response.statusCode(),
        canonical(body.path("value")),
        body.path("revision").asLong(Operation.UNKNOWN),
        body.path("term").asLong(Operation.UNKNOWN),
        "");
  }

  /** A number as it was written, whether it comes back as 21, 21.0 or 2.1E1. */
  private static String canonical(JsonNode value) {
    if (value.isNumber()) {
      return new BigDecimal(value.asText()).stripTrailingZeros().toPlainString();
    }
    return value.isNull() || value.isMissingNode() ? null : value.asText();
  }

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException notJson) {
      return JSON.missingNode();
    }
  }
}
