package mainstay.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import mainstay.http.route.Endpoint;
import mainstay.http.route.EventsResource;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.model.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AccessTest {
  private static final HttpApiFixture API = new HttpApiFixture();

  /** Every route and the role that it is meant to need; a new route has to be entered here. */
  private static final Map<String, Optional<Role>> MEANT = Map.ofEntries(
      Map.entry("GET /", Optional.empty()),
      Map.entry("GET /alive", Optional.empty()),
      Map.entry("GET /ready", Optional.empty()),
      Map.entry("GET /active/{service}", Optional.empty()),
      Map.entry("GET /api/v1/openapi.json", Optional.empty()),
      Map.entry("GET /metrics", Optional.of(Role.VIEWER)),
      Map.entry("GET /api/v1/cluster", Optional.of(Role.VIEWER)),
      Map.entry("GET /api/v1/servers", Optional.of(Role.VIEWER)),
      Map.entry("GET /api/v1/databases", Optional.of(Role.VIEWER)),
      Map.entry("GET /api/v1/databases/{name}", Optional.of(Role.VIEWER)),
      Map.entry("PUT /api/v1/databases/{name}", Optional.of(Role.ADMIN)),
      Map.entry("DELETE /api/v1/databases/{name}", Optional.of(Role.ADMIN)),
      Map.entry("POST /api/v1/databases/{name}/activate", Optional.of(Role.ADMIN)),
      Map.entry("POST /api/v1/databases/{name}/deactivate", Optional.of(Role.ADMIN)),
      Map.entry("POST /api/v1/databases/{name}/check", Optional.of(Role.ADMIN)),
      Map.entry("GET /api/v1/services", Optional.of(Role.VIEWER)),
      Map.entry("GET /api/v1/services/{service}", Optional.of(Role.VIEWER)),
      Map.entry("GET /api/v1/services/{service}/explain", Optional.of(Role.VIEWER)),
      Map.entry("GET /api/v1/services/{service}/history", Optional.of(Role.VIEWER)),
      Map.entry("PUT /api/v1/services/{service}/server-list", Optional.of(Role.ADMIN)),
      Map.entry("POST /api/v1/services/{service}/switchover", Optional.of(Role.ADMIN)),
      Map.entry("GET /api/v1/services/{service}/drills", Optional.of(Role.VIEWER)),
      Map.entry("POST /api/v1/services/{service}/drills", Optional.of(Role.ADMIN)),
      Map.entry("GET /api/v1/services/{service}/drills/{id}", Optional.of(Role.VIEWER)),
      Map.entry("POST /api/v1/what-if", Optional.of(Role.VIEWER)),
      Map.entry("GET /api/v1/operations/{id}", Optional.of(Role.VIEWER)),
      Map.entry("GET /api/v1/config/history", Optional.of(Role.VIEWER)),
      Map.entry("GET /api/v1/config/export", Optional.of(Role.VIEWER)),
      Map.entry("GET /api/v1/config/{kind}", Optional.of(Role.VIEWER)),
      Map.entry("GET /api/v1/config/service/{id}", Optional.of(Role.VIEWER)),
      Map.entry("PUT /api/v1/config/service/{id}", Optional.of(Role.ADMIN)),
      Map.entry("DELETE /api/v1/config/service/{id}", Optional.of(Role.ADMIN)),
      Map.entry("GET /api/v1/config/{kind}/{id}", Optional.of(Role.VIEWER)),
      Map.entry("PUT /api/v1/config/{kind}/{id}", Optional.of(Role.ENGINEER)),
      Map.entry("DELETE /api/v1/config/{kind}/{id}", Optional.of(Role.ENGINEER)),
      Map.entry("GET /api/v1/points", Optional.of(Role.VIEWER)),
      Map.entry("GET /api/v1/points/{id}/value", Optional.of(Role.VIEWER)),
      Map.entry("PUT /api/v1/points/{id}/value", Optional.of(Role.OPERATOR)),
      Map.entry("GET /api/v1/points/{id}/samples", Optional.of(Role.VIEWER)),
      Map.entry("GET /api/v1/events", Optional.of(Role.VIEWER)));

  @AfterAll
  static void close() {
    API.close();
  }

  static List<Endpoint> endpoints() {
    var events = new EventsResource(API.kit.system(), API.settings.events().heartbeat(), 1, 1);
    return HttpApi.endpoints(API.ports, API.settings, API.kit.system(), events);
  }

  static Stream<Endpoint> guarded() {
    return endpoints().stream().filter(endpoint -> endpoint.role().isPresent());
  }

  @Test
  void everyRouteNeedsTheRoleThatIsMeant() {
    assertThat(endpoints())
        .allSatisfy(endpoint ->
            assertThat(MEANT.get(name(endpoint))).as(name(endpoint)).isEqualTo(endpoint.role()));
    assertThat(endpoints()).hasSameSizeAs(MEANT.keySet());
  }

  @ParameterizedTest
  @MethodSource("guarded")
  void nobodyGetsInWithoutAToken(Endpoint endpoint) {
    var response = API.send(endpoint.method(), path(endpoint), Optional.empty(), null);

    assertThat(response.status()).isEqualTo(401);
    assertThat(response.header("WWW-Authenticate")).contains("Bearer realm=\"mainstay\"");
    assertThat(response.header("Content-Type")).contains("application/problem+json");
  }

  @ParameterizedTest
  @MethodSource("guarded")
  void aLowerRoleIsToldWhichOneIsNeeded(Endpoint endpoint) {
    Role needed = endpoint.role().orElseThrow();
    for (Role role : Role.values()) {
      if (!role.includes(needed)) {
        var response = API.send(endpoint.method(), path(endpoint), Optional.of(role), null);

        assertThat(response.status()).isEqualTo(403);
        assertThat(response.json().get("detail").asText())
            .contains("needs the role " + needed.name().toLowerCase(Locale.ROOT))
            .contains("has the role " + role.name().toLowerCase(Locale.ROOT));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("guarded")
  void theNeededRoleAndThoseAboveGetIn(Endpoint endpoint) {
    API.answer(ServiceReply.Rejected.of(ServiceReply.Reason.NOT_FOUND, "not there"));
    API.supervisor = command -> null;
    for (Role role : Role.values()) {
      if (role.includes(endpoint.role().orElseThrow())
          && !path(endpoint).equals("/api/v1/events")) {
        var response = API.send(endpoint.method(), path(endpoint), Optional.of(role), null);

        assertThat(response.status()).isNotIn(401, 403, 500);
      }
    }
  }

  @Test
  void tokensAreComparedWhole() {
    String token = API.token(Role.ADMIN);

    assertThat(cluster("Bearer " + token)).isEqualTo(200);
    assertThat(cluster("bearer " + token)).isEqualTo(200);
    assertThat(cluster("Bearer " + token + "x")).isEqualTo(401);
    assertThat(cluster("Bearer " + token.substring(1))).isEqualTo(401);
    assertThat(cluster("Bearer")).isEqualTo(401);
    assertThat(cluster("Bearer ")).isEqualTo(401);
    assertThat(cluster(token)).isEqualTo(401);
    assertThat(cluster("Basic " + token)).isEqualTo(401);
  }

  @Test
  void aServiceCannotBeChangedByAnEngineerThroughAnotherSpelling() {
    for (String path :
        List.of("service/dge/main", "service/dge%2Fmain", "%73ervice/default", "service/default")) {
      var response = API.send("PUT", "/api/v1/config/" + path, Optional.of(Role.ENGINEER), "{}");

      assertThat(response.status()).as(path).isEqualTo(403);
    }
  }

  private static int cluster(String authorization) {
    return API.send(API.request("/api/v1/cluster")
            .header("Authorization", authorization)
            .GET())
        .status();
  }

  private static String name(Endpoint endpoint) {
    return endpoint.method() + " " + endpoint.path();
  }

  static String path(Endpoint endpoint) {
    return endpoint
        .path()
        .toString()
        .replace("{service}", "dge/main")
        .replace("{kind}", "device")
        .replace("{name}", "db1")
        .replace("{id}", "x");
  }
}
