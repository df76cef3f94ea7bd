package mainstay.multijvm.scenario;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import mainstay.multijvm.checker.ActiveFollowsTheList;
import mainstay.multijvm.checker.AtMostOneActivePerTerm;
import mainstay.multijvm.checker.Checker;
import mainstay.multijvm.checker.DatabasesIdentical;
import mainstay.multijvm.checker.FailbackOnlyWhenSynchronised;
import mainstay.multijvm.checker.LinearizablePerKey;
import mainstay.multijvm.checker.NoAcknowledgedWriteLost;
import mainstay.multijvm.checker.NoStaleTermInJournal;
import mainstay.multijvm.checker.OutageMeter;
import mainstay.multijvm.checker.SampleGaps;
import mainstay.multijvm.checker.Verdict;
import mainstay.multijvm.cluster.AdminClient;
import mainstay.multijvm.cluster.AdminClient.DatabaseStatus;
import mainstay.multijvm.cluster.AdminClient.ServiceStatus;
import mainstay.multijvm.cluster.Await;
import mainstay.multijvm.cluster.ChildDirectory;
import mainstay.multijvm.cluster.Cluster;
import mainstay.multijvm.cluster.DemoCluster;
import mainstay.multijvm.cluster.HostCluster;
import mainstay.multijvm.cluster.Hosts;
import mainstay.multijvm.cluster.Installation;
import mainstay.multijvm.cluster.OsProcess.State;
import mainstay.multijvm.cluster.Requirement;
import mainstay.multijvm.nemesis.Nemesis;
import mainstay.multijvm.nemesis.WideNemesis;
import mainstay.multijvm.workload.ClosedLoopClients;
import mainstay.multijvm.workload.Driver;
import mainstay.multijvm.workload.DriverClock;
import mainstay.multijvm.workload.FaultEvent;
import mainstay.multijvm.workload.FaultEvent.Availability;
import mainstay.multijvm.workload.History;
import mainstay.multijvm.workload.JournalReader;
import mainstay.multijvm.workload.OpenLoopWriter;
import mainstay.multijvm.workload.Operation;
import mainstay.multijvm.workload.PointStore;
import mainstay.multijvm.workload.Processes;
import mainstay.multijvm.workload.RepeatingClient;
import mainstay.multijvm.workload.RoleWatch;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * A cluster of three servers, if nothing else is said, and two databases, and everything that a scenario does with it. Each test gets the cluster whole and an empty history; when
 * one fails, the history and the logs are kept under {@code target/histories} and the ends of the logs are printed.
 */
