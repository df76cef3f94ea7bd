package mainstay.http;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.eventstream.EventStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mainstay.protocol.message.LiveEvent;
import mainstay.protocol.model.Role;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EventsRouteTest {
  private static final int BUFFER = 4;
  private final HttpApiFixture api = new HttpApiFixture(200, BUFFER, 2);

  @AfterEach
  void close() {
    api.close();
  }

  @Test
  void eventsComeByNameAndHeartbeatsBetween() throws Exception {
    try (var stream = open("")) {
      assertThat(stream.response.headers().firstValue("Content-Type"))
          .contains("text/event-stream");
      assertThat(stream.response.headers().firstValue("X-Accel-Buffering")).contains("no");
      assertThat(stream.frame()).containsExactly("retry: 1000");
      assertThat(stream.frame()).containsExactly(": heartbeat");

      publishUntilSeen(
          stream,
          new LiveEvent("service-activated", HttpApiFixture.NOW, Map.of("server", "bravo\nx")));

      assertThat(stream.last)
          .containsExactly(
              "event: service-activated",
              "data: {\"type\":\"service-activated\",\"at\":\"2026-11-22T10:00:00Z\","
                  + "\"fields\":{\"server\":\"bravo\\nx\"}}");
    }
  }

  @Test
  void aClientGetsTheTypesThatItAskedForOnly() throws Exception {
    try (var stream = open("?types=wanted,other")) {
      publishUntilSeen(stream, new LiveEvent("wanted", HttpApiFixture.NOW, Map.of("n", "0")));
      publish(new LiveEvent("unwanted", HttpApiFixture.NOW, Map.of()));
      publish(new LiveEvent("wanted", HttpApiFixture.NOW, Map.of("n", "last")));

      while (!stream.event().toString().contains("last")) {
        assertThat(stream.last.toString()).doesNotContain("unwanted");
      }
    }
  }

  @Test
  void aSlowClientIsToldHowMuchItMissed() throws Exception {
    int sent = 20_000;
    try (var stream = open("")) {
      publishUntilSeen(stream, new LiveEvent("first", HttpApiFixture.NOW, Map.of()));
      var wide = Map.of("text", "x".repeat(1_000));
      for (int i = 0; i < sent; i++) {
        publish(new LiveEvent("many", HttpApiFixture.NOW, wide));
      }

      long received = 0;
      long dropped = 0;
      while (received + dropped < sent) {
        var event = stream.event();
        if (event.get(0).equals("event: many")) {
          received++;
        } else if (event.get(0).equals("event: dropped")) {
          dropped += Long.parseLong(event.get(1).replaceAll("\\D", ""));
        }
      }

      assertThat(received).isPositive();
      assertThat(dropped).isPositive();
      assertThat(received + dropped).isEqualTo(sent);
    }
  }

  @Test
  void oneClientTooManyIsRefusedUntilAnotherLeaves() throws Exception {
    try (var first = open("")) {
      first.frame();
      try (var second = open("")) {
        second.frame();

        var third = api.get("/api/v1/events");

        assertThat(third.status()).isEqualTo(429);
        assertThat(third.json().get("detail").asText()).contains("2 clients follow");
      }
      while (clients() > 1) {
        publish(new LiveEvent("anything", HttpApiFixture.NOW, Map.of()));
        first.frame();
      }
      try (var again = open("")) {
        assertThat(again.frame()).containsExactly("retry: 1000");
      }
    }
  }

  @Test
  void streamsEndWhenTheServerStops() throws Exception {
    try (var stream = open("")) {
      stream.frame();

      api.kit.system().terminate();

      while (stream.line() != null) {
        assertThat(stream.last).isNotNull();
      }
    }
  }

  private double clients() {
    return api.metrics.get("mainstay.http.event.streams").gauge().value();
  }

  private void publish(LiveEvent event) {
    api.kit.system().eventStream().tell(new EventStream.Publish<>(event));
  }

  /** A client is subscribed some time after the head of the response: the event is repeated at each heartbeat. */
  private void publishUntilSeen(Stream stream, LiveEvent event) throws IOException {
    do {
      publish(event);
    } while (!stream.frame().get(0).equals("event: " + event.type()));
  }

  private Stream open(String query) throws Exception {
    var request = api.request("/api/v1/events" + query)
        .header("Authorization", "Bearer " + api.token(Role.VIEWER));
    return new Stream(api.client.send(request.GET().build(), BodyHandlers.ofInputStream()));
  }

  private static final class Stream implements AutoCloseable {
    private final HttpResponse<InputStream> response;
    private final BufferedReader reader;
    private List<String> last = List.of();

    Stream(HttpResponse<InputStream> response) {
      this.response = response;
      this.reader =
          new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
      assertThat(response.statusCode()).isEqualTo(200);
    }

    String line() throws IOException {
      return reader.readLine();
    }

    /** Lines until the next empty one. */
    List<String> frame() throws IOException {
      var lines = new ArrayList<String>();
      for (String line = line(); line != null && !line.isEmpty(); line = line()) {
        lines.add(line);
      }
      last = lines;
      return lines;
    }

    /** The next frame that is no heartbeat. */
    List<String> event() throws IOException {
      List<String> next = frame();
      while (!next.get(0).startsWith("event: ")) {
        next = frame();
      }
      return next;
    }

    @Override
    public void close() throws IOException {
      response.body().close();
    }
  }
}
