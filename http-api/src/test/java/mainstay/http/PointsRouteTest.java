package mainstay.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mainstay.protocol.message.Points;
import mainstay.protocol.message.Precondition;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.message.ServiceRouter.Consistency;
import mainstay.protocol.model.Principal;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Role;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.SampleBucket;
import mainstay.protocol.model.ServiceName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class PointsRouteTest {
  private static final HttpApiFixture API = new HttpApiFixture();
  private static final String VALUE = "/api/v1/points/setpoint-1/value";
  private static final Instant TIME = Instant.parse("2026-11-22T09:59:59.123Z");
  private static final ServiceReply STORED = new ServiceReply.PointValue(
      "setpoint-1", Optional.of(21.5), 7, 2, Optional.of(TIME), Quality.GOOD);

  @AfterAll
  static void close() {
    API.close();
  }

  @Test
  void aValueIsSetOnBehalfOfTheSenderWithItsKeyAndRevision() {
    API.answer(STORED);

    var response = API.send(
        "PUT",
        VALUE,
        Optional.of(Role.OPERATOR),
        "{\"value\":21.5}",
        "Idempotency-Key",
        "key 1",
        "If-Match",
        "\"6\"");

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.text())
        .isEqualTo("{\"id\":\"setpoint-1\",\"value\":21.5,\"revision\":7,\"term\":2,"
            + "\"time\":\"2026-11-22T09:59:59.123Z\",\"quality\":\"GOOD\"}");
    assertThat(response.etag()).isEqualTo("\"7\"");
    var ask = API.onlyAsk();
    assertThat(ask.service()).isEqualTo(ServiceName.CONFIGURATION);
    assertThat(ask.requestId()).isEqualTo("operator/key 1");
    assertThat(ask.principal()).isEqualTo(new Principal("operator", Role.OPERATOR));
    assertThat(ask.patience()).isEqualTo(HttpApiFixture.PATIENCE);
    assertThat(ask.request())
        .isEqualTo(new Points.SetValue("setpoint-1", 21.5, Precondition.revision(6)));
  }

  @Test
  void theEntityTagOfOneWriteIsThePreconditionOfTheNext() {
    API.answer(STORED);
    String etag = API.put(VALUE, "{\"value\":21.5}").etag();
    API.asked.clear();

    API.put(VALUE, "{\"value\":22}", "If-Match", etag);

    assertThat(API.onlyAsk().request())
        .isEqualTo(new Points.SetValue("setpoint-1", 22, Precondition.revision(7)));
  }

  @Test
  void writesWithoutAKeyGetDifferentRequestIds() {
    API.answer(STORED);

    API.put(VALUE, "{\"value\":1}");
    API.put(VALUE, "{\"value\":1}", "If-None-Match", "*");

    assertThat(API.asked)
        .extracting(ask -> ask.requestId())
        .doesNotHaveDuplicates()
        .allMatch(id -> id.startsWith("admin/"));
    assertThat(API.asked.peekLast().request())
        .isEqualTo(new Points.SetValue("setpoint-1", 1, Precondition.ABSENT));
  }

  @Test
  void aKnownRevisionIsNotSentAgain() {
    API.answer(STORED);

    var response = API.send("GET", VALUE, Optional.of(Role.VIEWER), null, "If-None-Match", "\"7\"");

    assertThat(response.status()).isEqualTo(304);
    assertThat(response.text()).isEmpty();
  }

  @Test
  void aLocalReadSaysHowOldItIs() {
    API.answer(STORED);

    var linearizable = API.get(VALUE);
    var local = API.get(VALUE + "?consistency=local");

    assertThat(linearizable.json().has("ageMillis")).isFalse();
    assertThat(local.json().get("ageMillis").asLong()).isEqualTo(120);
    assertThat(API.asked)
        .extracting(ask -> ask.consistency())
        .containsExactly(Consistency.LINEARIZABLE, Consistency.LOCAL);
  }

  @Test
  void anUnsetValueIsNull() {
    API.answer(new ServiceReply.PointValue(
        "setpoint-1", Optional.empty(), 0, 0, Optional.empty(), Quality.UNSET));

    assertThat(API.get(VALUE).text())
        .isEqualTo("{\"id\":\"setpoint-1\",\"value\":null,\"revision\":0,\"term\":0,"
            + "\"time\":null,\"quality\":\"UNSET\"}");
  }

  @Test
  void aGatheredPointShowsItsNewestSample() {
    API.answer(new ServiceReply.GatheredPoint("host-cpu"));
    API.samples = new HttpApiFixture.NoSamples() {
      @Override
      public CompletionStage<Optional<Sample>> latest(String series) {
        return CompletableFuture.completedFuture(
            Optional.of(new Sample(series, TIME, Optional.empty(), Quality.BAD)));
      }
    };

    var response = API.get("/api/v1/points/host-cpu/value");

    assertThat(response.text())
        .isEqualTo("{\"id\":\"host-cpu\",\"value\":null,\"revision\":null,\"term\":null,"
            + "\"time\":\"2026-11-22T09:59:59.123Z\",\"quality\":\"BAD\"}");
    assertThat(response.header("ETag")).isEmpty();
  }

  @Test
  void aGatheredPointCannotBeSet() {
    API.answer(new ServiceReply.GatheredPoint("host-cpu"));

    var response = API.put("/api/v1/points/host-cpu/value", "{\"value\":1}");

    assertThat(response.status()).isEqualTo(409);
    assertThat(response.json().get("detail").asText()).contains("host-cpu is gathered");
  }

  @Test
  void aDatabaseThatFailsOrKeepsSilentIsNamed() {
    API.answer(new ServiceReply.GatheredPoint("host-cpu"));
    API.samples = new HttpApiFixture.NoSamples() {
      @Override
      public CompletionStage<Optional<Sample>> latest(String series) {
        return CompletableFuture.failedFuture(new IllegalStateException("db1 refuses connections"));
      }

      @Override
      public CompletionStage<List<Sample>> range(
          String series, Instant from, Instant to, int limit) {
        return new CompletableFuture<>();
      }
    };

    var failed = API.get("/api/v1/points/host-cpu/value");
    var silent = API.get("/api/v1/points/host-cpu/samples");

    assertThat(failed.status()).isEqualTo(503);
    assertThat(failed.json().get("detail").asText()).contains("db1 refuses connections");
    assertThat(silent.status()).isEqualTo(503);
    assertThat(silent.json().get("detail").asText()).contains("within 300 ms");
  }

  @Test
  void pointsAreListed() {
    API.answer(new ServiceReply.PointDirectory(
        List.of(new ServiceReply.PointDescription("setpoint-1", "Setpoint 1", "manual", "°C"))));

    assertThat(API.get("/api/v1/points").text())
        .isEqualTo(
            "{\"items\":[{\"id\":\"setpoint-1\",\"name\":\"Setpoint 1\",\"kind\":\"manual\",\"unit\":\"°C\"}]}");
  }

  @Test
  void samplesOfAnIntervalAreListed() {
    API.samples = new HttpApiFixture.NoSamples() {
      @Override
      public CompletionStage<List<Sample>> range(
          String series, Instant from, Instant to, int limit) {
        assertThat(limit).isEqualTo(20);
        return CompletableFuture.completedFuture(List.of(
            new Sample(series, from, Optional.of(1.0), Quality.GOOD),
            new Sample(series, to.minusMillis(1), Optional.empty(), Quality.BAD)));
      }
    };

    var response = API.get(
        "/api/v1/points/host-cpu/samples?from=2026-11-22T09:00:00Z&to=2026-11-22T09:01:00Z&limit=20");

    assertThat(response.text())
        .isEqualTo("{\"id\":\"host-cpu\",\"samples\":["
            + "{\"time\":\"2026-11-22T09:00:00Z\",\"value\":1.0,\"quality\":\"GOOD\"},"
            + "{\"time\":\"2026-11-22T09:00:59.999Z\",\"value\":null,\"quality\":\"BAD\"}]}");
  }

  @Test
  void withAStepSamplesAreSummedUpOverTheLastHour() {
    API.samples = new HttpApiFixture.NoSamples() {
      @Override
      public CompletionStage<List<SampleBucket>> buckets(
          String series, Instant from, Instant to, Duration step) {
        assertThat(to).isEqualTo(HttpApiFixture.NOW);
        assertThat(from).isEqualTo(HttpApiFixture.NOW.minusSeconds(3_600));
        assertThat(step).isEqualTo(Duration.ofMinutes(5));
        return CompletableFuture.completedFuture(List.of(new SampleBucket(from, 1, 3, 2, 12)));
      }
    };

    assertThat(API.get("/api/v1/points/host-cpu/samples?step=5m").text())
        .isEqualTo("{\"id\":\"host-cpu\","
            + "\"samples\":[{\"time\":\"2026-11-22T09:00:00Z\",\"minimum\":1.0,\"maximum\":3.0,\"average\":2.0,"
            + "\"count\":12}]}");
  }

  @Test
  void whoGaveNoAnswerIsNamed() {
    API.missing = List.of("server bravo");
    API.samples = new HttpApiFixture.NoSamples() {
      @Override
      public CompletionStage<Optional<Sample>> latest(String series) {
        return CompletableFuture.completedFuture(
            Optional.of(new Sample(series, TIME, Optional.of(1.0), Quality.GOOD)));
      }

      @Override
      public CompletionStage<List<Sample>> range(
          String series, Instant from, Instant to, int limit) {
        return CompletableFuture.completedFuture(
            List.of(new Sample(series, from, Optional.of(1.0), Quality.GOOD)));
      }
    };
    API.answer(new ServiceReply.GatheredPoint("host-cpu"));

    var newest = API.get("/api/v1/points/host-cpu/value");
    var samples = API.get("/api/v1/points/host-cpu/samples");
    API.missing = List.of();

    assertThat(newest.json().get("missing").toString()).isEqualTo("[\"server bravo\"]");
    assertThat(samples.json().get("missing").toString()).isEqualTo("[\"server bravo\"]");
  }

  @Test
  void noSamplesMeansAnEmptyListForAPointThatExistsOnly() {
    API.samples = new HttpApiFixture.NoSamples();
    API.answer(STORED);
    var existing = API.get("/api/v1/points/setpoint-1/samples");
    API.answer(Rejected.of(ServiceReply.Reason.NOT_FOUND, "there is no point nothing"));
    var missing = API.get("/api/v1/points/nothing/samples");

    assertThat(existing.text()).isEqualTo("{\"id\":\"setpoint-1\",\"samples\":[]}");
    assertThat(missing.status()).isEqualTo(404);
    assertThat(API.onlyAsk().consistency()).isEqualTo(Consistency.LOCAL);
  }
}
