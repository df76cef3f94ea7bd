package mainstay.multijvm.scenario;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import mainstay.multijvm.benchmark.Distribution;

/** What a campaign of faults has found: for people as Markdown and as a picture, for programs as JSON. */
final class CampaignReport {
  /**
   * One fault and what followed.
   *
   * @param kind as on the command line
   * @param title of the kind, in words
   * @param pauseMillis longest time without an acknowledged write from the fault until the cluster was whole; empty if none was
   *     acknowledged afterwards
   * @param wholeMillis from the last repair by hand until everything was in its place again; empty if that never came
   * @param acknowledged writes
   * @param operations that came to a good end, reads among them
   * @param failed writes of the steady writer that came to no good end
   */
  record Injection(
      String kind,
      String title,
      int round,
      Optional<Long> pauseMillis,
      Optional<Long> wholeMillis,
      long acknowledged,
      long operations,
      long failed,
      List<String> violations) {
    Injection {
      violations = List.copyOf(violations);
    }
  }

  private static final String MARKDOWN = "campaign.md";
  private static final String JSON = "campaign.json";
  private static final String PICTURE = "pauses.svg";

  private final String command;
  private final Instant begun;
  private final List<Injection> injections = new ArrayList<>();

  /** @param command that repeats it */
  CampaignReport(String command, Instant begun) {
    this.command = command;
    this.begun = begun;
  }

  void add(Injection injection) {
    injections.add(injection);
  }

  List<Injection> injections() {
    return List.copyOf(injections);
  }

  List<String> violations() {
    return injections.stream()
        .flatMap(
            i -> i.violations().stream().map(v -> i.kind() + " in round " + i.round() + ": " + v))
        .toList();
  }

  /** Replaces what an earlier save has left in the directory. */
  void save(Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve(MARKDOWN), markdown());
    Files.writeString(directory.resolve(PICTURE), PausePlot.svg(pauses()));
    var document = new LinkedHashMap<String, Object>();
    document.put("command", command);
    document.put("begun", begun.toString());
    document.put("java", Runtime.version().toString());
    document.put("processors", Runtime.getRuntime().availableProcessors());
    document.put("injections", injections.stream().map(CampaignReport::document).toList());
    new JsonMapper()
        .writerWithDefaultPrettyPrinter()
        .writeValue(directory.resolve(JSON).toFile(), document);
  }

  private static Map<String, Object> document(Injection injection) {
    var document = new LinkedHashMap<String, Object>();
    document.put("kind", injection.kind());
    document.put("round", injection.round());
    document.put("pauseMillis", injection.pauseMillis().orElse(null));
    document.put("wholeMillis", injection.wholeMillis().orElse(null));
    document.put("operations", injection.operations());
    document.put("acknowledged", injection.acknowledged());
    document.put("failed", injection.failed());
    document.put("violations", injection.violations());
    return document;
  }

  String markdown() {
    var text = new StringBuilder("# Campaign of faults\n\n");
    text.append("`").append(command).append("`\n\n");
    text.append(String.format(
        Locale.ROOT,
        "Begun %s on JDK %s with %d processors: three servers, two databases and the client on one machine. %d injections of %d"
            + " kinds, %d operations that came to a good end, %d of them acknowledged writes; %d writes failed for a client"
            + " that repeats them; %d violations of an invariant.%n%n",
        begun,
        Runtime.version(),
        Runtime.getRuntime().availableProcessors(),
        injections.size(),
        byKind().size(),
        injections.stream().mapToLong(Injection::operations).sum(),
        injections.stream().mapToLong(Injection::acknowledged).sum(),
        injections.stream().mapToLong(Injection::failed).sum(),
        violations().size()));
    text.append(
        "*Pause*: the longest time without an acknowledged write from the fault until everything was in its place again, the"
            + " way back included. *Whole*: from the last repair by hand until then. Milliseconds, median / 95 % / longest.\n\n");
    text.append(
        "| fault | injections | violations | failed writes | pause | whole |\n|---|---|---|---|---|---|\n");
    byKind().forEach((kind, all) -> text.append(row(kind, all)));
    text.append("\n![pauses by kind of fault](").append(PICTURE).append(")\n");
    if (!violations().isEmpty()) {
      text.append("\n## Violations\n\n");
      violations().forEach(v -> text.append("- ").append(v.replace("\n", " ")).append("\n"));
    }
    return text.toString();
  }

  private static String row(String kind, List<Injection> all) {
    return String.format(
        Locale.ROOT,
        "| %s (`%s`) | %d | %d | %d | %s | %s |%n",
        all.get(0).title(),
        kind,
        all.size(),
        all.stream().mapToLong(i -> i.violations().size()).sum(),
        all.stream().mapToLong(Injection::failed).sum(),
        figures(all.stream().flatMap(i -> i.pauseMillis().stream()).toList()),
        figures(all.stream().flatMap(i -> i.wholeMillis().stream()).toList()));
  }

  private static String figures(List<Long> millis) {
    if (millis.isEmpty()) {
      return "none";
    }
    var distribution = new Distribution(millis.stream().map(Long::doubleValue).toList());
    return String.format(
        Locale.ROOT,
        "%.0f / %.0f / %.0f",
        distribution.median(),
        distribution.percentile(95),
        distribution.max());
  }

  private Map<String, List<Injection>> byKind() {
    return injections.stream()
        .collect(Collectors.groupingBy(Injection::kind, TreeMap::new, Collectors.toList()));
  }

  private Map<String, List<Long>> pauses() {
    var pauses = new TreeMap<String, List<Long>>();
    byKind()
        .forEach((kind, all) ->
            pauses.put(kind, all.stream().flatMap(i -> i.pauseMillis().stream()).toList()));
    return pauses;
  }
}
