package mainstay.node.cluster;

import akka.actor.Address;
import com.typesafe.config.Config;
import java.util.List;
import java.util.function.Predicate;
import mainstay.node.failover.core.Part;

/** Addresses of servers as the cluster uses them. */
public final class Addresses {
  private static final String PROTOCOL = "akka";

  private Addresses() {}

  /** @param clusterPort of the entry in {@code mainstay.servers} */
  public static Address of(String system, String host, int clusterPort) {
    return new Address(PROTOCOL, system, host, clusterPort);
  }

  static List<Address> ofVoters(Config config, String system) {
    return addresses(config, system, entry -> true);
  }

  /** In the order of the file. */
  static List<Address> ofServers(Config config, String system) {
    return addresses(
        config,
        system,
        entry -> !entry.hasPath("role") || !entry.getString("role").equals(Part.WITNESS.word()));
  }

  private static List<Address> addresses(Config config, String system, Predicate<Config> which) {
    return config.getConfigList("mainstay.servers").stream()
        .filter(which)
        .map(server -> of(system, server.getString("host"), server.getInt("cluster-port")))
        .toList();
  }
}
