package mainstay.http.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import mainstay.protocol.model.Role;
import org.junit.jupiter.api.Test;

class PathTemplateTest {
  private final PathTemplate explain = new PathTemplate("/services/{service+}/explain");

  @Test
  void aWideVariableTakesOneOrTwoSegments() {
    assertThat(explain.match(List.of("services", "configuration", "explain")))
        .contains(Map.of("service", "configuration"));
    assertThat(explain.match(List.of("services", "dge", "main", "explain")))
        .contains(Map.of("service", "dge/main"));
    assertThat(explain.match(List.of("services", "dge/main", "explain")))
        .contains(Map.of("service", "dge/main"));
    assertThat(explain.match(List.of("services", "a", "b", "c", "explain"))).isEmpty();
    assertThat(explain.match(List.of("services", "explain"))).isEmpty();
  }

  @Test
  void emptySegmentsAreNoValues() {
    assertThat(explain.match(List.of("services", "", "explain"))).isEmpty();
    assertThat(explain.match(List.of("services", "dge", "", "explain"))).isEmpty();
    assertThat(explain.match(List.of("services", "", "dge", "explain"))).isEmpty();
    assertThat(new PathTemplate("/points/{id}").match(List.of("points", ""))).isEmpty();
  }

  @Test
  void theRootHasNoSegments() {
    assertThat(new PathTemplate("/").match(List.of())).contains(Map.of());
    assertThat(new PathTemplate("/").match(List.of(""))).isEmpty();
  }

  @Test
  void theMostLiteralTemplateWins() {
    var table = new RouteTable(List.of(
        endpoint("GET", "/services/{service+}"), endpoint("GET", "/services/{service+}/explain"),
        endpoint("PUT", "/config/{kind}/{id}"), endpoint("PUT", "/config/service/{id+}")));

    assertThat(matched(table, "GET", "services", "dge", "explain"))
        .isEqualTo("/services/{service}/explain");
    assertThat(matched(table, "GET", "services", "dge/explain")).isEqualTo("/services/{service}");
    assertThat(matched(table, "PUT", "config", "service", "x")).isEqualTo("/config/service/{id}");
    assertThat(table.methods(List.of("config", "service", "x"))).containsExactly("PUT");
  }

  @Test
  void anEndpointIsDeclaredOnce() {
    var twice = List.of(endpoint("GET", "/a/{b}"), endpoint("GET", "/a/{b+}"));

    assertThatThrownBy(() -> new RouteTable(twice)).hasMessage("GET /a/{b} is declared twice");
  }

  private static String matched(RouteTable table, String method, String... path) {
    var match = table.match(method, List.of(path)).orElseThrow();
    return table.endpoints().get(match.index()).path().toString();
  }

  private static Endpoint endpoint(String method, String path) {
    return Endpoint.of(method, path, Role.VIEWER, call -> new CompletableFuture<>());
  }
}
