package mainstay.node.provisioning.core;

import static mainstay.node.provisioning.core.Samples.NOON;
import static mainstay.node.provisioning.core.Samples.accepted;
import static mainstay.node.provisioning.core.Samples.delete;
import static mainstay.node.provisioning.core.Samples.device;
import static mainstay.node.provisioning.core.Samples.point;
import static mainstay.node.provisioning.core.Samples.put;
import static mainstay.node.provisioning.core.Samples.test;
import static mainstay.node.provisioning.core.Samples.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import mainstay.node.host.core.Streams;
import mainstay.protocol.message.Points.GetValue;
import mainstay.protocol.message.Points.ListPoints;
import mainstay.protocol.message.Points.SetValue;
import mainstay.protocol.message.Precondition;
import mainstay.protocol.message.Provisioning.GetHistory;
import mainstay.protocol.message.Provisioning.GetObject;
import mainstay.protocol.message.Provisioning.ListObjects;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceReply.PointDescription;
import mainstay.protocol.message.ServiceReply.PointValue;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.message.ServiceReply.Revisioned;
import mainstay.protocol.model.FieldError;
import mainstay.protocol.model.ManualPoint;
import mainstay.protocol.model.ObjectKind;
import mainstay.protocol.model.Quality;
import org.junit.jupiter.api.Test;

class ConfigurationStateModelTest {
  private final ConfigurationStateModel model = new ConfigurationStateModel();
  private final Configuration configuration = with(
      device("db-1"),
      test("cpu", "db-1"),
      new ManualPoint("setpoint", "Setpoint", "°C", Optional.of(0.0), Optional.of(100.0)));

  @Test
  void theStreamsAreTheConfigurationAndOnePerManualPoint() {
    assertThat(model.persistenceIds(streams(configuration)))
        .containsExactly("configuration|main", "point|setpoint");
    assertThat(model.persistenceIds(known(Map.of()))).containsExactly("configuration|main");
  }

  @Test
  void aDeletedPointKeepsItsStreamAndItsValueReturnsWithIt() {
    var deleted = accepted(configuration, delete(ObjectKind.POINT, "setpoint"));
    var states = new HashMap<String, Object>(
        Map.of("configuration|main", deleted, "point|setpoint", set(21.5)));

    assertThat(model.persistenceIds(known(states))).contains("point|setpoint");
    assertThat(model.read(new GetValue("setpoint"), known(states)))
        .isEqualTo(Rejected.of(Reason.NOT_FOUND, "there is no point 'setpoint'"));

    states.put("configuration|main", accepted(deleted, put(point("setpoint"))));
    assertThat(model.read(new GetValue("setpoint"), known(states)))
        .isEqualTo(
            new PointValue("setpoint", Optional.of(21.5), 1, 7, Optional.of(NOON), Quality.GOOD));
  }

