package mainstay.multijvm.benchmark;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** All runs against all systems, for people and for programs. */
final class TakeoverReport {

  /** @param name of the system, as printed */
  record Series(String name, List<TakeoverRun> runs) {
    Distribution outage() {
      return new Distribution(runs.stream().map(TakeoverRun::outageMillis).toList());
    }

    Distribution atReturn() {
      return new Distribution(runs.stream().map(TakeoverRun::returnMillis).toList());
    }

    Optional<Distribution> failback() {
      var pauses = runs.stream().flatMap(r -> r.failbackMillis().stream()).toList();
      return pauses.isEmpty() ? Optional.empty() : Optional.of(new Distribution(pauses));
    }

    long acknowledged() {
      return runs.stream().mapToLong(TakeoverRun::acknowledged).sum();
    }

    long failed() {
      return runs.stream().mapToLong(TakeoverRun::failed).sum();
    }

    List<String> violations() {
      return runs.stream().flatMap(r -> r.violations().stream()).toList();
    }

    String text() {
      var text = new StringBuilder(name + "\n  outage at kill -9   " + outage() + "\n");
      text.append("  return, all of it   ").append(atReturn()).append("\n");
      failback().ifPresent(f -> text.append("  failback alone      ").append(f).append("\n"));
      text.append(String.format(
          Locale.ROOT,
          "  writes              %d acknowledged, %d failed, %d violations (lost or out of order)%n",
          acknowledged(),
          failed(),
          violations().size()));
      violations().stream().limit(10).forEach(v -> text.append("    ").append(v).append("\n"));
      return text.toString();
    }
  }

  private final List<Series> series = new ArrayList<>();

  void add(Series finished) {
    series.add(finished);
  }

  /** Whether no system lost a write or broke the order of its writes. */
  boolean sound() {
    return series.stream().allMatch(s -> s.violations().isEmpty());
  }

  /** Median outage of each other system over that of the first. */
  Map<String, Double> ratios() {
    var ratios = new LinkedHashMap<String, Double>();
    series.stream()
        .skip(1)
        .forEach(s -> ratios.put(
            s.name() + " / " + series.get(0).name(),
            s.outage().median() / series.get(0).outage().median()));
    return ratios;
  }

  String ratioText() {
    var text = new StringBuilder();
    ratios()
        .forEach((name, ratio) -> text.append(
            String.format(Locale.ROOT, "ratio of median outages, %s: %.2f%n", name, ratio)));
    return text.toString();
  }

  void save(Path file) throws IOException {
    var document = new LinkedHashMap<String, Object>();
    document.put("benchmark", "takeover");
    document.put("java", Runtime.version().toString());
    document.put("processors", Runtime.getRuntime().availableProcessors());
    var systems = new ArrayList<Map<String, Object>>();
    for (var s : series) {
      var system = new LinkedHashMap<String, Object>();
      system.put("name", s.name());
      system.put("outageMillis", s.outage().values());
      system.put("outageMedianMillis", s.outage().median());
      system.put("returnMillis", s.atReturn().values());
      system.put("failbackMillis", s.failback().map(Distribution::values).orElse(new double[0]));
      system.put("acknowledged", s.acknowledged());
      system.put("failed", s.failed());
      system.put("violations", s.violations());
      systems.add(system);
    }
    document.put("systems", systems);
    document.put("ratios", ratios());
    JsonMapper.builder()
        .build()
        .writerWithDefaultPrettyPrinter()
        .writeValue(file.toFile(), document);
  }
}