final class Lab
    implements BeforeAllCallback,
        AfterAllCallback,
        BeforeEachCallback,
        TestExecutionExceptionHandler {
  static final String CONFIGURATION = "configuration";
  /** How servers on hosts decide who goes on, {@code -Dquorum=}: as {@link HostCluster.Voting#of} says. */
  static final String QUORUM = System.getProperty("quorum", "lease-majority");

  private static final int SERVERS = 3;
  private static final int DATABASES = 2;
  static final Duration WRITE_INTERVAL = Duration.ofMillis(20);
  private static final Duration THINK = Duration.ofMillis(250);
  private static final Duration WATCH_INTERVAL = Duration.ofMillis(100);
  /** A service returns to a server that has been synchronised for 3 s, so what was said of it just before decides. */
  private static final Duration FRESH = Duration.ofMillis(1500);

  private static final int CLIENTS_PER_SERVER = 5;
  private static final Duration SETTLING = Limits.HANG_TAKEOVER.plusSeconds(1);
  // Clients of a dead server give up soon, so that it shows that they come back with it.
  private static final RepeatingClient.Limits LOCAL = new RepeatingClient.Limits(
      Duration.ofSeconds(2), Duration.ofMillis(100), Duration.ofSeconds(3));

  /** How the cluster of a lab comes into being. */
  @FunctionalInterface
  private interface Start {
    Cluster with(HttpClient http) throws IOException;
  }

  private static final Lab ON_LOOPBACK = new Lab(
      Optional::empty,
      http -> DemoCluster.start(Installation.find(), http, SERVERS, DATABASES),
      true);

  private final Driver driver = new Driver();
  private final Supplier<Optional<String>> missing;
  private final Start start;
  private final boolean shared;
  private Cluster cluster;
  // For all tests: what one of them wrote last is what the next one reads first, so it must not
  // write it again.
  private final Processes processes = new Processes();
  private History history = new History();
  private int failures;

  /**
   * @param missing what this machine lacks for such a cluster; then the tests are skipped
   * @param shared whether the cluster lives until the last test of all classes has ended
   */
  private Lab(Supplier<Optional<String>> missing, Start start, boolean shared) {
    this.missing = missing;
    this.start = start;
    this.shared = shared;
  }

  /** A demo on the loopback, one for all classes: its start takes as long as a test. */
  static Lab onLoopback() {
    return ON_LOOPBACK;
  }

  /** Each server and each database on a host of its own, so that the network between them can be cut. */
  static Lab onHosts() {
    return onHosts(SERVERS);
  }

  /** The same with so many servers, at most three. */
  static Lab onHosts(int servers) {
    return onHosts(servers, QUORUM);
  }

  /** @param quorum in place of that of the system property */
  static Lab onHosts(int servers, String quorum) {
    return new Lab(
        Hosts::missing,
        http ->
            HostCluster.start(Installation.find(), http, servers, HostCluster.Voting.of(quorum)),
        false);
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    missing.get().ifPresent(Requirement::missing);
    if (cluster == null) {
      cluster = start.with(driver.http());
    }
    if (shared) {
      context.getRoot().getStore(ExtensionContext.Namespace.GLOBAL).put(this, (AutoCloseable)
          this::close);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (!shared) {
      close();
    }
  }

  private void close() {
    if (cluster != null) {
      cluster.close();
    }
    driver.close();
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    try {
      heal();
    } catch (IOException | RuntimeException e) {
      keep(context);
      throw e;
    }
    forget();
  }

  /** What comes now is recorded in an empty history. */
  void forget() {
    history = new History();
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    keep(context);
    throw failure;
  }

  private void keep(ExtensionContext context) throws IOException {
    keep(context.getRequiredTestMethod().getName());
  }

  /** Saves history and logs under a name and a number, and prints where and the ends of the logs. */
  void keep(String name) throws IOException {
    failures++;
    var kept = Path.of("target", "histories", name + "-" + failures);
    ChildDirectory.delete(kept);
    Files.createDirectories(kept);
    history.save(kept.resolve("history.jsonl"));
    cluster.copyLogs(kept);
    System.out.println("history and logs kept in " + kept.toAbsolutePath() + "\n" + cluster.logs());
  }

  History history() {
    return history;
  }

  AdminClient client(String server) throws IOException {
    return cluster.client(server);
  }

  /** Where the cluster keeps everything, each server and each database in a directory of its name. */
  Path directory() {
    return cluster.directory();
  }

  /** By default order of preference. */
  List<String> servers() {
    return cluster.servers();
  }

  /** All that a server has logged since the cluster began. */
  String log(String server) throws IOException {
    return Files.readString(cluster.directory().resolve(server).resolve("server.log"));
  }

  /** Past the servers. */
  Connection session(String database) throws IOException, SQLException {
    var access = cluster.database(database);
    return DriverManager.getConnection(access.url(), access.user(), access.password());
  }

  static void execute(Connection session, String statement) throws SQLException {
    try (var change = session.createStatement()) {
      change.execute(statement);
    }
  }

  /** Does something to a server or a database; returns the moment just before it. */
  long strike(Nemesis nemesis, String server) throws IOException {
    return nemesis.strike(cluster, server, history);
  }

  /** Does something to many at once, or to the network; returns the moment just before it. */
  long strike(WideNemesis nemesis) throws IOException {
    return nemesis.strike(cluster, history);
  }

  /** Mends the network, starts what is down and waits until the cluster is whole. */
  void heal() throws IOException {
    var hosts = cluster.hosts();
    if (hosts.isPresent()) {
      hosts.get().mendAll();
    }
    for (var database : cluster.databases()) {
      switch (cluster.databaseState(database)) {
        case RUNNING -> {}
        case STOPPED -> cluster.resumeDatabase(database);
        case GONE -> cluster.startDatabase(database);
      }
    }
    for (var member : members()) {
      switch (cluster.process(member).state()) {
        case RUNNING -> {}
        case STOPPED -> cluster.resume(member);
        case GONE -> cluster.start(member);
      }
    }
    awaitWhole();
  }

  boolean hasWitness() {
    return cluster.hasWitness();
  }

  /** Servers and witness. */
  List<String> members() {
    var members = new ArrayList<>(cluster.servers());
    if (cluster.hasWitness()) {
      members.add(Cluster.WITNESS);
    }
    return members;
  }

  /** Every service is active on the first server of its list, all others are synchronised, and everybody says so. */
  void awaitWhole() throws IOException {
    for (var client : cluster.clients()) {
      Await.until(
          "each service is active on the first server of its list and the others are synchronised, as seen by "
              + client.server(),
          Limits.WHOLE,
          client::services,
          services -> !services.isEmpty() && services.stream().allMatch(ServiceStatus::whole));
      Await.until(
          "every database is active, as seen by " + client.server(),
          Limits.WHOLE,
          client::databases,
          databases -> databases.size() == cluster.databases().size()
              && databases.stream().allMatch(DatabaseStatus::active));
    }
    cluster.awaitWitness(Limits.WHOLE);
  }

  /** Every one of some servers says that a database is active, or that it is not. */
  void awaitDatabase(String database, boolean active, Duration limit, Collection<String> servers)
      throws IOException {
    cluster.awaitDatabase(database, active, limit, servers);
  }

  /**
   * Starts servers that have to wait for each other or for a database; returns when their processes run.
   *
   * @return completes when all of them answer
   */
  CompletableFuture<Void> launch(List<String> servers) {
    return CompletableFuture.allOf(
        servers.stream().map(cluster::launch).toArray(CompletableFuture[]::new));
  }

  /**
   * Starts a server that may have to wait for others or for a database; returns when its process runs. It counts as up from
   * when it answers.
   */
  CompletableFuture<Void> launchCounted(String server) {
    return cluster.launch(server).thenRun(() -> countAsUp(List.of(server), DriverClock.nanos()));
  }

  /** Starts servers beside each other, in this order, and waits until all of them answer. */
  void startTogether(List<String> servers) throws Exception {
    awaitAnswers(servers.stream().map(this::launchCounted).toList());
  }

  /** @param answering of servers that were launched */
  static void awaitAnswers(List<CompletableFuture<Void>> answering) throws Exception {
    CompletableFuture.allOf(answering.toArray(CompletableFuture[]::new))
        .get(Limits.WHOLE.toSeconds(), TimeUnit.SECONDS);
  }

  /** Counts servers as up from a moment on: what they waited for has come, and they answer now. */
  void countAsUp(List<String> servers, long moment) {
    servers.forEach(server -> history.add(
        new FaultEvent("restart", server, Availability.UP, moment, DriverClock.nanos())));
  }

  /** A database that found no room may have ended. Returns the moment just before it was started, or now. */
  long startIfItEnded(String database) throws IOException {
    return cluster.databaseState(database) == State.GONE
        ? strike(new Nemesis.StartDatabase(), database)
        : DriverClock.nanos();
  }

  /** Each service is active on the first server of its list that is up, and every server that is up says so. */
  void awaitServing(Duration limit, Collection<String> up) throws IOException {
    for (var server : up) {
      var client = client(server);
      Await.until(
          "each service is active on the first of " + up + " in its list, as seen by " + server,
          limit,
          client::services,
          services -> !services.isEmpty()
              && services.stream().allMatch(s -> s.activeOn(first(s.serverList(), up))));
    }
  }

  /** Afterwards {@code kept} has what {@code dropped} lacks, and no process is left. */
  void dropAndLosePower(String dropped, String kept, Load load) throws IOException {
    load.awaitWrites(50);
    strike(new Nemesis.KillDatabase(), dropped);
    awaitDatabase(dropped, false, Limits.SOON, cluster.servers());
    load.awaitWrites(50);
    for (var server : cluster.servers()) {
      strike(new Nemesis.Kill9(), server);
    }
    strike(new Nemesis.KillDatabase(), kept);
  }

  /** No question that was asked after a moment has had an answer until now. */
  void assertNothingServed(String when, long since) {
    long now = DriverClock.nanos();
    var served = history.operations().stream()
        .filter(o -> o.start() > since && o.end() < now && o.outcome() == Operation.Outcome.OK)
        .map(Operation::describe)
        .toList();
    if (!served.isEmpty()) {
      throw new AssertionError(served.size() + " answers " + when + ": " + served);
    }
  }

  /** Nobody holds the lease of the split brain resolver: whoever needs it next can get it. */
  void awaitLeaseGivenBack() throws IOException {
    var reader = new JournalReader(cluster.database(cluster.databases().get(0)));
    Await.until(
        "the lease of the split brain resolver is given back",
        Limits.SOON,
        reader::survivorLeaseOwner,
        Optional::isEmpty);
  }

  /** One sentence for each service why its active server is active, asked of one server. */
  List<AdminClient.Explanation> explanations(String asked) throws IOException {
    var client = client(asked);
    var explanations = new ArrayList<AdminClient.Explanation>();
    for (var service : client.services()) {
      var explanation = client.explain(service.name());
      System.out.println(explanation.service() + ": " + explanation.why());
      explanations.add(explanation);
    }
    return explanations;
  }

  /** Starts traffic: the steady writer through some servers, clients on every server, and the watch of roles. */
  Load load(List<String> writeThrough, Duration writeInterval) throws IOException {
    return new Load(writeThrough, writeInterval);
  }

  /**
   * Says in one line what a scenario has shown, and fails if an invariant did not hold or the databases differ.
   *
   * @param settling for the invariant that the active server is the one that the rules name
   */
  void conclude(String scenario, Spell spell, List<Operation> failed, Duration settling)
      throws IOException, SQLException {
    var verdicts = judge(settling);
    var operations = history.operations();
    System.out.println("RESULT " + scenario + ": longest write pause "
        + longestPause(spell).map(p -> DriverClock.millis(p.toNanos())).orElse("until the end")
        + ", whole "
        + DriverClock.millis(spell.whole() - spell.healed()) + " after the last repair, "
        + operations.stream().filter(Operation::acknowledgedWrite).count() + " acknowledged, "
        + failed.size() + " failed, "
        + verdicts.stream().mapToInt(v -> v.violations().size()).sum() + " violations");
    assertHeld(verdicts);
    assertCheckersCanFail();
  }

  /** What every checker says of the history, and whether the databases are equal. Prints it. */
  List<Verdict> judge(Duration settling) throws IOException, SQLException {
    readDatabases();
    var verdicts = new ArrayList<>(verdicts(checkers(settling)));
    verdicts.add(databasesIdentical());
    return verdicts;
  }

  /** As {@link #judge}, but which server is active is not asked: that is what the scenario is to find out. */
  List<Verdict> judgeSafety() throws IOException, SQLException {
    readDatabases();
    var verdicts = new ArrayList<>(verdicts(safety()));
    verdicts.add(databasesIdentical());
    return verdicts;
  }

  /** Longest time without an acknowledged write of a scenario; empty if there was none after the fault. */
  Optional<Duration> longestPause(Spell spell) {
    return OutageMeter.around(
            history, spell.struck(), Duration.ofNanos(spell.whole() - spell.struck()))
        .map(pause -> Duration.ofNanos(pause.to() - pause.from()));
  }

  /**
   * The moments of a scenario, in {@link DriverClock} nanoseconds.
   *
   * @param struck just before the first fault
   * @param healed just before the last thing that the driver did to repair it
   * @param whole when every service and every database was in its place again
   */
  record Spell(long struck, long healed, long whole) {}

  private static String first(List<String> serverList, Collection<String> up) {
    return serverList.stream()
        .filter(up::contains)
        .findFirst()
        .orElse("no server of " + serverList);
  }

  /** The longest outage of the steady writer from a moment on, for so long. */
  Duration outage(String what, long moment, Duration window, Duration budget) {
    var outage = OutageMeter.around(history, moment, window)
        .orElseThrow(
            () -> new AssertionError(what + ": no write was acknowledged within " + window));
    System.out.println(what + ": pause " + DriverClock.millis(outage.to() - outage.from())
        + " from " + DriverClock.millis(outage.from() - moment) + " on, budget " + budget.toMillis()
        + " ms");
    return Duration.ofNanos(outage.to() - outage.from());
  }

  /** Longest gap between stored samples of a series since a time. */
  Duration longestGap(String series, Instant from) throws IOException {
    var samples = client(cluster.servers().get(0)).samples(series, from, Instant.now());
    var times = samples.stream().map(AdminClient.Sample::time).toList();
    var gap = SampleGaps.longest(times)
        .orElseThrow(
            () -> new AssertionError("fewer than two samples of " + series + " since " + from));
    System.out.println(series + ": " + times.size() + " samples, " + SampleGaps.duplicates(times)
        + " duplicates, longest gap " + gap.length().toMillis() + " ms from " + gap.from());
    return gap.length();
  }

  /** Adds what the databases know to the history: who wrote each event, and who took each term. */
  void readDatabases() throws IOException, SQLException {
    for (var database : cluster.databases()) {
      var reader = new JournalReader(cluster.database(database));
      history.addAll(reader.rows());
      history.addAll(reader.terms());
    }
  }

  /**
   * All databases hold the same. Gathering goes on meanwhile, so they are looked at until they do at one moment; a difference
   * that stays is found at each look.
   */
  void assertDatabasesIdentical() {
    assertHeld(List.of(databasesIdentical()));
  }

  private Verdict databasesIdentical() {
    var last = new AtomicReference<Verdict>();
    try {
      Await.until(
          "all databases hold the same",
          Limits.SOON,
          () -> {
            last.set(DatabasesIdentical.of(cluster));
            return last.get();
          },
          Verdict::held);
    } catch (Await.AwaitException differ) {
      if (last.get() == null) {
        throw differ;
      }
    }
    System.out.println(last.get());
    return last.get();
  }

  /** No invariant is broken as far as history and databases tell, and the databases hold the same. */
  void assertNothingWrong() throws IOException, SQLException {
    readDatabases();
    assertInvariants();
    assertDatabasesIdentical();
  }

  /** All checkers over the history. Prints every verdict and fails if one did not hold. */
  void assertInvariants() {
    assertHeld(verdicts(checkers(SETTLING)));
    assertCheckersCanFail();
  }

  /** Prints what every checker says of the history. */
  private List<Verdict> verdicts(List<Checker> checkers) {
    var verdicts = checkers.stream().map(c -> c.check(history)).toList();
    verdicts.forEach(System.out::println);
    return verdicts;
  }

  private static void assertHeld(List<Verdict> verdicts) {
    var broken = verdicts.stream().filter(v -> !v.held()).toList();
    if (!broken.isEmpty()) {
      throw new AssertionError(broken.toString());
    }
  }

  private static List<Checker> checkers(Duration settling) {
    var checkers = new ArrayList<>(safety());
    checkers.add(new ActiveFollowsTheList(settling));
    return checkers;
  }

  private static List<Checker> safety() {
    return List.of(
        new NoAcknowledgedWriteLost(),
        new LinearizablePerKey(),
        new AtMostOneActivePerTerm(),
        new NoStaleTermInJournal(),
        new FailbackOnlyWhenSynchronised(FRESH));
  }

  /** The same history with one acknowledged write taken out of the store must be found wanting, or this proved nothing. */
  void assertCheckersCanFail() {
    var newest = history.operations().stream()
        .filter(Operation::acknowledgedWrite)
        .reduce((a, b) -> a.revision() >= b.revision() ? a : b)
        .orElseThrow(() -> new AssertionError("no write was acknowledged, so nothing was proven"));
    var corrupted = new History(history.entries().stream()
        .map(e -> e instanceof Operation o && o.finalRead() && o.key().equals(newest.key())
            ? new Operation(
                o.process(),
                o.kind(),
                o.key(),
                "-1",
                o.expected(),
                o.start(),
                o.end(),
                o.outcome(),
                o.status(),
                o.server(),
                o.term(),
                0,
                o.attempts(),
                true,
                o.detail())
            : e)
        .toList());
    for (var checker : List.of(new NoAcknowledgedWriteLost(), new LinearizablePerKey())) {
      if (checker.check(corrupted).held()) {
        throw new AssertionError(
            checker + " accepts a history in which " + newest.describe() + " is lost");
      }
    }
  }

  /** Traffic under way. */
  final class Load implements AutoCloseable {
    private final RepeatingClient client;
    private final OpenLoopWriter writer;
    private final ClosedLoopClients loops;
    private final RoleWatch watch;

    private Load(List<String> writeThrough, Duration writeInterval) throws IOException {
      var store = new PointStore(driver.http(), cluster.addresses(), cluster.token("operator"));
      client = new RepeatingClient(
          store, writeThrough, RepeatingClient.Limits.DEFAULT, history, driver.executor());
      var local = new ArrayList<RepeatingClient>();
      for (var server : cluster.servers()) {
        for (int i = 0; i < CLIENTS_PER_SERVER; i++) {
          local.add(new RepeatingClient(store, List.of(server), LOCAL, history, driver.executor()));
        }
      }
      long seed = Long.getLong("seed", System.nanoTime());
      System.out.println("workload -Dseed=" + seed);
      writer = OpenLoopWriter.start(client, Cluster.POINTS, writeInterval, processes);
      loops =
          ClosedLoopClients.start(local, Cluster.POINTS, THINK, processes, seed, driver.executor());
      watch = RoleWatch.start(cluster.clients(), WATCH_INTERVAL, history);
    }

    /** Waits until writes that started from now on are acknowledged, that many. */
    void awaitWrites(int count) {
      long from = DriverClock.nanos();
      Await.until(
          count + " more writes are acknowledged",
          Limits.SOON,
          () -> history.operations().stream()
              .filter(o -> o.acknowledgedWrite() && o.start() > from)
              .count(),
          seen -> seen >= count);
    }

    /**
     * Ends the traffic and reads every key a last time.
     *
     * @return operations of the steady writer that came to no good end
     */
    List<Operation> stop() throws InterruptedException {
      writer.stop(Limits.WHOLE);
      loops.stop(Limits.SOON);
      watch.close();
      Driver.finalReads(client, Cluster.POINTS, processes);
      return writer.failed();
    }

    @Override
    public void close() {
      writer.close();
      loops.close();
      watch.close();
    }
  }
}
