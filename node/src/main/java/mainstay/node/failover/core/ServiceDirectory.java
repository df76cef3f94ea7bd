package mainstay.node.failover.core;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.ServerList;
import mainstay.protocol.model.ServiceName;
import mainstay.protocol.model.ServiceSettings;

/**
 * The services that exist and their settings, as of one version of the configuration.
 *
 * @param version of the configuration; 0 while there is none and the order comes from the server's own file
 */
public record ServiceDirectory(long version, Map<ServiceName, ServiceSettings> services) {
  public ServiceDirectory {
    services = Collections.unmodifiableMap(new TreeMap<>(services));
  }

  /** What holds before the first configuration is there: only it is served, in the order of the server's own file. */
  public static ServiceDirectory initial(ServerList servers) {
    return new ServiceDirectory(
        0,
        Map.of(
            ServiceName.CONFIGURATION,
            new ServiceSettings(
                ServiceSettings.DEFAULT_ID, servers, FailbackPolicy.AUTOMATIC, false)));
  }
}
