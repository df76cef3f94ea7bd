package mainstay.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mainstay.node.failover.core.Part;
import mainstay.node.failover.core.QuorumMode;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServerList;

/**
 * What one server's configuration file says, checked before anything starts.
 *
 * @param config the file over the defaults of all modules
 */
public record ServerSettings(
    Config config,
    ServerId self,
    List<Server> servers,
    QuorumMode quorum,
    Path dataDirectory,
    String httpHost,
    Duration databaseStart,
    Duration restart) {

  /**
   * One entry of {@code mainstay.servers}.
   *
   * @param httpPort 0 of a witness, which has no API
   */
  public record Server(
      ServerId name,
      Part part,
      String host,
      int clusterPort,
      int managementPort,
      int crashWatchPort,
      int httpPort) {
    public boolean isWitness() {
      return part == Part.WITNESS;
    }
  }

  /** Named by whoever writes the file. */
  private static final String LISTS = "sample-databases.";

  private static final String HTTP_PORT = "http-port";
  private static final Set<String> WITNESS_KEYS =
      Set.of("name", "role", "host", "cluster-port", "management-port", "crash-watch-port");
  private static final Set<String> SERVER_KEYS =
      Stream.concat(WITNESS_KEYS.stream(), Stream.of(HTTP_PORT)).collect(Collectors.toSet());

  /** What is wrong with a configuration file: one line for each fault, with key and what would be right. */
  public static final class InvalidSettingsException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidSettingsException(String message) {
      super(message);
    }
  }

  public Server own() {
    return servers.stream()
        .filter(server -> server.name().equals(self))
        .findFirst()
        .orElseThrow();
  }

  public List<Server> others() {
    return servers.stream().filter(server -> !server.name().equals(self)).toList();
  }

  /** Those that can serve, in the order of the file: the default order of preference. */
  public ServerList serverList() {
    return new ServerList(
        servers.stream().filter(server -> !server.isWitness()).map(Server::name).toList());
  }

  public Set<ServerId> witnesses() {
    return servers.stream()
        .filter(Server::isWitness)
        .map(Server::name)
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * @throws InvalidSettingsException if the file cannot be read, is no HOCON, lacks a key, has one that is not known, or
   *     values that do not fit each other
   */
  public static ServerSettings read(Path file) throws InvalidSettingsException {
    Config own;
    try {
      own = ConfigFactory.parseFile(
              file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false))
          .resolve();
    } catch (ConfigException e) {
      throw new InvalidSettingsException(e.getMessage());
    }
    try {
      refuseUnknownKeys(own);
      var config = ConfigFactory.load(
          own.withFallback(ConfigFactory.parseResourcesAnySyntax("application")));
      var servers = servers(config);
      var self = new ServerId(config.getString("mainstay.server.name"));
      if (servers.stream().noneMatch(server -> server.name().equals(self))) {
        throw new InvalidSettingsException(
            "mainstay.server.name = " + self + " is not among mainstay.servers "
                + servers.stream().map(server -> server.name().value()).toList());
      }
      var quorum = QuorumMode.of(config.getString("mainstay.quorum"));
      int witnesses = (int) servers.stream().filter(Server::isWitness).count();
      var unsuitable = quorum.unsuitable(servers.size() - witnesses, witnesses);
      if (unsuitable.isPresent()) {
        throw new InvalidSettingsException(unsuitable.get());
      }
      return new ServerSettings(
          config,
          self,
          servers,
          quorum,
          Path.of(config.getString("mainstay.data-directory")),
          config.getString("mainstay.http.bind-host"),
          config.getDuration("mainstay.server.database-start"),
          config.getDuration("mainstay.server.restart"));
    } catch (ConfigException | IllegalArgumentException e) {
      throw new InvalidSettingsException(e.getMessage());
    }
  }

  /** @throws InvalidSettingsException if this is the file of another part */
  void requirePart(Part part) throws InvalidSettingsException {
    var own = own().part();
    if (own != part) {
      throw new InvalidSettingsException("mainstay.server.name = " + self + " is a " + own.word()
          + " by its entry in mainstay.servers; start it with 'mainstay " + own.word()
          + " --config FILE'");
    }
  }

  /** A misspelt key would silently leave its default in force. */
  private static void refuseUnknownKeys(Config own) throws InvalidSettingsException {
    var known = ConfigFactory.defaultReference().getConfig("mainstay").entrySet().stream()
        .map(Map.Entry::getKey)
        .collect(Collectors.toCollection(HashSet::new));
    known.addAll(
        Set.of("server.name", "servers", "databases", "data-directory", "http.token-directory"));
    if (!own.hasPath("mainstay")) {
      throw new InvalidSettingsException("there is no section 'mainstay'");
    }
    var unknown = new TreeSet<String>();
    for (var entry : own.getConfig("mainstay").entrySet()) {
      if (!known.contains(entry.getKey()) && !entry.getKey().startsWith(LISTS)) {
        unknown.add(
            "mainstay." + entry.getKey() + " (" + entry.getValue().origin().description() + ")");
      }
    }
    if (!unknown.isEmpty()) {
      throw new InvalidSettingsException("unknown keys: " + String.join(", ", unknown)
          + "; every key with its meaning is in the reference.conf of its module");
    }
  }

  private static List<Server> servers(Config config) throws InvalidSettingsException {
    if (config.getValue("mainstay.servers").valueType() != ConfigValueType.LIST) {
      throw new InvalidSettingsException("mainstay.servers must be a list of servers");
    }
    var entries = config.getConfigList("mainstay.servers");
    if (entries.isEmpty()) {
      throw new InvalidSettingsException(
          "mainstay.servers is empty: it names every server, this one too");
    }
    var servers = new java.util.ArrayList<Server>();
    var names = new HashSet<ServerId>();
    var ports = new HashSet<String>();
    for (int i = 0; i < entries.size(); i++) {
      var entry = entries.get(i);
      var path = "mainstay.servers[" + i + "]";
      var part =
          entry.hasPath("role") ? Part.of(path + ".role", entry.getString("role")) : Part.SERVER;
      boolean witness = part == Part.WITNESS;
      var keys = witness ? WITNESS_KEYS : SERVER_KEYS;
      for (var key : entry.root().keySet()) {
        if (!keys.contains(key)) {
          throw new InvalidSettingsException(path
              + (witness ? ", a witness," : "") + " has the unknown key '" + key + "'; known are "
              + new TreeSet<>(keys));
        }
      }
      var server = new Server(
          new ServerId(entry.getString("name")),
          part,
          entry.getString("host"),
          port(entry, path, "cluster-port"),
          port(entry, path, "management-port"),
          port(entry, path, "crash-watch-port"),
          witness ? 0 : port(entry, path, HTTP_PORT));
      if (!names.add(server.name())) {
        throw new InvalidSettingsException(path + ".name = " + server.name() + " stands twice");
      }
      for (int port : new int[] {
        server.clusterPort(), server.managementPort(), server.crashWatchPort(), server.httpPort()
      }) {
        if (port != 0 && !ports.add(server.host() + ":" + port)) {
          throw new InvalidSettingsException(
              path + ": port " + port + " of " + server.host() + " is given twice");
        }
      }
      servers.add(server);
    }
    return List.copyOf(servers);
  }

  private static int port(Config entry, String path, String key) throws InvalidSettingsException {
    int port = entry.getInt(key);
    if (port < 1 || port > 65_535) {
      throw new InvalidSettingsException(
          path + "." + key + " = " + port + " is no port; it must be between 1 and 65535");
    }
    return port;
  }

  /** @return why the data directory cannot be used; empty if it can, and then it exists */
  public Optional<String> prepareDataDirectory() {
    try {
      Files.createDirectories(dataDirectory);
    } catch (IOException e) {
      return Optional.of("mainstay.data-directory " + dataDirectory + " cannot be created: " + e);
    }
    return Files.isWritable(dataDirectory)
        ? Optional.empty()
        : Optional.of("mainstay.data-directory " + dataDirectory + " cannot be written by user "
            + System.getProperty("user.name"));
  }
}
