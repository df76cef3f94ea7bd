package mainstay.node.provisioning.core;

import java.util.List;
import mainstay.protocol.message.CborSerializable;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.PerformanceDatabase;
import mainstay.protocol.model.TestDefinition;

/**
 * What one data gathering engine has to do.
 *
 * @param version of the configuration that this was taken from
 * @param devices the enabled ones of this engine, by id
 * @param tests the enabled ones of these devices, by id
 * @param performanceDatabase where its samples go
 */
public record DgeConfiguration(
    String identity,
    long version,
    List<Device> devices,
    List<TestDefinition> tests,
    PerformanceDatabase performanceDatabase)
    implements CborSerializable {
  public DgeConfiguration {
    devices = List.copyOf(devices);
    tests = List.copyOf(tests);
  }
}
