package mainstay.multijvm.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The HTTP API of one server with one token. Every call is one request that ends within the limit; an answer that is not
 * 2xx is a {@link RefusedException}, no answer an {@link IOException}.
 */
public final class AdminClient {
  private static final JsonMapper JSON = JsonMapper.builder()
      .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
      .build();

  private final HttpClient http;
  private final String server;
  private final URI address;
  private final String token;
  private final Duration limit;

  public AdminClient(HttpClient http, String server, URI address, String token, Duration limit) {
    this.http = http;
    this.server = server;
    this.address = address;
    this.token = token;
    this.limit = limit;
  }

  /** Name of the server that is asked. */
  public String server() {
    return server;
  }

  /** A server list, its policy and who does the job. Lists are never null; {@code active} is, if nobody is. */
  public record ServiceStatus(
      String name,
      List<String> serverList,
      Policy policy,
      String active,
      long term,
      String state,
      String why,
      List<Standby> standbys) {
    public ServiceStatus {
      serverList = serverList == null ? List.of() : List.copyOf(serverList);
      standbys = standbys == null ? List.of() : List.copyOf(standbys);
    }

    public boolean activeOn(String server) {
      return "active".equals(state) && server.equals(active);
    }

    /** Active on the first server of its list, and all others of the list synchronised. */
    public boolean whole() {
      return !serverList.isEmpty()
          && activeOn(serverList.get(0))
          && serverList.stream().skip(1).allMatch(this::synchronised);
    }

    /** Whether a server stands by with everything that the active one has. */
    public boolean synchronised(String server) {
      return standbys.stream()
          .anyMatch(s -> s.server().equals(server) && s.synchronisationMode() == 0);
    }
  }

  /** @param mode automatic, delayed, sticky or manual */
  public record Policy(String mode, String delay) {}

  /** @param synchronisationMode 0 = synchronised */
  public record Standby(
      String server,
      String state,
      String message,
      int synchronisationMode,
      long sequence,
      String hash) {}

  public record ClusterStatus(List<ServerStatus> servers, Quorum quorum) {}

  public record ServerStatus(
      String name, List<String> roles, String status, String incarnation, String version) {}

  public record Quorum(int voters, int reachable, boolean mayAct, String why) {}

  /** @param progress of its synchronisation, null if there is none */
  public record DatabaseStatus(
      String name,
      boolean active,
      String state,
      String message,
      long epoch,
      Progress progress,
      String journalHash) {}

  public record Progress(String phase, int percent, long rowsCopied, long rowsPerSecond) {}

  public record Explanation(
      String service,
      String active,
      long term,
      String why,
      String rule,
      List<ServerReason> servers) {}

  public record ServerReason(String server, String why) {}

  /** @param state running, done or failed */
  public record SwitchoverOperation(
      String operation,
      String service,
      String from,
      String to,
      String state,
      String detail,
      long pauseMillis) {}

  /** One stored value of a series; {@code value} is null where a poll failed. */
  public record Sample(Instant time, Double value, String quality) {}

  public record PointInfo(String id, String name, String kind, String unit) {}

  /**
   * @param etag without quotes, null if there was none
   * @param body of JSON answers, otherwise a missing node
   */
  public record Answer(int status, String etag, JsonNode body, String text) {}

  /** The server answered with another status than 2xx. */
  public static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;
    private final int status;
    private final String detail;

    RefusedException(String request, Answer answer) {
      super(request + " was answered " + answer.status() + ": " + answer.text());
      this.status = answer.status();
      this.detail = answer.body().path("detail").asText("");
    }

    public int status() {
      return status;
    }