  @Test
  void statesAreBuiltFromTheSameEventsAsInTheActors() {
    var event = Configuration.beginning(Samples.ALL, NOON, 1);

    assertThat(model.apply("configuration|main", model.initial("configuration|main"), event))
        .isEqualTo(Samples.begun());
    assertThat(model.initial("point|p")).isEqualTo(PointState.initial());
    assertThatThrownBy(() -> model.apply("point|p", PointState.initial(), event))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("point|p");
    assertThatThrownBy(() -> model.initial("alarm|x")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void eachWriteGoesToItsStream() {
    assertThat(model.streamFor(put(device("d")))).isEqualTo("configuration|main");
    assertThat(model.streamFor(delete(ObjectKind.DEVICE, "d"))).isEqualTo("configuration|main");
    assertThat(model.streamFor(set("setpoint", 1))).isEqualTo("point|setpoint");
  }

  @Test
  void onlyPointsThatExistCanBeSet() {
    assertThat(model.admit(set("other", 1), streams(configuration)))
        .contains(Rejected.of(Reason.NOT_FOUND, "there is no point 'other'"));
    assertThat(model.admit(set("setpoint", 1), streams(configuration))).isEmpty();
  }

  @Test
  void gatheredPointsCannotBeSet() {
    assertThat(model.admit(set("cpu", 1), streams(configuration)))
        .contains(
            Rejected.of(
                Reason.REFUSED_BY_RULE,
                "the value of point 'cpu' is gathered by the test of the same id on device 'db-1' and cannot be set"));
  }

  @Test
  void valuesOutsideTheLimitsAreRefused() {
    assertThat(model.admit(set("setpoint", 100), streams(configuration))).isEmpty();
    assertThat(model.admit(set("setpoint", 100.5), streams(configuration)))
        .contains(new Rejected(
            Reason.INVALID,
            "the value 100.5 is outside the limits of point 'setpoint', it must be at most 100.0",
            List.of(new FieldError("/value", "must be at most 100.0, but is 100.5"))));
    assertThat(model.admit(set("setpoint", -1), streams(configuration)))
        .hasValueSatisfying(
            rejected -> assertThat(rejected.detail()).endsWith("it must be at least 0.0"));
  }

  @Test
  void configurationChangesAreLeftToTheAuthority() {
    assertThat(model.admit(put(device("d")), streams(configuration))).isEmpty();
  }

  @Test
  void aManualPointThatNobodyHasSetReadsAsUnset() {
    assertThat(model.read(new GetValue("setpoint"), streams(configuration)))
        .isEqualTo(
            new PointValue("setpoint", Optional.empty(), 0, 0, Optional.empty(), Quality.UNSET));
  }

  @Test
  void theValueOfATestIsToBeTakenFromItsSamples() {
    assertThat(model.read(new GetValue("cpu"), streams(configuration)))
        .isEqualTo(new ServiceReply.GatheredPoint("cpu"));
  }

  @Test
  void pointsAreListedByIdManualAndGatheredTogether() {
    assertThat(model.read(new ListPoints(), streams(configuration)))
        .isEqualTo(new ServiceReply.PointDirectory(List.of(
            new PointDescription("cpu", "CPU load", "gathered", "%"),
            new PointDescription("setpoint", "Setpoint", "manual", "°C"))));
  }

  @Test
  void objectsAreReadWithRevisionAndVersion() {
    var states = streams(configuration);

    assertThat(model.read(new GetObject(ObjectKind.DEVICE, "db-1"), states))
        .isEqualTo(new ServiceReply.ObjectFound(device("db-1"), 1, 4));
    assertThat(model.read(new GetObject(ObjectKind.DEVICE, "db-2"), states))
        .isEqualTo(Rejected.of(Reason.NOT_FOUND, "there is no device 'db-2'"));
    assertThat(model.read(new ListObjects(Optional.of(ObjectKind.DEVICE)), states))
        .isEqualTo(new ServiceReply.Objects(List.of(new Revisioned(device("db-1"), 1)), 4));
    assertThat(model.read(new ListObjects(Optional.empty()), states))
        .isInstanceOfSatisfying(
            ServiceReply.Objects.class,
            all -> assertThat(all.items())
                .extracting(item -> item.object().id())
                .containsExactly("default", "db-1", "cpu", "setpoint"));
  }

  @Test
  void theHistoryIsReadInParts() {
    assertThat(model.read(new GetHistory(1, 2), streams(configuration)))
        .isInstanceOfSatisfying(
            ServiceReply.History.class,
            history -> assertThat(history.items())
                .extracting(ServiceReply.Change::version)
                .containsExactly(2L, 3L));
  }

  private static SetValue set(String point, double value) {
    return new SetValue(point, value, Precondition.NONE);
  }

  private static PointState set(double value) {
    var initial = PointState.initial();
    return initial.apply(
        initial.decide(set("setpoint", value), Samples.request()).events().get(0));
  }

  private static Streams streams(Configuration configuration) {
    return known(Map.of("configuration|main", configuration));
  }

  private static Streams known(Map<String, Object> states) {
    return new Streams() {
      @Override
      public Optional<Object> state(String persistenceId) {
        return Optional.ofNullable(states.get(persistenceId));
      }

      @Override
      public Set<String> persistenceIds() {
        return states.keySet();
      }
    };
  }
}
