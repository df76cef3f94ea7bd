package mainstay.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.message.ServiceReply.Written;
import mainstay.protocol.model.FieldError;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RefusalTest {
  private static final HttpApiFixture API = new HttpApiFixture();
  private static final String VALUE = "/api/v1/points/setpoint-1/value";
  private static final Map<Reason, Integer> STATUS = Map.of(
      Reason.NOT_FOUND, 404,
      Reason.STALE_REVISION, 412,
      Reason.REFUSED_BY_RULE, 409,
      Reason.INVALID, 422,
      Reason.BUSY, 429,
      Reason.NO_ACTIVE_SERVER, 503,
      Reason.OUTCOME_UNKNOWN, 504);

  @AfterAll
  static void close() {
    API.close();
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void everyReasonHasItsStatus(Reason reason) {
    API.answer(
        new Rejected(reason, "a sentence", List.of(new FieldError("/value", "is too high"))));

    var read = API.get(VALUE);
    var write = API.put(VALUE, "{\"value\":1}");

    assertThat(read.status()).isEqualTo(STATUS.get(reason));
    assertThat(write.status()).isEqualTo(STATUS.get(reason));
    assertThat(write.header("Content-Type")).contains("application/problem+json");
    assertThat(write.json().get("status").asInt()).isEqualTo(write.status());
    assertThat(write.json().get("type").asText())
        .isEqualTo(
            "urn:mainstay:problem:" + reason.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    assertThat(write.json().get("title").asText()).isNotEmpty();
    assertThat(write.json().get("detail").asText()).isEqualTo("a sentence");
    assertThat(write.json().get("errors").toString())
        .isEqualTo("[{\"path\":\"/value\",\"message\":\"is too high\"}]");
    assertThat(write.header("Retry-After").isPresent())
        .isEqualTo(reason == Reason.BUSY || reason == Reason.NO_ACTIVE_SERVER);
  }

  @Test
  void aSilentRouterMeansUnavailableToAReadAndUnknownToAWrite() {
    API.router = ask -> Optional.empty();

    var read = API.get(VALUE);
    var write = API.put(VALUE, "{\"value\":1}");

    assertThat(read.status()).isEqualTo(503);
    assertThat(write.status()).isEqualTo(504);
    assertThat(write.json().get("detail").asText()).contains("same Idempotency-Key");
  }

  @Test
  void anAnswerThatBreaksTheProtocolIsOurFaultAndShowsNothingInside() {
    API.answer(new Written(1, 1, 1, true));

    var response = API.get(VALUE);

    assertThat(response.status()).isEqualTo(500);
    assertThat(response.json().get("detail").asText())
        .contains("incident")
        .doesNotContain("Written");
    assertThat(response.text()).doesNotContain("Exception").doesNotContain("mainstay.http");
  }
}
