package mainstay.multijvm.benchmark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import mainstay.multijvm.workload.KeyValueStore;
import mainstay.multijvm.workload.Operation;

/**
 * The JSON gateway of etcd 3.4. It knows no request ids; repeating a put is harmless here because every value is written by
 * one operation only. Conditions on revisions are not offered.
 */
final class EtcdStore implements KeyValueStore {
  private static final JsonMapper JSON = new JsonMapper();

  private final HttpClient http;
  private final Map<String, URI> addresses;

  EtcdStore(HttpClient http, Map<String, URI> addresses) {
    this.http = http;
    this.addresses = Map.copyOf(addresses);
  }

  @Override
  public CompletableFuture<Answer> write(
      String server, String key, String value, long expected, String requestId, Duration limit) {
    if (expected != Operation.UNKNOWN) {
      throw new UnsupportedOperationException("compare-and-set is not part of the etcd comparison");
    }
    var body = "{\"key\":\"" + base64(key) + "\",\"value\":\"" + base64(value) + "\"}";
    return post(server, "/v3/kv/put", body, limit)
        .thenApply(r -> new Answer(
            r.status, null, number(r.body, "revision"), number(r.body, "raft_term"), r.text));
  }

  @Override
  public CompletableFuture<Answer> read(String server, String key, Duration limit) {
    return post(server, "/v3/kv/range", "{\"key\":\"" + base64(key) + "\"}", limit)
        .thenApply(r -> {
          var found = r.body.path("kvs").path(0);
          var value = found.isMissingNode()
              ? null
              : new String(
                  Base64.getDecoder().decode(found.path("value").asText()), StandardCharsets.UTF_8);
          return new Answer(
              r.status,
              value,
              found.path("mod_revision").asLong(Operation.UNKNOWN),
              number(r.body, "raft_term"),
              r.text);
        });
  }

  /** Of one member: its own id, and the id of its leader ("" or "0" if it knows none). */
  record Leadership(String member, String leader) {
    boolean leads() {
      return member.equals(leader);
    }

    boolean knowsLeader() {
      return !leader.isEmpty() && !leader.equals("0");
    }
  }

  CompletableFuture<Leadership> leadership(String server, Duration limit) {
    return post(server, "/v3/maintenance/status", "{}", limit)
        .thenApply(r -> new Leadership(
            r.body.path("header").path("member_id").asText(""),
            r.body.path("leader").asText("")));
  }

  private record Response(int status, JsonNode body, String text) {}

  private CompletableFuture<Response> post(
      String server, String path, String body, Duration limit) {
    var request = HttpRequest.newBuilder(addresses.get(server).resolve(path))
        .timeout(limit)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body))
        .build();
    return http.sendAsync(request, BodyHandlers.ofString())
        .thenApply(r ->
            new Response(r.statusCode(), parse(r.body()), r.statusCode() == 200 ? "" : r.body()));
  }

  /** 64-bit numbers come as text. */
  private static long number(JsonNode body, String field) {
    return body.path("header").path(field).asLong(Operation.UNKNOWN);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException notJson) {
      return JSON.missingNode();
    }
  }
}
