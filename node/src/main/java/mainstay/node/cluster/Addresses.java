package mainstay.node.cluster;

import akka.actor.Address;
import com.typesafe.config.Config;
import java.util.List;

/** Addresses of servers as the cluster uses them. */
public final class Addresses {
  private static final String PROTOCOL = "akka";

  private Addresses() {}

  /** @param clusterPort of the entry in {@code mainstay.servers} */
  public static Address of(String system, String host, int clusterPort) {
    return new Address(PROTOCOL, system, host, clusterPort);
  }

  static List<Address> ofVoters(Config config, String system) {
    return config.getConfigList("mainstay.servers").stream()
        .map(server -> of(system, server.getString("host"), server.getInt("cluster-port")))
        .toList();
  }
}
