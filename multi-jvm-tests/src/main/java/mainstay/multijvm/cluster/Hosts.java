package mainstay.multijvm.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mainstay.multijvm.cluster.Cuts.Link;
import mainstay.multijvm.cluster.OsProcess.Signal;
import mainstay.multijvm.cluster.OsProcess.State;

/**
 * Machines that share nothing but a network, as far as processes on them can see: each is a network namespace with one
 * interface on a common bridge, which has a namespace of its own. This JVM is on that bridge too, so it reaches each of
 * them whatever is cut between them. Linux only; needs the command {@code ip} of iproute2 and the rights of root.
 *
 * <p>A cut makes packets vanish on their way: the sender gets a permanent neighbour entry for the receiver with a hardware
 * address that nobody has. Nobody is told, so connections that are open hang as new ones do, until they give up or the cut
 * is mended.
 *
 * <p>Namespaces and the directory carry the pid and the start time of this JVM in their names. What a killed one has left
 * behind, processes in its namespaces included, is removed by the next that opens hosts.
 */
public final class Hosts implements AutoCloseable {
  private static final String MARK = "mainstay-hosts-";
  private static final Pattern RUN = Pattern.compile(MARK + "([0-9]+)-([0-9]+)-[0-9]+");
  private static final String SWITCH = "switch";
  private static final String DRIVER = "driver";
  private static final int DRIVER_NUMBER = 254;
  // For measurements between machines (RFC 2544): no network that this machine is on has them.
  private static final String NETWORK = "198.18.";
  private static final String NOBODY = "02:00:00:00:00:01";
  private static final Duration END_LIMIT = Duration.ofSeconds(10);
  private static final long RIGHTS = 1L << 12 | 1L << 21; // CAP_NET_ADMIN, CAP_SYS_ADMIN
  private static final AtomicInteger OPENED = new AtomicInteger();

  private final String run;
  private final String subnet;
  private final Path directory;
  private final Map<String, Integer> numbers = new LinkedHashMap<>();
  private final Set<String> lossy = new TreeSet<>();
  private final Set<String> refusing = new TreeSet<>();
  private final Thread atExit = new Thread(this::destroy, "hosts-cleanup");

  private Hosts(String run, String subnet, Path directory, List<String> names) {
    this.run = run;
    this.subnet = subnet;
    this.directory = directory;
    names.forEach(name -> numbers.put(name, numbers.size() + 1));
  }

