package mainstay.node.cluster;

import akka.actor.Address;
import com.typesafe.config.Config;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import mainstay.node.failover.core.Part;
import mainstay.protocol.model.ServerId;

/** Addresses of servers as the cluster uses them. */
public final class Addresses {
  private static final String PROTOCOL = "akka";

  private Addresses() {}

  /** @param clusterPort of the entry in {@code mainstay.servers} */
  public static Address of(String system, String host, int clusterPort) {
    return new Address(PROTOCOL, system, host, clusterPort);
  }

  static List<Address> ofVoters(Config config, String system) {
    return entries(config).stream().map(entry -> of(system, entry)).toList();
  }

  /** In the order of the file. */
  static List<Address> ofServers(Config config, String system) {
    return entries(config).stream()
        .filter(entry -> !isWitness(entry))
        .map(entry -> of(system, entry))
        .toList();
  }

  /** Of all in {@code mainstay.servers}. */
  public static Map<ServerId, Address> byName(Config config, String system) {
    return entries(config).stream()
        .collect(Collectors.toMap(Addresses::name, entry -> of(system, entry)));
  }

  /** All voters, servers before witnesses and otherwise in the order of the file. */
  static List<ServerId> order(Config config) {
    return entries(config).stream()
        .sorted(Comparator.comparing(Addresses::isWitness))
        .map(Addresses::name)
        .toList();
  }

  private static List<? extends Config> entries(Config config) {
    return config.getConfigList("mainstay.servers");
  }

  private static ServerId name(Config entry) {
    return new ServerId(entry.getString("name"));
  }

  private static boolean isWitness(Config entry) {
    return entry.hasPath("role") && entry.getString("role").equals(Part.WITNESS.word());
  }

  private static Address of(String system, Config entry) {
    return of(system, entry.getString("host"), entry.getInt("cluster-port"));
  }
}
