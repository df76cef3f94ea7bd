package mainstay.multijvm.benchmark;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import mainstay.multijvm.checker.LinearizablePerKey;
import mainstay.multijvm.checker.NoAcknowledgedWriteLost;
import mainstay.multijvm.checker.OutageMeter;
import mainstay.multijvm.cluster.Await;
import mainstay.multijvm.workload.BoundedStore;
import mainstay.multijvm.workload.Driver;
import mainstay.multijvm.workload.DriverClock;
import mainstay.multijvm.workload.History;
import mainstay.multijvm.workload.OpenLoopWriter;
import mainstay.multijvm.workload.Operation;
import mainstay.multijvm.workload.Processes;
import mainstay.multijvm.workload.RepeatingClient;

/**
 * One takeover under load.
 *
 * @param outageMillis longest time between two acknowledgements around the kill
 * @param returnMillis the same while the killed server starts again, for its share of the processor, and after
 * @param failbackMillis longest time between the last acknowledgement of the backup and the first of the returned server, if
 *     the service went back to it
 * @param failed operations that a client which repeats with its key did not bring to a good end
 * @param violations what the checkers found; a lost write is among them
 */
record TakeoverRun(
    double outageMillis,
    double returnMillis,
    Optional<Double> failbackMillis,
    long acknowledged,
    long failed,
    List<String> violations) {
  private static final Duration WRITE_INTERVAL = Duration.ofMillis(5);
  private static final int CONNECTIONS = 64;
  private static final Duration STEADY = Duration.ofSeconds(1);
  private static final Duration PROMPT = Duration.ofMillis(50);
  private static final Duration STEADY_LIMIT = Duration.ofSeconds(60);
  private static final Duration OUTAGE_LIMIT = Duration.ofSeconds(20);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(40);

  /**
   * Writes through the servers that stay until the writes are steady, kills the active one, waits for the service, brings
   * the server back.
   *
   * @param moveFirst whether the job is moved to the first backup and back, under the same load, before the kill
   * @throws IOException if the cluster does not do what it has to: then nothing was measured
   */
  static TakeoverRun measure(TakeoverTarget target, boolean moveFirst, Driver driver)
      throws IOException, InterruptedException {
    var active = target.awaitReady();
    var history = new History();
    var processes = new Processes();
    var others = target.servers().stream().filter(s -> !s.equals(active)).toList();
    var store = new BoundedStore(target.store(), CONNECTIONS);
    for (var server : others) { // opening them is not what is measured
      store.open(server, target.keys().get(0), OUTAGE_LIMIT).join();
    }
    var client = new RepeatingClient(
        store, others, RepeatingClient.Limits.DEFAULT, history, driver.executor());
    long killed;
    long restored;
    boolean failedBack;
    try (var writer = OpenLoopWriter.start(client, target.keys(), WRITE_INTERVAL, processes)) {
      if (moveFirst) {
        target.moveOnce(active);
      }
      awaitSteady(history);
      killed = target.kill(active, history);
      Await.until(
          "a write is acknowledged after the kill of " + active,
          OUTAGE_LIMIT,
          () -> history.operations().stream()
              .anyMatch(o -> o.acknowledgedWrite() && o.start() > killed),
          seen -> seen);
      pause(STEADY);
      restored = DriverClock.nanos();
      failedBack = target.restore(active, history);
      pause(STEADY);
      writer.stop(STOP_LIMIT);
    }
    long end = DriverClock.nanos();
    Driver.finalReads(client, target.keys(), processes);
    var outage = OutageMeter.around(history, killed, Duration.ofNanos(restored - killed))
        .orElseThrow(() ->
            new IOException("no write was acknowledged before and after the kill of " + active));
    var atReturn = OutageMeter.around(history, restored, Duration.ofNanos(end - restored))
        .orElseThrow(
            () -> new IOException("no write was acknowledged after the return of " + active));
    var failback = failedBack
        ? OutageMeter.ofMoves(history, restored).map(OutageMeter.Outage::millis)
        : Optional.<Double>empty();
    var violations = new ArrayList<String>();
    violations.addAll(new NoAcknowledgedWriteLost().check(history).violations());
    violations.addAll(new LinearizablePerKey().check(history).violations());
    var operations = history.operations();
    return new TakeoverRun(
        outage.millis(),
        atReturn.millis(),
        failback,
        operations.stream().filter(Operation::acknowledgedWrite).count(),
        operations.stream().filter(o -> o.outcome() != Operation.Outcome.OK).count(),
        violations);
  }

  /** A server that has just started compiles its code, and answers late: what has piled up then is not an outage. */
  private static void awaitSteady(History history) {
    Await.until(
        "the writes of a second are answered within " + PROMPT.toMillis()
            + " ms, but for one of twenty",
        STEADY_LIMIT,
        () -> {
          pause(STEADY);
          long since = DriverClock.nanos() - STEADY.toNanos() - PROMPT.toNanos();
          return history.operations().stream()
              .filter(o -> o.acknowledgedWrite() && o.end() > since)
              .map(o -> (o.end() - o.start()) / 1e6)
              .toList();
        },
        latencies -> latencies.size() >= STEADY.dividedBy(WRITE_INTERVAL) * 9 / 10
            && new Distribution(latencies).percentile(95) <= PROMPT.toMillis());
  }

  private static void pause(Duration length) {
    long until = System.nanoTime() + length.toNanos();
    for (long left = length.toNanos(); left > 0; left = until - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
