package mainstay.multijvm.benchmark;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import mainstay.multijvm.checker.LinearizablePerKey;
import mainstay.multijvm.checker.NoAcknowledgedWriteLost;
import mainstay.multijvm.checker.OutageMeter;
import mainstay.multijvm.cluster.Cluster;
import mainstay.multijvm.cluster.DemoCluster;
import mainstay.multijvm.nemesis.Nemesis;
import mainstay.multijvm.workload.BoundedStore;
import mainstay.multijvm.workload.ClosedLoopClients;
import mainstay.multijvm.workload.Driver;
import mainstay.multijvm.workload.DriverClock;
import mainstay.multijvm.workload.History;
import mainstay.multijvm.workload.OpenLoopWriter;
import mainstay.multijvm.workload.Operation;
import mainstay.multijvm.workload.PointStore;
import mainstay.multijvm.workload.Processes;
import mainstay.multijvm.workload.RepeatingClient;

/**
 * One fault of one database under load.
 *
 * @param quietMillis longest time between two acknowledgements while nothing is done: what the machine itself costs
 * @param outageMillis longest time between two acknowledgements from the fault until the database is brought back
 * @param returnMillis the same from then until it is active, and for a second more
 * @param returnFromMillis when that began, from then
 * @param failed operations that a client which repeats with its key did not bring to a good end
 * @param violations what the checkers found; a lost write is among them
 */
record DatabaseRun(
    double quietMillis,
    double outageMillis,
    double returnMillis,
    double returnFromMillis,
    long acknowledged,
    long failed,
    List<String> violations) {
  private static final Duration WRITE_INTERVAL = Duration.ofMillis(10);
  private static final int CONNECTIONS = 64;
  private static final int CLIENTS = 20;
  private static final Duration THINK = Duration.ofMillis(250);
  private static final Nemesis QUIET = new Nemesis.Wait(Duration.ofSeconds(10));
  private static final Nemesis STEADY = new Nemesis.Wait(Duration.ofSeconds(2));
  private static final Duration DROPPED_LIMIT = Duration.ofSeconds(20);
  private static final Duration ACTIVE_LIMIT = Duration.ofSeconds(150);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(40);
  private static final long SEED = 1;

  enum Fault {
    KILL(new Nemesis.KillDatabase(), new Nemesis.StartDatabase()),
    HANG(new Nemesis.PauseDatabase(), new Nemesis.ResumeDatabase());

    private final Nemesis begin;
    private final Nemesis end;

    Fault(Nemesis begin, Nemesis end) {
      this.begin = begin;
      this.end = end;
    }

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Fault> of(String label) {
      return Arrays.stream(values())
          .filter(fault -> fault.label().equals(label))
          .findFirst();
    }

    static List<String> names() {
      return Arrays.stream(values()).map(Fault::label).toList();
    }
  }

  /**
   * @param processes of all runs: what one of them wrote last is what the next one reads first, so it must not write it
   *     again
   * @throws IOException if the cluster does not do what it has to: then nothing was measured
   */
  static DatabaseRun measure(
      DemoCluster cluster, String database, Fault fault, Driver driver, Processes processes)
      throws IOException, InterruptedException {
    cluster.awaitDatabase(database, true, ACTIVE_LIMIT, cluster.servers());
    var history = new History();
    var client = new RepeatingClient(
        new BoundedStore(
            new PointStore(driver.http(), cluster.addresses(), cluster.token("operator")),
            CONNECTIONS),
        cluster.servers(),
        RepeatingClient.Limits.DEFAULT,
        history,
        driver.executor());
    long quiet;
    long begun;
    long restored;
    try (var writer = OpenLoopWriter.start(client, Cluster.POINTS, WRITE_INTERVAL, processes);
        var loops = ClosedLoopClients.start(
            IntStream.range(0, CLIENTS).mapToObj(i -> client).toList(),
            Cluster.POINTS,
            THINK,
            processes,
            SEED,
            driver.executor())) {
      STEADY.strike(cluster, database, history);
      quiet = QUIET.strike(cluster, database, history);
      begun = fault.begin.strike(cluster, database, history);
      cluster.awaitDatabase(database, false, DROPPED_LIMIT, cluster.servers());
      STEADY.strike(cluster, database, history);
      restored = fault.end.strike(cluster, database, history);
      cluster.awaitDatabase(database, true, ACTIVE_LIMIT, cluster.servers());
      STEADY.strike(cluster, database, history);
      writer.stop(STOP_LIMIT);
      loops.stop(STOP_LIMIT);
    }
    long end = DriverClock.nanos();
    Driver.finalReads(client, Cluster.POINTS, processes);
    var violations = new ArrayList<String>();
    violations.addAll(new NoAcknowledgedWriteLost().check(history).violations());
    violations.addAll(new LinearizablePerKey().check(history).violations());
    var operations = history.operations();
    var back = pause(history, restored, end);
    var before = pause(history, quiet, begun);
    return new DatabaseRun(
        // The last gap may reach into the outage.
        new OutageMeter.Outage(before.from(), Math.min(before.to(), begun)).millis(),
        pause(history, begun, restored).millis(),
        back.millis(),
        TimeUnit.NANOSECONDS.toMillis(back.from() - restored),
        operations.stream().filter(Operation::acknowledgedWrite).count(),
        operations.stream().filter(DatabaseRun::failed).count(),
        violations);
  }

  /** A compare-and-set that another client has overtaken has not. */
  private static boolean failed(Operation operation) {
    return operation.outcome() == Operation.Outcome.INFO
        || (operation.outcome() == Operation.Outcome.FAIL
            && operation.kind() != Operation.Kind.COMPARE_AND_SET);
  }

  private static OutageMeter.Outage pause(History history, long from, long to) throws IOException {
    return OutageMeter.around(history, from, Duration.ofNanos(to - from))
        .orElseThrow(() -> new IOException("no write was acknowledged"));
  }
}
