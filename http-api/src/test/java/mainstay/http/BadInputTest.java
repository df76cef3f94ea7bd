package mainstay.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mainstay.protocol.model.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong is answered with a problem document that says what would be right, and reaches nobody inside. */
class BadInputTest {
  private static final HttpApiFixture API = new HttpApiFixture();
  private static final String VALUE = "/api/v1/points/setpoint-1/value";
  private static final String DEVICE = "/api/v1/config/device/d1";
  private static final String TEST = "/api/v1/config/test/t1";
  private static final String SERVICE = "/api/v1/config/service/dge/main";
  private static final String LIST = "/api/v1/services/configuration/server-list";
  private static final String DATABASE = "/api/v1/databases/db3";
  private static final String SAMPLES = "/api/v1/points/x/samples?";

  @AfterAll
  static void close() {
    API.close();
  }

  @BeforeEach
  void listen() {
    API.asked.clear();
    API.commanded.clear();
    API.administered.clear();
  }

  @AfterEach
  void nothingWasAskedInside() {
    assertThat(API.asked).isEmpty();
    assertThat(API.commanded).isEmpty();
    assertThat(API.administered).isEmpty();
  }

  static Stream<Arguments> bodies() {
    return Stream.of(
        arguments(VALUE, "", 400, "", "body is empty"),
        arguments(VALUE, "  ", 400, "", "body is blank"),
        arguments(VALUE, "{", 400, "", "line 1, column"),
        arguments(VALUE, "{\"value\":1}}", 400, "", "line 1, column"),
        arguments(VALUE, "{\"value\":1} {}", 400, "", "railing token"),
        arguments(VALUE, "{\"value\":1,\"value\":2}", 400, "", "uplicate"),
        arguments(VALUE, "{\"value\":NaN}", 400, "", "NaN"),
        arguments(VALUE, "{'value':1}", 400, "", "line 1"),
        arguments(VALUE, "[".repeat(2_000), 400, "", "depth"),
        arguments(VALUE, "{\"value\":" + "9".repeat(2_000) + "}", 400, "", "length"),
        arguments(VALUE, "1", 422, "", "must be a JSON object"),
        arguments(VALUE, "null", 422, "", "must be a JSON object"),
        arguments(VALUE, "{}", 422, "/value", "is missing; it must be a number"),
        arguments(VALUE, "{\"value\":null}", 422, "/value", "is missing"),
        arguments(
            VALUE, "{\"value\":\"1\"}", 422, "/value", "must be a number, but is the text \"1\""),
        arguments(VALUE, "{\"value\":true}", 422, "/value", "must be a number, but is true"),
        arguments(VALUE, "{\"value\":[1]}", 422, "/value", "must be a number, but is a list"),
        arguments(VALUE, "{\"value\":1e999}", 422, "/value", "finite number"),
        arguments(
            VALUE, "{\"value\":1,\"a/b\":2}", 422, "/a~1b", "is not known here; known are value"),
        arguments(
            DEVICE,
            "{\"id\":\"d2\",\"name\":\"n\",\"dge\":\"main\",\"address\":\"a\"}",
            422,
            "/id",
            "must be \"d1\" as in the path"),
        arguments(
            DEVICE,
            "{\"name\":5,\"dge\":\"main\",\"address\":\"a\"}",
            422,
            "/name",
            "must be text"),
        arguments(
            DEVICE,
            "{\"name\":\"a\\u0000\",\"dge\":\"main\",\"address\":\"a\"}",
            422,
            "/name",
            "control characters"),
        arguments(
            DEVICE,
            "{\"name\":\"\\ud800\",\"dge\":\"main\",\"address\":\"a\"}",
            422,
            "/name",
            "surrogate"),
        arguments(
            DEVICE,
            "{\"name\":\"" + "n".repeat(1_001) + "\",\"dge\":\"main\",\"address\":\"a\"}",
            422,
            "/name",
            "at most 1000 characters"),
        arguments(
            DEVICE,
            "{\"name\":\"n\",\"dge\":\"main\",\"address\":\"a\",\"enabled\":\"yes\"}",
            422,
            "/enabled",
            "must be true or false"),
        arguments(
            DEVICE,
            "{\"name\":\"n\",\"dge\":\"main\",\"address\":\"a\",\"revision\":1.5}",
            422,
            "/revision",
            "whole number"),
        arguments(
            "/api/v1/config/dge/main",
            "{\"name\":\"n\",\"performanceDatabase\":\"cluster local\"}",
            422,
            "/performanceDatabase",
            "must be \"local\" or \"cluster NAME\""),
        arguments(
            TEST,
            test("\"kind\":\"telnet\""),
            422,
            "/kind",
            "must be one of host, http, tcp, ping"),
        arguments(
            TEST,
            test("\"kind\":\"host\",\"interval\":\"5 seconds\""),
            422,
            "/interval",
            "must be a duration such as"),
        arguments(
            TEST,
            test("\"kind\":\"host\",\"interval\":5"),
            422,
            "/interval",
            "must be a duration such as"),
        arguments(
            TEST,
            test("\"kind\":\"host\",\"parameters\":{\"metric\":{}}"),
            422,
            "/parameters/metric",
            "must be text or a whole number"),
        arguments(
            TEST,
            test("\"kind\":\"host\",\"parameters\":[]"),
            422,
            "/parameters",
            "must be an object"),
        arguments(DATABASE, "{}", 422, "/vendor", "must be text"),
        arguments(
            DATABASE,
            database("\"vendor\":\"My SQL\""),
            422,
            "/vendor",
            "lower case letters and digits"),
        arguments(DATABASE, database("\"url\":5"), 422, "/url", "must be text"),
        arguments(
            DATABASE,
            database("\"url\":\"jdbc:mariadb://h/d\""),
            422,
            "/url",
            "must begin with jdbc:postgresql:"),
        arguments(
            DATABASE,
            database("\"url\":\"jdbc:postgresql://h/d?password=x\""),
            422,
            "/url",
            "must not hold user or password"),
        arguments(DATABASE, database("\"user\":\" \""), 422, "/user", "must not be empty"),
        arguments(
            DATABASE,
            database("\"passwordVariable\":\"V\""),
            422,
            "/passwordFile",
            "password-file or password-variable must be given, and not both"),
        arguments(
            DATABASE,
            database("\"passwordFile\":null"),
            422,
            "/passwordFile",
            "password-file or password-variable must be given"),
        arguments(DATABASE, database("\"weight\":0"), 422, "/weight", "between 1 and 100"),
        arguments(
            DATABASE,
            database("\"weight\":4294967297"),
            422,
            "/weight",
            "must be between 1 and 100"),
        arguments(DATABASE, database("\"weight\":\"1\""), 422, "/weight", "a whole number"),
        arguments(DATABASE, database("\"name\":\"db4\""), 422, "/name", "must be \"db3\" as in"),
        arguments(DATABASE, database("\"password\":\"x\""), 422, "/password", "is not known here"),
        arguments(
            "/api/v1/databases/DB!",
            database("\"weight\":1"),
            422,
            "/name",
            "must start with a lower case letter"),
        arguments(SERVICE, "{\"serverList\":[]}", 422, "/serverList", "must have 1 to"),
        arguments(SERVICE, "{\"serverList\":[\"Alpha!\"]}", 422, "/serverList/0", "lower case"),
        arguments(
            SERVICE,
            "{\"serverList\":[\"alpha\",\"alpha\"]}",
            422,
            "/serverList",
            "each server once"),
        arguments(
            SERVICE,
            "{\"serverList\":[\"alpha\"],\"policy\":{\"mode\":\"eager\"}}",
            422,
            "/policy/mode",
            "must be one of automatic, delayed, sticky, manual"),
        arguments(
            SERVICE,
            "{\"serverList\":[\"alpha\"],\"policy\":{\"mode\":\"delayed\"}}",
            422,
            "/policy/delay",
            "needs a delay"),
        arguments(
            SERVICE,
            "{\"serverList\":[\"alpha\"],\"policy\":{\"mode\":\"sticky\",\"delay\":\"3s\"}}",
            422,
            "/policy/delay",
            "takes a delay"),
        arguments(
            SERVICE,
            "{\"serverList\":[\"alpha\"],\"policy\":{\"mode\":\"sticky\",\"x\":1}}",
            422,
            "/policy/x",
            "is not known here"),
        arguments(
            SERVICE,
            "{\"serverList\":[\"alpha\"],\"policy\":\"sticky\"}",
            422,
            "/policy",
            "must be an object"),
        arguments(
            "/api/v1/config/service/Bad%20Name",
            "{\"serverList\":[\"alpha\"]}", 422, "/id", "service name"),
        arguments(LIST, "{\"servers\":\"alpha\"}", 422, "/servers", "must be a list"),
        arguments(LIST, "{\"servers\":[1]}", 422, "/servers/0", "must be text"),
        arguments(LIST, "[\"alpha\"]", 422, "", "must be a JSON object"));
  }

