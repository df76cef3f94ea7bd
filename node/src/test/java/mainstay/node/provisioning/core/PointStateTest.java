package mainstay.node.provisioning.core;

import static mainstay.node.provisioning.core.Samples.NOON;
import static mainstay.node.provisioning.core.Samples.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import mainstay.protocol.message.Points.SetValue;
import mainstay.protocol.message.Precondition;
import mainstay.protocol.message.ServiceReply.PointValue;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.model.FieldError;
import mainstay.protocol.model.Quality;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PointStateTest {
  @Test
  void aPointThatNobodyHasSetIsUnset() {
    assertThat(PointState.initial().value("p"))
        .isEqualTo(new PointValue("p", Optional.empty(), 0, 0, Optional.empty(), Quality.UNSET));
  }

  @Test
  void eachSettingRaisesTheRevisionAlsoWhenTheValueStays() {
    var state = set(set(PointState.initial(), 21.5, "a"), 21.5, "b");

    assertThat(state.value("p"))
        .isEqualTo(new PointValue("p", Optional.of(21.5), 2, 7, Optional.of(NOON), Quality.GOOD));
  }

  @Test
  void theReplyIsWhatAReaderSeesAfterwards() {
    var outcome = PointState.initial().decide(write(21.5, Precondition.NONE), request());

    assertThat(outcome.reply())
        .isEqualTo(PointState.initial().apply(outcome.events().get(0)).value("p"));
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void onlyFiniteValuesAreAccepted(double value) {
    var outcome = PointState.initial().decide(write(value, Precondition.NONE), request());

    assertThat(outcome.events()).isEmpty();
    assertThat(outcome.reply())
        .isEqualTo(new Rejected(
            Reason.INVALID,
            "the value " + value + " of point 'p' is not a finite number",
            List.of(new FieldError("/value", "must be a finite number, but is " + value))));
  }

  @Test
  void aSettingThatExpectsAnotherRevisionIsRefusedNamingBoth() {
    var outcome =
        set(PointState.initial(), 1, "a").decide(write(2, Precondition.revision(4)), request());

    assertThat(outcome.events()).isEmpty();
    assertThat(outcome.reply())
        .isEqualTo(
            Rejected.of(
                Reason.STALE_REVISION,
                "point 'p' is at revision 1, but the request expects revision 4; read it again before you set it"));
  }

  @Test
  void theFirstSettingCanDemandThatNobodyWasFaster() {
    for (var unset : List.of(Precondition.ABSENT, Precondition.revision(0))) {
      assertThat(PointState.initial().decide(write(1, unset), request()).events())
          .hasSize(1);
      assertThat(set(PointState.initial(), 1, "a")
              .decide(write(1, unset), request())
              .reply())
          .isInstanceOf(Rejected.class);
    }
  }

  @Test
  void aRepeatedSettingGetsTheFirstReplyAndStoresNothing() {
    var first = PointState.initial().decide(write(1, Precondition.revision(0)), request("r"));
    var later = set(PointState.initial().apply(first.events().get(0)), 2, "other");

    var again = later.decide(write(1, Precondition.revision(0)), request("r"));

    assertThat(again.reply()).isEqualTo(first.reply());
    assertThat(again.events()).isEmpty();
  }

  @Test
  void aRequestIdThatWasUsedForAnotherValueIsRefusedSayingSo() {
    var outcome =
        set(PointState.initial(), 1, "r").decide(write(2, Precondition.NONE), request("r"));

    assertThat(outcome.events()).isEmpty();
    assertThat(outcome.reply())
        .isEqualTo(
            Rejected.of(
                Reason.INVALID,
                "request id 'r' was used before, when eve set point 'p' to 1.0; use a new id for another request"));
  }

  @Test
  void theLast256RequestsAreRecognisedAndAnOlderOneIsANewRequest() {
    var state = PointState.initial();
    for (int i = 0; i <= PointState.REMEMBERED; i++) {
      state = set(state, 1, "r" + i);
    }

    assertThat(state.recent()).hasSize(256);
    assertThat(state.decide(write(1, Precondition.NONE), request("r1")).events())
        .isEmpty();
    assertThat(state.decide(write(1, Precondition.NONE), request("r0")).events())
        .hasSize(1);
    assertThat(state.revision()).isEqualTo(257);
  }

  private static SetValue write(double value, Precondition precondition) {
    return new SetValue("p", value, precondition);
  }

  private static PointState set(PointState before, double value, String requestId) {
    return before.apply(before
        .decide(write(value, Precondition.NONE), request(requestId))
        .events()
        .get(0));
  }
}
