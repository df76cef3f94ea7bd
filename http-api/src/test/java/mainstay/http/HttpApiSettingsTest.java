package mainstay.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpApiSettingsTest {
  @Test
  void theReferenceHoldsEverythingButTheDirectory() {
    var settings = HttpApiSettings.from(with("mainstay.http.token-directory = /tokens"), 8_080);

    assertThat(settings)
        .isEqualTo(new HttpApiSettings(
            "127.0.0.1",
            8_080,
            Path.of("/tokens"),
            Duration.ofSeconds(5),
            1_048_576,
            10_000,
            new HttpApiSettings.Events(Duration.ofSeconds(15), 512, 100)));
    assertThatThrownBy(() -> HttpApiSettings.from(with(""), 8_080))
        .hasMessageContaining("token-directory");
  }

  @ParameterizedTest
  @CsvSource({
    "request-patience = 0 s, mainstay.http.request-patience must be above zero",
    "maximum-body = 10, mainstay.http.maximum-body must be at least 1 KiB",
    "maximum-items = 0, mainstay.http.maximum-items must be at least 1",
    "events.buffer = 0, mainstay.http.events.buffer must be 1 to 100000",
    "events.heartbeat = 31 s, mainstay.http.events.heartbeat must be at most half of akka.http.server.idle-timeout",
    "maximum-items = many, maximum-items"
  })
  void wrongValuesAreNamed(String line, String message) {
    var config = with("mainstay.http.token-directory = /tokens\nmainstay.http." + line);

    assertThatThrownBy(() -> HttpApiSettings.from(config, 8_080))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aPortInUseIsNamed() throws IOException {
    try (var api = new HttpApiFixture();
        var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var settings = api.settings;
      var same = new HttpApiSettings(
          "127.0.0.1",
          taken.getLocalPort(),
          settings.tokenDirectory(),
          settings.requestPatience(),
          settings.maximumBody(),
          settings.maximumItems(),
          settings.events());

      assertThatThrownBy(() -> HttpApi.bind(api.ports, same, api.kit.system())
              .toCompletableFuture()
              .get())
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(HttpBindException.class)
          .hasMessageContaining("cannot listen on 127.0.0.1 port " + taken.getLocalPort())
          .hasMessageContaining("Address already in use");
    }
  }

  private static Config with(String text) {
    return ConfigFactory.parseString(text).withFallback(ConfigFactory.load());
  }
}