  private static String test(String some) {
    String rest = some.contains("interval") ? "" : ",\"interval\":\"5s\"";
    return "{\"device\":\"d1\",\"name\":\"n\",\"timeout\":\"2s\"," + some + rest + "}";
  }

  /** A body that is right but for the given field. */
  private static String database(String some) {
    var rest = Stream.of(
            "\"vendor\":\"postgresql\"",
            "\"url\":\"jdbc:postgresql://h/d\"",
            "\"user\":\"mainstay\"",
            "\"passwordFile\":\"/f\"")
        .filter(field -> !field.startsWith(some.split(":", 2)[0] + ":"));
    return "{" + Stream.concat(Stream.of(some), rest).collect(Collectors.joining(",")) + "}";
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void badBodies(String path, String body, int status, String at, String message) {
    var response = API.put(path, body);

    check(response, status, at, message);
  }

  @Test
  void everyFaultOfABodyIsNamedAtOnce() {
    var response = API.put(DEVICE, "{\"name\":1,\"adress\":\"a\",\"enabled\":2}");

    assertThat(response.status()).isEqualTo(422);
    assertThat(response.json().get("errors"))
        .extracting(error -> error.get("path").asText())
        .containsExactlyInAnyOrder("/name", "/dge", "/address", "/enabled", "/adress");
  }

  static Stream<Arguments> headers() {
    return Stream.of(
        arguments("If-Match", "3", "header if-match", "must be the ETag of the last answer"),
        arguments(
            "If-Match", "\"three\"", "header if-match", "must be the ETag of the last answer"),
        arguments("If-Match", "W/\"3\"", "header if-match", "must be the ETag of the last answer"),
        arguments(
            "If-Match", "\"3\", \"4\"", "header if-match", "must be the ETag of the last answer"),
        arguments("If-Match", "*", "header if-match", "must be the ETag of the last answer"),
        arguments("If-Match", "\"99999999999999999999\"", "header if-match", "must be the ETag"),
        arguments("If-None-Match", "\"3\"", "header if-none-match", "must be *"),
        arguments(
            "Idempotency-Key", "k".repeat(129), "header idempotency-key", "1 to 128 printable"),
        arguments("Idempotency-Key", "", "header idempotency-key", "1 to 128 printable"));
  }

  @ParameterizedTest
  @MethodSource("headers")
  void badHeaders(String name, String value, String at, String message) {
    var response = API.put(VALUE, "{\"value\":1}", name, value);

    check(response, 400, at, message);
  }

  @Test
  void headersThatExcludeEachOtherOrComeTwice() {
    check(
        API.put(VALUE, "{\"value\":1}", "If-Match", "\"3\"", "If-None-Match", "*"),
        400,
        "header if-match",
        "exclude each other");
    check(
        API.put(VALUE, "{\"value\":1}", "Idempotency-Key", "a", "Idempotency-Key", "b"),
        400,
        "header idempotency-key",
        "given 2 times");
    check(
        API.delete(DEVICE, "If-None-Match", "*"),
        400,
        "header if-none-match",
        "no use with DELETE");
    check(
        API.put(
            DEVICE,
            "{\"name\":\"n\",\"dge\":\"main\",\"address\":\"a\",\"revision\":3}",
            "If-Match",
            "\"4\""),
        422,
        "/revision",
        "must be 4 as in the header If-Match");
  }

  static Stream<Arguments> queries() {
    return Stream.of(
        arguments("/api/v1/cluster?verbose=1", "query verbose", "takes no query parameters"),
        arguments(
            "/api/v1/points?consistency=eventual",
            "query consistency",
            "must be linearizable or local"),
        arguments(
            "/api/v1/points?consistency=local&consistency=local",
            "query consistency",
            "given 2 times"),
        arguments("/api/v1/points?consistancy=local", "query consistancy", "known are consistency"),
        arguments("/api/v1/config/history?after=-1", "query after", "whole number"),
        arguments("/api/v1/config/history?limit=0", "query limit", "from 1 to 50"),
        arguments("/api/v1/config/history?limit=51", "query limit", "from 1 to 50"),
        arguments("/api/v1/config/history?limit=ten", "query limit", "from 1 to 50"),
        arguments("/api/v1/config/history?limit=", "query limit", "from 1 to 50"),
        arguments("/api/v1/services/dge/main/history?limit=1.5", "query limit", "from 1 to 50"),
        arguments(SAMPLES + "from=yesterday", "query from", "such as 2026-11-22T10:15:30Z"),
        arguments(SAMPLES + "from=2026-13-01T00:00:00Z", "query from", "such as"),
        arguments(SAMPLES + "from=%2B99999-01-01T00:00:00Z", "query from", "from 1970 to 9999"),
        arguments(SAMPLES + "from=2026-11-22T11:00:00Z", "query from", "must be before to"),
        arguments(SAMPLES + "step=5", "query step", "duration above zero"),
        arguments(SAMPLES + "step=0s", "query step", "duration above zero"),
        arguments(SAMPLES + "step=1s", "query step", "at most 50 steps"),
        arguments("/api/v1/events?types=", "query types", "types of events"),
        arguments("/api/v1/events?types=a,,b", "query types", "types of events"),
        arguments("/api/v1/events?types=A%0Ab", "query types", "types of events"));
  }

  @ParameterizedTest
  @MethodSource("queries")
  void badQueryParameters(String path, String at, String message) {
    check(API.get(path), 400, at, message);
  }

  @Test
  void aCommentHasALimit() {
    check(
        API.delete(DEVICE + "?comment=" + "c".repeat(501)),
        400,
        "query comment",
        "at most 500 characters");
    check(API.delete(DEVICE + "?comment=a%0Ab"), 400, "query comment", "control character");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/problem+json",
        "json"
      })
  void onlyJsonIsTaken(String type) {
    check(
        API.put(VALUE, "{\"value\":1}", "Content-Type", type),
        415,
        null,
        "Content-Type: application/json");
  }

