package mainstay.http;

import static org.assertj.core.api.Assertions.assertThat;

import akka.http.javadsl.Http;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Optional;
import mainstay.protocol.message.Points;
import mainstay.protocol.message.Precondition;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Role;
import org.junit.jupiter.api.Test;

/** The route without the settings of our own binding: headers are parsed by Akka HTTP before we see them. */
class HttpApiRouteTest {
  @Test
  void theRouteServesUnderForeignSettingsToo() {
    try (var api = new HttpApiFixture()) {
      var route = HttpApi.create(api.ports, api.settings, api.kit.system());
      int port = HttpApiFixture.await(
              Http.get(api.kit.system()).newServerAt("127.0.0.1", 0).bind(route))
          .localAddress()
          .getPort();
      api.answer(new ServiceReply.PointValue(
          "p", Optional.of(1.0), 4, 1, Optional.of(HttpApiFixture.NOW), Quality.GOOD));

      var stored = api.send(put(api, port, "\"3\""));
      var refused = api.send(put(api, port, "W/\"3\""));

      assertThat(stored.status()).isEqualTo(200);
      assertThat(stored.etag()).isEqualTo("\"4\"");
      assertThat(api.onlyAsk().request())
          .isEqualTo(new Points.SetValue("p", 1, Precondition.revision(3)));
      assertThat(refused.status()).isEqualTo(400);
    }
  }

  private static HttpRequest.Builder put(HttpApiFixture api, int port, String etag) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/points/p/value"))
        .header("Authorization", "Bearer " + api.token(Role.OPERATOR))
        .header("Content-Type", "application/json")
        .header("If-Match", etag)
        .PUT(BodyPublishers.ofString("{\"value\":1}"));
  }
}
