package mainstay.http.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import mainstay.protocol.model.ConfigurationObject;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.Dge;
import mainstay.protocol.model.DurationText;
import mainstay.protocol.model.ManualPoint;
import mainstay.protocol.model.ServiceSettings;
import mainstay.protocol.model.TestDefinition;

/** Configuration objects as the API shows them. {@link ObjectReading} takes the same shapes back. */
public sealed interface ObjectJson {
  record DgeJson(
      String id,
      String name,
      Optional<String> performanceDatabase,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) OptionalLong revision)
      implements ObjectJson {}

  record DeviceJson(
      String id,
      String name,
      String dge,
      String address,
      boolean enabled,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) OptionalLong revision)
      implements ObjectJson {}

  record TestJson(
      String id,
      String device,
      String kind,
      String name,
      String interval,
      String timeout,
      String unit,
      boolean enabled,
      Map<String, String> parameters,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) OptionalLong revision)
      implements ObjectJson {}

  record PointJson(
      String id,
      String name,
      String unit,
      Optional<Double> minimum,
      Optional<Double> maximum,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) OptionalLong revision)
      implements ObjectJson {}

  record ServiceJson(
      String id,
      List<String> serverList,
      ClusterJson.Policy policy,
      boolean configurationOnBackup,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) OptionalLong revision)
      implements ObjectJson {}

  /** @param revision left out if empty, as in an export */
  static ObjectJson of(ConfigurationObject object, OptionalLong revision) {
    if (object instanceof Dge d) {
      return new DgeJson(d.id(), d.name(), d.performanceDatabase().text(), revision);
    }
    if (object instanceof Device d) {
      return new DeviceJson(d.id(), d.name(), d.dge(), d.address(), d.enabled(), revision);
    }
    if (object instanceof TestDefinition t) {
      return new TestJson(
          t.id(),
          t.device(),
          t.kind().word(),
          t.name(),
          DurationText.format(t.interval()),
          DurationText.format(t.timeout()),
          t.unit(),
          t.enabled(),
          t.parameters(),
          revision);
    }
    if (object instanceof ManualPoint p) {
      return new PointJson(p.id(), p.name(), p.unit(), p.minimum(), p.maximum(), revision);
    }
    if (object instanceof ServiceSettings s) {
      return new ServiceJson(
          s.id(),
          ClusterJson.names(s.serverList()),
          ClusterJson.Policy.of(s.policy()),
          s.configurationOnBackup(),
          revision);
    }
    throw new IllegalStateException("no JSON form of a " + object.getClass().getName());
  }
}