    /** The {@code detail} of the problem document, empty if it has none. */
    public String detail() {
      return detail;
    }
  }

  public boolean alive() throws IOException {
    return exchange("GET", "/alive", null, Map.of()).status() == 200;
  }

  public boolean ready() throws IOException {
    return exchange("GET", "/ready", null, Map.of()).status() == 200;
  }

  public List<ServiceStatus> services() throws IOException {
    return list(get("/services"), ServiceStatus.class);
  }

  public ServiceStatus service(String name) throws IOException {
    return read(get("/services/" + name), ServiceStatus.class);
  }

  public ClusterStatus cluster() throws IOException {
    return read(get("/cluster"), ClusterStatus.class);
  }

  public List<DatabaseStatus> databases() throws IOException {
    return list(get("/databases"), DatabaseStatus.class);
  }

  /** @throws IOException if the server knows no such database */
  public DatabaseStatus database(String name) throws IOException {
    return read(get("/databases/" + name), DatabaseStatus.class);
  }

  public Explanation explain(String service) throws IOException {
    return read(get("/services/" + service + "/explain"), Explanation.class);
  }

  /** @param to server to move to, null = whichever comes next */
  public SwitchoverOperation switchover(String service, String to) throws IOException {
    var body = to == null ? "{}" : JSON.writeValueAsString(Map.of("to", to));
    return read(
        send("POST", "/services/" + service + "/switchover", body, Map.of()).body(),
        SwitchoverOperation.class);
  }

  /**
   * Moves a service and waits until it has moved.
   *
   * @throws IOException if the cluster says that it did not move it
   * @throws Await.AwaitException if that lasts longer than {@code limit}
   */
  public SwitchoverOperation move(String service, String to, Duration limit) throws IOException {
    var operation = switchover(service, to).operation();
    var ended = Await.until(
        "the switchover of " + service + " to " + to + " ends",
        limit,
        () -> operation(operation),
        o -> !o.state().equals("running"));
    if (!ended.state().equals("done")) {
      throw new IOException(service + " was not moved to " + to + ": " + ended.detail());
    }
    return ended;
  }

  public SwitchoverOperation operation(String id) throws IOException {
    return read(get("/operations/" + id), SwitchoverOperation.class);
  }

  public List<PointInfo> points() throws IOException {
    return list(get("/points"), PointInfo.class);
  }

  /** Stored samples with {@code from <= time < to} in order of time. */
  public List<Sample> samples(String point, Instant from, Instant to) throws IOException {
    var answer = get("/points/" + encode(point) + "/samples?from=" + encode(from.toString())
        + "&to=" + encode(to.toString()));
    var samples = new ArrayList<Sample>();
    for (var sample : answer.path("samples")) {
      samples.add(new Sample(
          Instant.parse(sample.path("time").asText()),
          sample.path("value").isNumber() ? sample.path("value").doubleValue() : null,
          sample.path("quality").asText()));
    }
    return samples;
  }

  /** A configuration object as JSON with its {@code revision}. */
  public JsonNode config(String kind, String id) throws IOException {
    return get("/config/" + kind + "/" + id);
  }

  /**
   * Puts a configuration object.
   *
   * @param ifMatch revision that it must have, null = any
   */
  public Answer putConfig(String kind, String id, String json, String ifMatch) throws IOException {
    return send(
        "PUT",
        "/config/" + kind + "/" + id,
        json,
        ifMatch == null ? Map.of() : Map.of("If-Match", "\"" + ifMatch + "\""));
  }

  private JsonNode get(String path) throws IOException {
    return send("GET", path, null, Map.of()).body();
  }

  private Answer send(String method, String path, String body, Map<String, String> headers)
      throws IOException {
    var answer = exchange(method, "/api/v1" + path, body, headers);
    if (answer.status() / 100 != 2) {
      throw new RefusedException(method + " " + path + " on " + server, answer);
    }
    return answer;
  }

  private Answer exchange(String method, String path, String body, Map<String, String> headers)
      throws IOException {
    var request = HttpRequest.newBuilder(address.resolve(path))
        .timeout(limit)
        .header("Authorization", "Bearer " + token)
        .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    headers.forEach(request::header);
    try {
      var response = http.send(request.build(), BodyHandlers.ofString());
      var etag =
          response.headers().firstValue("ETag").map(t -> t.replace("\"", "")).orElse(null);
      return new Answer(response.statusCode(), etag, parse(response.body()), response.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(
          "interrupted while waiting for " + method + " " + path + " on " + server, e);
    } catch (IOException e) {
      throw new IOException(
          method + " " + path + " on " + server + " (" + address + ") has no answer: " + e, e);
    }
  }

  private static JsonNode parse(String text) {
    try {
      return text.isEmpty() ? JSON.missingNode() : JSON.readTree(text);
    } catch (JsonProcessingException notJson) {
      return JSON.missingNode();
    }
  }

  private <T> T read(JsonNode node, Class<T> type) throws IOException {
    try {
      return JSON.treeToValue(node, type);
    } catch (JsonProcessingException e) {
      throw new IOException(
          server + " answered something that is no " + type.getSimpleName() + ": " + node, e);
    }
  }

  /** A list, bare or as the {@code items} of an object. */
  private <T> List<T> list(JsonNode node, Class<T> type) throws IOException {
    var result = new ArrayList<T>();
    for (var item : node.isArray() ? node : node.path("items")) {
      result.add(read(item, type));
    }
    return result;
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
