package mainstay.multijvm.cluster;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Servers, perhaps a witness, and two databases, each on a host of its own, as on several machines: {@code ./mainstay server
 * --config FILE}, with files that say no more than they have to, and PostgreSQL. What is cut between them is for {@link #hosts}.
 */
public final class HostCluster extends Cluster {
  /** Each loss within five minutes doubles it, and here they come every minute. */
  private static final String HOLD_OFF = "500 ms";

  private static final List<String> DATABASES = List.of("db1", "db2");
  private static final List<String> ROLES = List.of("admin", "engineer", "operator", "viewer");
  private static final int HTTP_PORT = 8080;
  private static final int MANAGEMENT_PORT = 25521;
  private static final int OK = 200;
  /** Of each server. */
  public static final int CRASH_WATCH_PORT = 25522;

  private static final int TOKEN_BYTES = 32;
  private static final Duration READY_LIMIT = Duration.ofSeconds(2);

  private final Installation installation;
  private final Hosts hosts;
  private final List<String> servers;
  private final Voting voting;
  private final HttpClient http;
  private final Map<String, HostDatabase> databases = new LinkedHashMap<>();

  /**
   * Who decides who goes on.
   *
   * @param quorum as in the configuration files
   * @param witness whether there is one
   */
  public record Voting(String quorum, boolean witness) {
    private static final String WITH_WITNESS = "witness";

    /** @param mode {@code lease-majority}, {@code keep-majority} or {@code witness}, which is the latter with one */
    public static Voting of(String mode) {
      return mode.equals(WITH_WITNESS)
          ? new Voting("keep-majority", true)
          : new Voting(mode, false);
    }
  }

  private HostCluster(
      Installation installation,
      Hosts hosts,
      List<String> servers,
      Voting voting,
      Path programs,
      HttpClient http) {
    super(hosts.directory(), http);
    this.installation = installation;
    this.hosts = hosts;
    this.servers = servers;
    this.voting = voting;
    this.http = http;
    DATABASES.forEach(name -> databases.put(name, new HostDatabase(hosts, name, programs)));
  }

  /**
   * Starts a new cluster, waits until all servers are ready, and gives it the points of {@link #POINTS} and something to
   * gather.
   *
   * @param http shared by the clients of all servers; belongs to the caller
   * @param number of servers, which are the first of {@link #SERVERS}
   * @throws IOException if something does not start, with the ends of all logs
   */
  public static HostCluster start(
      Installation installation, HttpClient http, int number, Voting voting) throws IOException {
    var programs = programs(installation, http);
    var servers = SERVERS.subList(0, number);
    var names = new ArrayList<>(servers);
    if (voting.witness()) {
      names.add(WITNESS);
    }
    names.addAll(DATABASES);
    var hosts = Hosts.open(names);
    var cluster = new HostCluster(installation, hosts, servers, voting, programs, http);
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
    for (var member : members().toList()) {
      Files.createDirectory(directory().resolve(member));
      Files.writeString(configFile(member), configuration(member));
      run(member);
    }
    for (var client : clients()) {
      Await.until(client.server() + " is ready", START_LIMIT, client::ready, ready -> ready);
    }
    configure(client(servers.get(0)));
  }

  private Stream<String> members() {
    return Stream.concat(servers.stream(), voting.witness() ? Stream.of(WITNESS) : Stream.empty());
  }

  private String configuration(String member) {
    return """
        mainstay {
          server.name = %s
          servers = [
        %s
          ]
          quorum = %s
          data-directory = "%s"
          management.bind-host = "%s"
        %s}
        """.formatted(
            member,
            members().map(this::entry).collect(Collectors.joining("\n")),
            voting.quorum(),
            directory().resolve(member).resolve("data"),
            hosts.address(member),
            member.equals(WITNESS) ? "" : ofServer(member));
  }

  private String ofServer(String server) {
    return """
          databases = [
        %s
          ]
          http { bind-host = "%s", token-directory = "%s" }
          coordination.hold-off = %s
        """.formatted(
            DATABASES.stream().map(this::databaseEntry).collect(Collectors.joining("\n")),
            hosts.address(server),
            directory(),
            HOLD_OFF);
  }

  private String entry(String member) {
    return "    { name = %s, host = \"%s\", cluster-port = 25520, management-port = %d, crash-watch-port = %d, %s }"
        .formatted(
            member,
            hosts.address(member),
            MANAGEMENT_PORT,
            CRASH_WATCH_PORT,
            member.equals(WITNESS) ? "role = witness" : "http-port = " + HTTP_PORT);
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
  public boolean hasWitness() {
    return voting.witness();
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
    try {
      if (server.equals(WITNESS)) {
        awaitWitness(START_LIMIT);
      } else {
        var client = client(server);
        Await.until(server + " answers /alive", START_LIMIT, client::alive, alive -> alive);
      }
    } catch (Await.AwaitException e) {
      kill(server);
      throw e;
    }
  }

  @Override
  public void awaitWitness(Duration limit) {
    if (hasWitness()) {
      Await.until("the witness is a member", limit, this::witnessIsReady, ready -> ready);
    }
  }

  private boolean witnessIsReady() throws IOException {
    var question = HttpRequest.newBuilder(
            URI.create("http://" + hosts.address(WITNESS) + ":" + MANAGEMENT_PORT + "/ready"))
        .timeout(READY_LIMIT)
        .build();
    try {
      return http.send(question, HttpResponse.BodyHandlers.discarding()).statusCode() == OK;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(e.getMessage());
    }
  }

  private void run(String server) throws IOException {
    var home = directory().resolve(server);
    var program = server.equals(WITNESS)
        ? installation.witness(configFile(server))
        : installation.server(configFile(server));
    var command = hosts.command(
        server, Stream.concat(Stream.of("setsid"), program.stream()).toList());
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
