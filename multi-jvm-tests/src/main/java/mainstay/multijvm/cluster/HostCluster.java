package mainstay.multijvm.cluster;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Servers and two databases, each on a host of its own, as on several machines: {@code ./mainstay server --config
 * FILE}, with files that say no more than they have to, and PostgreSQL. What is cut between them is for {@link #hosts}.
 */
public final class HostCluster extends Cluster {
  /** Each loss within five minutes doubles it, and here they come every minute. */
  private static final String HOLD_OFF = "500 ms";

  private static final List<String> DATABASES = List.of("db1", "db2");
  private static final List<String> ROLES = List.of("admin", "engineer", "operator", "viewer");
  private static final int HTTP_PORT = 8080;
  /** Of each server. */
  public static final int CRASH_WATCH_PORT = 25522;

  private static final int TOKEN_BYTES = 32;

  private final Installation installation;
  private final Hosts hosts;
  private final List<String> servers;
  private final String quorum;
  private final Map<String, HostDatabase> databases = new LinkedHashMap<>();

  private HostCluster(
      Installation installation,
      Hosts hosts,
      List<String> servers,
      String quorum,
      Path programs,
      HttpClient http) {
    super(hosts.directory(), http);
    this.installation = installation;
    this.hosts = hosts;
    this.servers = servers;
    this.quorum = quorum;
    DATABASES.forEach(name -> databases.put(name, new HostDatabase(hosts, name, programs)));
  }

  /**
   * Starts a new cluster, waits until all servers are ready, and gives it the points of {@link #POINTS} and something to
   * gather.
   *
   * @param http shared by the clients of all servers; belongs to the caller
   * @param number of servers, which are the first of {@link #SERVERS}
   * @param quorum as in their configuration files
   * @throws IOException if something does not start, with the ends of all logs
   */
  public static HostCluster start(
      Installation installation, HttpClient http, int number, String quorum) throws IOException {
    var programs = programs(installation, http);
    var servers = SERVERS.subList(0, number);
    var hosts = Hosts.open(Stream.concat(servers.stream(), DATABASES.stream()).toList());
    var cluster = new HostCluster(installation, hosts, servers, quorum, programs, http);
    try {
      cluster.startAll();
      return cluster;
    } catch (IOException | RuntimeException e) {
      var report = cluster.logs();
      cluster.close();
      throw new IOException("the cluster did not start: " + e.getMessage() + "\n" + report, e);
    }
  }

  /** The demo unpacks them, so one that nobody needs is started where there was none before. */
  private static Path programs(Installation installation, HttpClient http) throws IOException {
    var unpacked = HostDatabase.programs();
    if (unpacked.isPresent()) {
      return unpacked.get();
    }
    DemoCluster.start(installation, http, 1, 1).close();
    return HostDatabase.programs()
        .orElseThrow(() -> new IOException("the demo ran and has unpacked no PostgreSQL"));
  }

  private void startAll() throws IOException {
    for (var role : ROLES) {
      var secret = new byte[TOKEN_BYTES];
      new SecureRandom().nextBytes(secret);
      HostDatabase.writePrivately(
          directory().resolve(role + ".token"),
          Base64.getUrlEncoder().withoutPadding().encodeToString(secret) + "\n");
    }
    for (var name : DATABASES) {
      databases.get(name).initialise(passwordFile(name));
      startDatabase(name);
    }
    for (var server : servers) {
      Files.createDirectory(directory().resolve(server));
      Files.writeString(configFile(server), configuration(server));
      run(server);
    }
    for (var client : clients()) {
      Await.until(client.server() + " is ready", START_LIMIT, client::ready, ready -> ready);
    }
    configure(client(servers.get(0)));
  }

  private String configuration(String server) {
    return """
        mainstay {
          server.name = %s
          servers = [
        %s
          ]
          databases = [
        %s
          ]
          quorum = %s
          data-directory = "%s"
          management.bind-host = "%s"
          http { bind-host = "%s", token-directory = "%s" }
          coordination.hold-off = %s
        }
        """.formatted(
            server,
            servers.stream().map(this::serverEntry).collect(Collectors.joining("\n")),
            DATABASES.stream().map(this::databaseEntry).collect(Collectors.joining("\n")),
            quorum,
            directory().resolve(server).resolve("data"),
            hosts.address(server),
            hosts.address(server),
            directory(),
            HOLD_OFF);
  }

  private String serverEntry(String server) {
    return ("    { name = %s, host = \"%s\", cluster-port = 25520, management-port = 25521,"
            + " crash-watch-port = %d, http-port = %d }")
        .formatted(server, hosts.address(server), CRASH_WATCH_PORT, HTTP_PORT);
  }

  private String databaseEntry(String database) {
    return "    { name = %s, vendor = postgresql, url = \"%s\", user = %s, password-file = \"%s\" }"
        .formatted(database, databaseUrl(database), DATABASE_USER, passwordFile(database));
  }

  private Path configFile(String server) {
    return directory().resolve(server).resolve("server.conf");
  }

  /** Refused until the primary serves, so each is repeated; that changes nothing where it was done. */
  private static void configure(AdminClient client) {
    put(client, "device", "this-machine", """
        {"id":"this-machine","name":"This machine","dge":"main","address":"127.0.0.1","enabled":true}
        """);
    put(client, "test", "host-cpu", """
        {"id":"host-cpu","name":"CPU load","device":"this-machine","kind":"host","interval":"1s",
         "timeout":"800ms","unit":"%","enabled":true,"parameters":{"metric":"cpu"}}
        """);
    for (var point : POINTS) {
      put(
          client,
          "point",
          point,
          "{\"id\":\"" + point + "\",\"name\":\"Point " + point
              + "\",\"unit\":\"°C\",\"minimum\":null,\"maximum\":null}");
    }
  }

  private static void put(AdminClient client, String kind, String id, String json) {
    Await.until(
        kind + " " + id + " is configured",
        START_LIMIT,
        () -> client.putConfig(kind, id, json, null),
        answer -> answer.status() / 100 == 2);
  }

  @Override
  public List<String> servers() {
    return servers;
  }

  @Override
  public List<String> databases() {
    return DATABASES;
  }

  @Override
  public URI address(String server) {
    return URI.create("http://" + hosts.address(server) + ":" + HTTP_PORT);
  }

  @Override
  String databaseUrl(String database) {
    return databases.get(database).url();
  }

  @Override
  public Optional<Hosts> hosts() {
    return Optional.of(hosts);
  }

  @Override
  void look() {
    // Nobody else starts anything.
  }

  @Override
  public void start(String server) throws IOException {
    run(server);
    var client = client(server);
    try {
      Await.until(server + " answers /alive", START_LIMIT, client::alive, alive -> alive);
    } catch (Await.AwaitException e) {
      kill(server);
      throw e;
    }
  }

  private void run(String server) throws IOException {
    var home = directory().resolve(server);
    var command = hosts.command(
        server,
        Stream.concat(Stream.of("setsid"), installation.server(configFile(server)).stream())
            .toList());
    var process = new ProcessBuilder(command)
        .directory(home.toFile())
        .redirectErrorStream(true)
        .redirectInput(Path.of("/dev/null").toFile())
        .redirectOutput(
            ProcessBuilder.Redirect.appendTo(home.resolve("server.log").toFile()))
        .start();
    serverRuns(server, OsProcess.of(process.pid()));
  }

  @Override
  public void startDatabase(String database) throws IOException {
    databaseRuns(database, databases.get(database).start(database(database)));
  }

  @Override
  public void close() {
    hosts.close();
  }
}