  /** What hosts of their own need and this machine does not give, as a sentence; empty if it gives all. */
  public static Optional<String> missing() {
    try {
      var rights = Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("CapEff:"))
          .map(line ->
              Long.parseUnsignedLong(line.substring(line.indexOf(':') + 1).strip(), 16))
          .findFirst()
          .orElse(0L);
      if ((rights & RIGHTS) != RIGHTS) {
        return Optional.of("network namespaces need root, or the capabilities CAP_NET_ADMIN and"
            + " CAP_SYS_ADMIN; this is user " + System.getProperty("user.name") + " without them");
      }
    } catch (IOException noProc) {
      return Optional.of("network namespaces need Linux with /proc: " + noProc);
    }
    try {
      Command.run(List.of("ip", "-V"));
      return Optional.empty();
    } catch (IOException noCommand) {
      return Optional.of("network namespaces need the command ip, package iproute2: " + noCommand);
    }
  }

  /** @throws IOException if the system refuses; nothing is left behind then */
  public static Hosts open(List<String> names) throws IOException {
    removeLeftovers();
    var self = OsProcess.of(ProcessHandle.current().pid());
    var run = MARK + self.pid() + "-" + self.startTicks() + "-" + OPENED.incrementAndGet();
    // Others may pass through, but not look: PostgreSQL runs as another user than root.
    var subnet = freeSubnet();
    var directory = Files.createDirectory(temporary().resolve(run));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    var hosts = new Hosts(run, subnet, directory, names);
    Runtime.getRuntime().addShutdownHook(hosts.atExit);
    try {
      hosts.connect();
      return hosts;
    } catch (IOException e) {
      hosts.close();
      throw e;
    }
  }

  private void connect() throws IOException {
    ip("netns", "add", namespace(SWITCH));
    ip("-n", namespace(SWITCH), "link", "add", "bridge", "type", "bridge");
    ip("-n", namespace(SWITCH), "link", "set", "bridge", "up");
    ip("link", "add", driver(), "type", "veth", "peer", "name", DRIVER, "netns", namespace(SWITCH));
    ip("addr", "add", subnet + DRIVER_NUMBER + "/24", "dev", driver());
    ip("link", "set", driver(), "up");
    plugIn(DRIVER);
    for (var host : numbers.keySet()) {
      var namespace = namespace(host);
      ip("netns", "add", namespace);
      ip("-n", namespace, "link", "set", "lo", "up");
      ip(
          "-n",
          namespace,
          "link",
          "add",
          "eth0",
          "type",
          "veth",
          "peer",
          "name",
          host,
          "netns",
          namespace(SWITCH));
      ip("-n", namespace, "addr", "add", address(host) + "/24", "dev", "eth0");
      ip("-n", namespace, "link", "set", "eth0", "up");
      plugIn(host);
    }
  }

  private void plugIn(String port) throws IOException {
    ip("-n", namespace(SWITCH), "link", "set", port, "master", "bridge", "up");
  }

  /** Belongs to this run and goes with it. */
  public Path directory() {
    return directory;
  }

  /** All hosts and this JVM are on it, as {@code ADDRESS/BITS}. */
  public String network() {
    return subnet + "0/24";
  }

  /** Under which the other hosts and this JVM reach a host. */
  public String address(String host) {
    var number = numbers.get(host);
    if (number == null) {
      throw new IllegalArgumentException("no host " + host + ", there are " + numbers.keySet());
    }
    return subnet + number;
  }

  /** The command that runs the given one on a host. */
  public List<String> command(String host, List<String> program) {
    var command = new ArrayList<>(List.of("ip", "netns", "exec", namespace(host)));
    command.addAll(program);
    return command;
  }

  /** Processes that run on a host. */
  public List<OsProcess> processes(String host) throws IOException {
    return processesIn(namespace(host));
  }

  /**
   * From now on nothing goes the ways of these cuts.
   *
   * @throws IOException if the system does not say so afterwards
   */
  public void cut(Cuts cuts) throws IOException {
    var ways = waysOut(cuts.links());
    for (var host : ways.keySet()) {
      change(
          host,
          ways.get(host),
          to -> "neigh replace " + address(to) + " lladdr " + NOBODY + " dev eth0 nud permanent");
    }
    requireCut(cuts);
  }

  /** @throws IOException if something of it has been mended meanwhile: then the run proves nothing */
  public void requireCut(Cuts cuts) throws IOException {
    var open = new HashSet<>(cuts.links());
    open.removeAll(closed());
    if (!open.isEmpty()) {
      throw new IOException("not cut: " + open);
    }
  }

  /** Opens the ways of these cuts; those that are open stay so. */
  public void mend(Cuts cuts) throws IOException {
    var closed = closed();
    closed.retainAll(cuts.links());
    var ways = waysOut(closed);
    for (var host : ways.keySet()) {
      change(host, ways.get(host), to -> "neigh del " + address(to) + " dev eth0");
    }
  }

  /** Opens all ways; nothing is lost on them any more, and nothing refused. */
  public void mendAll() throws IOException {
    for (var host : List.copyOf(lossy)) {
      endLosses(host);
    }
    for (var host : List.copyOf(refusing)) {
      endRefusals(host);
    }
    mend(new Cuts(closed()));
  }

  /**
   * From now on so many of a hundred packets that go these ways are lost, by chance.
   *
   * @throws IOException if the system refuses, or has no command {@code nft}
   */
  public void lose(Cuts ways, int percent) throws IOException {
    requireNft();
    var rules = new TreeMap<String, List<String>>();
    for (var link : ways.links()) {
      rules
          .computeIfAbsent(link.to(), host -> new ArrayList<>())
          .add("add rule inet loss in ip saddr " + address(link.from())
              + " numgen random mod 100 < " + percent + " counter drop");
    }
    var batch = directory.resolve("losses");
    for (var host : rules.keySet()) {
      var lines = new ArrayList<>(List.of(
          "create table inet loss",
          "create chain inet loss in { type filter hook input priority 0 ; }"));
      lines.addAll(rules.get(host));
      Files.write(batch, lines);
      Command.run(command(host, List.of("nft", "-f", batch.toString())));
      lossy.add(host);
    }
  }

  /**
   * Ends the losses on these ways.
   *
   * @throws IOException if nothing was lost on one of them: then the run proves nothing
   */
  public void loseNothing(Cuts ways) throws IOException {
    var sound = new TreeSet<String>();
    for (var host : ways.links().stream().map(Link::to).collect(Collectors.toSet())) {
      var rules = Command.run(command(host, List.of("nft", "list", "table", "inet", "loss")));
      for (var link : ways.links()) {
        // "ip saddr 198.18.7.2 numgen random mod 100 < 20 counter packets 17 bytes 1020 drop"
        if (link.to().equals(host)
            && rules
                .lines()
                .noneMatch(rule -> rule.strip().startsWith("ip saddr " + address(link.from()) + " ")
                    && !rule.contains("counter packets 0 "))) {
          sound.add(link.from() + " to " + link.to());
        }
      }
      endLosses(host);
    }
    if (!sound.isEmpty()) {
      throw new IOException("no packet was lost on the way from " + String.join(", ", sound));
    }
  }

  private static void requireNft() throws IOException {
    try {
      Command.run(List.of("nft", "-v"));
    } catch (IOException noCommand) {
      throw new IOException(
          "this fault needs the command nft, package nftables: " + noCommand, noCommand);
    }
  }

  /**
   * From now on a firewall answers in a host's place: it refuses connections of others to a port. Those that stand end. To
   * the others it looks as if the process that listens there had died.
   *
   * @throws IOException if the system refuses, or has no command {@code nft} or {@code ss}
   */
  public void refuse(String host, Collection<String> others, int port) throws IOException {
    requireNft();
    var lines = new ArrayList<>(List.of(
        "create table inet refusal",
        "create chain inet refusal in { type filter hook input priority 0 ; }"));
    for (var other : others) {
      lines.add("add rule inet refusal in ip saddr " + address(other) + " tcp dport " + port
          + " tcp flags & (syn | ack) == syn counter reject with tcp reset");
    }
    var batch = directory.resolve("refusals");
    Files.write(batch, lines);
    Command.run(command(host, List.of("nft", "-f", batch.toString())));
    refusing.add(host);
    for (var other : others) {
      Command.run(command(
          other,
          List.of("ss", "-K", "-t", "dst", address(host), "dport", "=", Integer.toString(port))));
    }
  }

  /**
   * Lets connections pass again.
   *
   * @throws IOException if nothing was refused to one of the others: then the run proves nothing
   */
  public void refuseNothing(String host) throws IOException {
    var rules = Command.run(command(host, List.of("nft", "list", "table", "inet", "refusal")));
    endRefusals(host);
    // "ip saddr 198.18.7.2 tcp dport 25522 tcp flags & (syn | ack) == syn counter packets 3 bytes
    // 180 reject ..."
    var unused =
        rules.lines().filter(rule -> rule.contains("counter packets 0 ")).toList();
    if (!unused.isEmpty()) {
      throw new IOException("nothing was refused by " + unused);
    }
  }

  private void endRefusals(String host) throws IOException {
    Command.run(command(host, List.of("nft", "delete", "table", "inet", "refusal")));
    refusing.remove(host);
  }

  private void endLosses(String host) throws IOException {
    Command.run(command(host, List.of("nft", "delete", "table", "inet", "loss")));
    lossy.remove(host);
  }

  /** The ways that lead nowhere now, as the system has them. */
  private Set<Link> closed() throws IOException {
    var closed = new HashSet<Link>();
    for (var from : numbers.keySet()) {
      // "198.18.7.2 dev eth0 lladdr 02:00:00:00:00:01 PERMANENT"
      var entries =
          ip("-n", namespace(from), "neigh", "show", "nud", "permanent").lines().toList();
      for (var to : numbers.keySet()) {
        if (entries.stream().anyMatch(e -> e.startsWith(address(to) + " ") && e.contains(NOBODY))) {
          closed.add(new Link(from, to));
        }
      }
    }
    return closed;
  }

  private static Map<String, List<String>> waysOut(Set<Link> links) {
    return links.stream()
        .collect(Collectors.groupingBy(
            Link::from, TreeMap::new, Collectors.mapping(Link::to, Collectors.toList())));
  }

  /** One command for all of a host, so that its cuts are made at one moment. */
  private void change(String host, List<String> others, UnaryOperator<String> line)
      throws IOException {
    var batch = directory.resolve("neighbours");
    Files.write(batch, others.stream().map(line).toList());
    ip("-n", namespace(host), "-batch", batch.toString());
  }

  /** Kills what still runs on the hosts, and removes hosts and directory. */
  @Override
  public void close() {
    destroy();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException shuttingDown) {
      // The hook runs already and does the same.
      return;
    }
  }

  private synchronized void destroy() {
    try {
      remove(run);
    } catch (IOException | RuntimeException e) {
      System.err.println("cannot remove all of " + run + ": " + e.getMessage());
    }
  }

  private String namespace(String host) {
    return run + "-" + host;
  }

  /** The interface of this JVM; a name of at most 15 characters. */
  private String driver() {
    return "mnst" + Long.toString(ProcessHandle.current().pid(), Character.MAX_RADIX) + "x"
        + run.substring(run.lastIndexOf('-') + 1);
  }

  private static void removeLeftovers() throws IOException {
    var runs = new TreeSet<String>();
    for (var namespace : namespaces()) {
      runOf(namespace).ifPresent(runs::add);
    }
    try (var directories = Files.list(temporary())) {
      directories.flatMap(d -> runOf(d.getFileName().toString()).stream()).forEach(runs::add);
    }
    for (var run : runs) {
      var name = RUN.matcher(run);
      if (name.matches()
          && new OsProcess(Long.parseLong(name.group(1)), Long.parseLong(name.group(2))).state()
              == State.GONE) {
        remove(run);
      }
    }
  }

  private static Optional<String> runOf(String name) {
    var found = RUN.matcher(name);
    return found.lookingAt() ? Optional.of(found.group()) : Optional.empty();
  }

  private static void remove(String run) throws IOException {
    var own = namespaces().stream()
        .filter(namespace -> runOf(namespace).equals(Optional.of(run)))
        .toList();
    var processes = new ArrayList<OsProcess>();
    for (var namespace : own) {
      processes.addAll(processesIn(namespace));
    }
    OsProcess.signal(Signal.KILL, processes);
    processes.forEach(process -> process.awaitState(State.GONE, END_LIMIT));
    for (var namespace : own) {
      ip("netns", "del", namespace); // takes the interfaces along, that of this JVM too
    }
    ChildDirectory.delete(temporary().resolve(run));
  }

  private static Set<String> namespaces() throws IOException {
    var names = new TreeSet<String>();
    // "NAME" or "NAME (id: 3)"
    ip("netns", "list").lines().map(line -> line.split(" ")[0]).forEach(names::add);
    return names;
  }

  private static List<OsProcess> processesIn(String namespace) throws IOException {
    var processes = new ArrayList<OsProcess>();
    for (var pid : ip("netns", "pids", namespace).lines().toList()) {
      try {
        processes.add(OsProcess.of(Long.parseLong(pid.strip())));
      } catch (IOException ended) {
        // Since it was listed.
        continue;
      }
    }
    return processes;
  }

  private static String freeSubnet() throws IOException {
    var routes = ip("-4", "route", "show", "table", "all");
    int first = new SplittableRandom().nextInt(256);
    return Stream.iterate(first, number -> (number + 1) % 256)
        .limit(256)
        .map(number -> NETWORK + number + ".")
        .filter(subnet -> !routes.contains(subnet))
        .findFirst()
        .orElseThrow(() -> new IOException("all networks " + NETWORK + "0/24 to " + NETWORK
            + "255/24 are in use: remove those that are not needed"));
  }

  private static Path temporary() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  private static String ip(String... arguments) throws IOException {
    var command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    return Command.run(command);
  }
}
