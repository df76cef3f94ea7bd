package mainstay.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import mainstay.protocol.model.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClusterRouteTest {
  private static final HttpApiFixture API = new HttpApiFixture();

  @AfterAll
  static void close() {
    API.close();
  }

  @BeforeEach
  void reset() {
    API.status = Optional.of(HttpApiFixture.status("alpha"));
    API.readiness = Readiness.READY;
  }

  @Test
  void theClusterIsShownWithAllItsParts() {
    var cluster = API.get("/api/v1/cluster").json();

    assertThat(cluster.get("servers").toString())
        .isEqualTo("[{\"name\":\"alpha\",\"roles\":[\"voter\"],"
            + "\"status\":\"up\",\"incarnation\":\"i-1\",\"synchronisation\":{\"mode\":0,\"behind\":0},"
            + "\"fitness\":{\"fit\":false,\"complaints\":[\"disk short\"]},"
            + "\"clock\":{\"offsetMillis\":-1200,\"errorMillis\":3},\"version\":\"0.1\"}]");
    assertThat(cluster.get("quorum").toString())
        .isEqualTo(
            "{\"voters\":3,\"reachable\":2,\"mayAct\":true,\"why\":\"2 of 3 voters are reachable\"}");
    assertThat(cluster.get("databases").toString())
        .isEqualTo(
            "[{\"name\":\"db1\",\"vendor\":\"postgresql\",\"active\":true,\"state\":\"reachable\",\"epoch\":1}]");
    assertThat(cluster.get("reportedBy").asText()).isEqualTo("alpha");
    assertThat(cluster.get("configurationVersion").asLong()).isEqualTo(17);
    assertThat(API.get("/api/v1/servers").json()).isEqualTo(cluster.get("servers"));
    assertThat(API.get("/api/v1/services").json()).isEqualTo(cluster.get("services"));
  }

  @Test
  void aSilentFailoverAgentIsUnavailable() {
    API.status = Optional.empty();

    var response = API.get("/api/v1/cluster");

    assertThat(response.status()).isEqualTo(503);
    assertThat(response.json().get("detail").asText()).contains("failover agent");
  }

  @Test
  void onlyTheActiveServerSaysThatItIs() {
    assertThat(open("/active/configuration").text())
        .isEqualTo("{\"service\":\"configuration\",\"active\":\"alpha\",\"term\":7}");

    API.status = Optional.of(HttpApiFixture.status("bravo"));

    var elsewhere = open("/active/configuration");
    assertThat(elsewhere.status()).isEqualTo(503);
    assertThat(elsewhere.json().get("detail").asText())
        .isEqualTo("configuration is active on bravo, and this is alpha");
    var nowhere = open("/active/dge/main");
    assertThat(nowhere.status()).isEqualTo(503);
    assertThat(nowhere.json().get("detail").asText())
        .isEqualTo("no server is active for dge/main: no server in the list is up");
    assertThat(open("/active/dge%2Fmain").status()).isEqualTo(503);
  }

  @Test
  void anUnreadyServerIsAliveAndSaysWhyItIsNotReady() {
    API.readiness = Readiness.notReady("the journal of db1 is not reachable");

    assertThat(open("/alive").status()).isEqualTo(200);
    assertThat(open("/ready").status()).isEqualTo(503);
    assertThat(open("/ready").json().get("detail").asText())
        .isEqualTo("the journal of db1 is not reachable");

    API.readiness = Readiness.READY;

    assertThat(open("/ready").status()).isEqualTo(200);
    assertThat(API.send("HEAD", "/ready", Optional.empty(), null).status()).isEqualTo(200);
  }

  @Test
  void theRootLinksOnlyToWhatIsThere() {
    var page = open("/");

    assertThat(page.header("Content-Type")).contains("text/html; charset=UTF-8");
    assertThat(page.text().lines().filter(line -> line.contains("href=")).count())
        .isEqualTo(4);
    page.text()
        .lines()
        .filter(line -> line.contains("href="))
        .forEach(line -> assertThat(
                open(line.replaceAll(".*href=\"([^\"]+)\".*", "$1")).status())
            .as(line)
            .isEqualTo(200));
  }

  @Test
  void requestsAreCountedByRouteAndStatus() {
    API.get("/api/v1/points/some-id/value");
    API.get("/nothing/at/all");

    var metrics = API.send("GET", "/metrics", Optional.of(Role.VIEWER), null);

    assertThat(metrics.header("Content-Type").orElseThrow())
        .startsWith("text/plain; version=0.0.4");
    assertThat(metrics.text())
        .contains(
            "mainstay_http_requests_total{method=\"GET\",route=\"/api/v1/points/{id}/value\",status=\"503\"} 1.0")
        .contains(
            "mainstay_http_requests_total{method=\"any\",route=\"unmatched\",status=\"404\"} 1.0")
        .contains(
            "mainstay_http_request_duration_seconds_count{method=\"GET\",route=\"/api/v1/points/{id}/value\"} 1")
        .contains("jvm_memory_used_bytes")
        .contains("mainstay_http_event_streams 0.0")
        .doesNotContain("some-id");
  }

  private static HttpApiFixture.Response open(String path) {
    return API.send("GET", path, Optional.empty(), null);
  }
}
