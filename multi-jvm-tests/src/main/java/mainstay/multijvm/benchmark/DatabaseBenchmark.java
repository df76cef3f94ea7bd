package mainstay.multijvm.benchmark;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import mainstay.multijvm.benchmark.DatabaseRun.Fault;
import mainstay.multijvm.checker.DatabasesIdentical;
import mainstay.multijvm.checker.Verdict;
import mainstay.multijvm.cluster.Await;
import mainstay.multijvm.cluster.DemoCluster;
import mainstay.multijvm.cluster.Installation;
import mainstay.multijvm.workload.Driver;
import mainstay.multijvm.workload.Processes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long nobody can write when a database dies or hangs, and when it comes back. */
@Command(
    name = "databases",
    mixinStandardHelpOptions = true,
    description = {
      "Kills (kill -9) or stops (SIGSTOP) one of two databases in turn, while one client writes every 10 ms and 20",
      "others read and write, brings it back, and prints the distribution of the longest pauses of writes."
    })
final class DatabaseBenchmark implements Callable<Integer> {
  private static final int SERVERS = 3;
  private static final int DATABASES = 2;
  private static final Duration SETTLING = Duration.ofSeconds(20);

  private final Processes processes = new Processes();

  @Option(
      names = "--runs",
      defaultValue = "10",
      description = "faults of each kind (default: ${DEFAULT-VALUE})")
  private int runs;

  @Option(names = "--only", paramLabel = "FAULT", description = "kill or hang; both by default")
  private List<String> only = List.of();

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (runs < 1) {
      System.err.println("--runs is " + runs + ", must be at least 1");
      return 2;
    }
    for (var name : only) {
      if (Fault.of(name).isEmpty()) {
        System.err.println("--only " + name + ": not one of " + Fault.names());
        return 2;
      }
    }
    var results = new LinkedHashMap<Fault, List<DatabaseRun>>();
    boolean identical;
    try (var driver = new Driver();
        var cluster = DemoCluster.start(Installation.find(), driver.http(), SERVERS, DATABASES)) {
      for (var fault : Fault.values()) {
        if (only.isEmpty() || only.contains(fault.label())) {
          results.put(fault, run(fault, cluster, driver));
        }
      }
      var verdict = Await.until(
          "all databases hold the same",
          SETTLING,
          () -> DatabasesIdentical.of(cluster),
          Verdict::held);
      System.out.println(verdict);
      identical = verdict.held();
    }
    results.forEach(DatabaseBenchmark::print);
    boolean sound = results.values().stream()
        .flatMap(List::stream)
        .allMatch(run -> run.violations().isEmpty() && run.failed() == 0);
    return sound && identical ? 0 : 1;
  }

  private List<DatabaseRun> run(Fault fault, DemoCluster cluster, Driver driver)
      throws IOException, InterruptedException {
    var all = new ArrayList<DatabaseRun>();
    for (int run = 1; run <= runs; run++) {
      var database = cluster.databases().get(run % cluster.databases().size());
      var result = DatabaseRun.measure(cluster, database, fault, driver, processes);
      all.add(result);
      System.out.printf(
          Locale.ROOT,
          "%s %s, run %d of %d: pause %.1f ms, at its return %.1f ms (from %.0f ms after it on), with nothing done %.1f ms, %d acknowledged, %d failed%n",
          fault.label(),
          database,
          run,
          runs,
          result.outageMillis(),
          result.returnMillis(),
          result.returnFromMillis(),
          result.quietMillis(),
          result.acknowledged(),
          result.failed());
    }
    return all;
  }

  private static void print(Fault fault, List<DatabaseRun> runs) {
    System.out.println(fault.label());
    var quiet = new Distribution(runs.stream().map(DatabaseRun::quietMillis).toList());
    var back = new Distribution(runs.stream().map(DatabaseRun::returnMillis).toList());
    System.out.println("  pause               "
        + new Distribution(runs.stream().map(DatabaseRun::outageMillis).toList()));
    System.out.println("  pause at its return " + back);
    System.out.println("  with nothing done   " + quiet);
    System.out.printf(
        Locale.ROOT, "  return / nothing    %.2f (p50 to p50)%n", back.median() / quiet.median());
    var violations = runs.stream().flatMap(run -> run.violations().stream()).toList();
    System.out.printf(
        Locale.ROOT,
        "  writes              %d acknowledged, %d failed, %d violations (lost or out of order)%n",
        runs.stream().mapToLong(DatabaseRun::acknowledged).sum(),
        runs.stream().mapToLong(DatabaseRun::failed).sum(),
        violations.size());
    violations.stream().limit(10).forEach(violation -> System.out.println("    " + violation));
  }
}