  @Test
  void aTypeIsNeeded() {
    var undeclared = API.request(VALUE)
        .header("Authorization", "Bearer " + API.token(Role.ADMIN))
        .PUT(BodyPublishers.ofString("{\"value\":1}"));

    check(API.send(undeclared), 415, null, "must be declared as Content-Type: application/json");
  }

  @ParameterizedTest
  @ValueSource(ints = {4_097, 300_000})
  void aBodyHasALimit(int length) {
    String body = "{\"value\":1" + " ".repeat(length - 11) + "}";
    var chunked = API.request(VALUE)
        .header("Authorization", "Bearer " + API.token(Role.ADMIN))
        .header("Content-Type", "application/json")
        .PUT(BodyPublishers.fromPublisher(BodyPublishers.ofString(body)));

    check(API.put(VALUE, body), 413, null, "at most 4096 bytes");
    check(API.send(chunked), 413, null, "at most 4096 bytes");
  }

  @Test
  void aBodyThatDoesNotEndIsNotWaitedForLongerThanThePatience() throws IOException {
    String answer = raw(
        "PUT " + VALUE + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + API.token(Role.ADMIN)
            + "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"value\"");

    assertThat(answer)
        .startsWith("HTTP/1.1 408 ")
        .contains("did not arrive complete within 300 ms");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/nothing",
        "/api/v1",
        "/api/v1/",
        "/api/v2/cluster",
        "/api/v1/cluster/",
        "/api/v1//cluster",
        "/api/v1/points/x",
        "/api/v1/points//value",
        "/alive/x",
        "/api/v1/services/a/b/c/explain",
        "/api/v1/config/device/a/b",
        "/%2e%2e/cluster"
      })
  void unknownPaths(String path) {
    check(API.get(path), 404, null, "openapi.json");
  }

  @Test
  void unknownKindsAndImpossibleNames() {
    check(
        API.get("/api/v1/config/devices"),
        404,
        null,
        "kinds are service, dge, device, test, point");
    check(
        API.put("/api/v1/config/devices/x", "{}"),
        404,
        null,
        "kinds are service, dge, device, test, point");
    check(API.get("/api/v1/services/No%20Such"), 404, null, "service name 'No Such' must be");
    check(
        API.get("/api/v1/services/nothing"),
        404,
        null,
        "no service nothing; known are configuration, dge/main");
    check(API.get("/active/nothing"), 404, null, "no service nothing");
    check(
        API.get("/api/v1/points/" + "x".repeat(201) + "/value"),
        404,
        null,
        "at most 200 characters");
    check(API.get("/api/v1/points/a%00b/value"), 404, null, "no control characters");
  }

  @Test
  void unknownMethods() {
    var response = API.send("DELETE", VALUE, Optional.of(Role.ADMIN), null);

    check(response, 405, null, "the path takes GET, PUT, but not DELETE");
    assertThat(response.header("Allow")).contains("GET, PUT");
    check(API.send("PATCH", VALUE, Optional.of(Role.ADMIN), "{}"), 405, null, "but not PATCH");
    check(API.send("FROB", VALUE, Optional.of(Role.ADMIN), null), 501, null, "");
  }

  @Test
  void aConnectionGoesOnAfterABodyThatNobodyReads() {
    String body = " ".repeat(4_000);

    check(API.put("/nothing", body), 404, null, "openapi.json");
    assertThat(API.send("PUT", VALUE, Optional.empty(), body).status()).isEqualTo(401);
    assertThat(API.get("/api/v1/cluster").status()).isEqualTo(200);
  }

  static Stream<Arguments> noHttp() {
    return Stream.of(
        arguments("GET /api/v1/points/%zz/value HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        arguments("GET /api/v1/points?a=%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        arguments("GET / HTTP/1.1\r\n\r\n", 400),
        arguments("GET / HTTP/1.1\r\nHost: x\r\nIdempotency-Key: schl\u00fcssel\r\n\r\n", 400),
        arguments("GET / HTTP/9.9\r\nHost: x\r\n\r\n", 505),
        arguments("GET /" + "x".repeat(3_000) + " HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        arguments("GET / HTTP/1.1\r\nHost: x\r\nX: " + "x".repeat(9_000) + "\r\n\r\n", 431),
        arguments("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
        arguments(
            "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        arguments("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n", 400));
  }

  @ParameterizedTest
  @MethodSource("noHttp")
  void whatIsNoHttpGetsAProblemDocumentToo(String request, int status) throws IOException {
    String answer = raw(request);

    assertThat(answer)
        .startsWith("HTTP/1.1 " + status + " ")
        .contains("Content-Type: application/problem+json")
        .contains("\"status\":" + status)
        .doesNotContain("akka")
        .doesNotContain("Exception");
  }

  private static void check(
      HttpApiFixture.Response response, int status, String at, String message) {
    assertThat(response.status()).as(response.text()).isEqualTo(status);
    assertThat(response.header("Content-Type")).contains("application/problem+json");
    assertThat(response.json().get("status").asInt()).isEqualTo(status);
    assertThat(response.text()).doesNotContain("Exception").doesNotContain("\\tat ");
    if (at == null) {
      assertThat(response.json().get("detail").asText()).contains(message);
    } else {
      assertThat(response.json().get("errors")).as(response.text()).anySatisfy(error -> {
        assertThat(error.get("path").asText()).isEqualTo(at);
        assertThat(error.get("message").asText()).contains(message);
      });
    }
  }

  /** Sends bytes and reads until the server closes or the response is complete. */
  private static String raw(String request) throws IOException {
    try (var socket = new Socket("127.0.0.1", API.port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return response(socket.getInputStream());
    }
  }

  private static String response(InputStream in) throws IOException {
    var text = new StringBuilder();
    int end = -1;
    while (end < 0 || text.length() < end) {
      int next = in.read();
      if (next < 0) {
        break;
      }
      text.append((char) next);
      if (end < 0 && text.indexOf("\r\n\r\n") >= 0) {
        int length = text.toString()
            .lines()
            .filter(line -> line.startsWith("Content-Length: "))
            .mapToInt(line -> Integer.parseInt(line.substring(16)))
            .findFirst()
            .orElse(0);
        end = text.length() + length;
      }
    }
    return text.toString();
  }
}
