package mainstay.protocol.model;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * One measurement, repeated. Its id is also the id of its series and of its gathered point.
 *
 * @param interval time between two polls
 * @param timeout after which a poll has failed; shorter than the interval
 * @param parameters by kind: host {@code metric} (cpu, memory, disk) and {@code path}; http {@code url} and
 *     {@code expectStatus}; tcp {@code port}; ping none
 */
public record TestDefinition(
    String id,
    String device,
    TestKind kind,
    String name,
    Duration interval,
    Duration timeout,
    String unit,
    boolean enabled,
    Map<String, String> parameters)
    implements ConfigurationObject {
  public TestDefinition {
    parameters = java.util.Collections.unmodifiableMap(new TreeMap<>(parameters));
  }

  @Override
  public ObjectKind objectKind() {
    return ObjectKind.TEST;
  }
}
