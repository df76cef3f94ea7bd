package mainstay.multijvm.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import mainstay.multijvm.benchmark.EtcdTarget.Timers;
import mainstay.multijvm.workload.Driver;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long nobody can write when the active server is killed, and when it comes back. */
@Command(
    name = "takeover",
    mixinStandardHelpOptions = true,
    description = {
      "Kills the active server (kill -9) while a client writes every 5 ms through the others, and starts it again;",
      "prints the distribution of the outages. If etcd is on the PATH, does the same to the leader of three etcd",
      "processes, with default and with short timers, and prints the ratios."
    })
final class TakeoverBenchmark implements Callable<Integer> {
  @Option(
      names = "--runs",
      defaultValue = "15",
      description = "takeovers of each system (default: ${DEFAULT-VALUE})")
  private int runs;

  @Option(
      names = "--databases",
      defaultValue = "2",
      description = "databases of Mainstay (default: ${DEFAULT-VALUE})")
  private int databases;

  @Option(names = "--json", paramLabel = "FILE", description = "write every value to this file too")
  private Path json;

  @Option(
      names = "--fresh",
      description =
          "a new cluster for each run: then the killed server is also the oldest member and hosts the"
              + " cluster singleton")
  private boolean fresh;

  @Option(
      names = "--move-first",
      description =
          "moves the services to the first backup and back before each kill: then the backup has done the job"
              + " before, as in a cluster in which it was tried once")
  private boolean moveFirst;

  @Option(
      names = "--only",
      paramLabel = "SYSTEM",
      description =
          "mainstay, etcd or etcd-tuned; may be repeated (default: all that are installed)")
  private List<String> only = List.of();

  @FunctionalInterface
  private interface Opener {
    TakeoverTarget open() throws IOException;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (runs < 1) {
      System.err.println("--runs is " + runs + ", must be at least 1");
      return 2;
    }
    if (databases < 1) {
      System.err.println("--databases is " + databases + ", must be at least 1");
      return 2;
    }
    var report = new TakeoverReport();
    try (var driver = new Driver()) {
      var systems = systems(driver);
      for (var name : only) {
        if (!systems.containsKey(name)) {
          System.err.println("--only " + name + ": not one of " + systems.keySet()
              + (name.startsWith("etcd") ? "; there is no etcd on the PATH" : ""));
          return 2;
        }
      }
      for (var system : systems.entrySet()) {
        if (only.isEmpty() || only.contains(system.getKey())) {
          var series = new TakeoverReport.Series(
              system.getKey(), run(system.getKey(), system.getValue(), driver));
          report.add(series);
          System.out.println(series.text());
        }
      }
      if (systems.size() == 1) {
        System.out.println(
            "etcd is not on the PATH, so nothing was compared (Debian: apt-get install etcd-server)");
      }
    }
    System.out.print(report.ratioText());
    if (json != null) {
      report.save(json);
    }
    return report.sound() ? 0 : 1;
  }

  private Map<String, Opener> systems(Driver driver) {
    var systems = new LinkedHashMap<String, Opener>();
    systems.put("mainstay", () -> new MainstayTarget(driver, databases));
    EtcdTarget.binary().ifPresent(etcd -> {
      systems.put("etcd", () -> new EtcdTarget(etcd, Timers.DEFAULT, driver));
      systems.put("etcd-tuned", () -> new EtcdTarget(etcd, Timers.TUNED, driver));
    });
    return systems;
  }

  private List<TakeoverRun> run(String name, Opener opener, Driver driver)
      throws IOException, InterruptedException {
    var results = new ArrayList<TakeoverRun>();
    TakeoverTarget target = null;
    try {
      for (int run = 1; run <= runs; run++) {
        if (target == null || fresh) {
          if (target != null) {
            target.close();
          }
          target = opener.open();
        }
        var result = TakeoverRun.measure(target, moveFirst, driver);
        results.add(result);
        System.out.printf(
            Locale.ROOT,
            "%s run %d of %d: outage %.1f ms, %s%d acknowledged, %d failed%n",
            name,
            run,
            runs,
            result.outageMillis(),
            result
                .failbackMillis()
                .map(f -> String.format(Locale.ROOT, "failback %.1f ms, ", f))
                .orElse(""),
            result.acknowledged(),
            result.failed());
      }
    } finally {
      if (target != null) {
        target.close();
      }
    }
    return results;
  }
}
