package mainstay.protocol.model;

import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;

/** The servers of one service in the order of preference: the first is the primary, all others are backups. Never empty. */
public record ServerList(List<ServerId> servers) {
  public ServerList {
    servers = List.copyOf(servers);
    if (servers.isEmpty()) {
      throw new IllegalArgumentException("a server list names at least one server");
    }
    if (new HashSet<>(servers).size() != servers.size()) {
      throw new IllegalArgumentException("a server list names each server once, but is " + servers);
    }
  }

  public static ServerList of(String... names) {
    return new ServerList(List.of(names).stream().map(ServerId::new).toList());
  }

  public ServerId primary() {
    return servers.get(0);
  }

  public boolean contains(ServerId server) {
    return servers.contains(server);
  }

  /** Position in the order of preference, 0 for the primary; the list's length for a server that is not on it. */
  public int rank(ServerId server) {
    int index = servers.indexOf(server);
    return index < 0 ? servers.size() : index;
  }

  @Override
  public String toString() {
    return servers.stream().map(ServerId::value).collect(Collectors.joining(", ", "[", "]"));
  }
}
