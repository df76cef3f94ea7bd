package mainstay.multijvm.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Who serves while a fault lasts, as Markdown. */
final class OutcomeTable {
  /**
   * @param active who serves, by the server that says so
   * @param pauseMillis longest time without an acknowledged write; empty if writes did not go on while the fault lasted
   * @param seen what an operator is told, by the server that says so; a server without an answer is not in it
   * @param wholeMillis from the repair until everything was in its place again; empty if that never came
   */
  record Row(
      String fault,
      Map<String, String> active,
      Optional<Long> pauseMillis,
      Map<String, String> seen,
      Optional<Long> wholeMillis,
      List<String> violations) {
    Row {
      active = new TreeMap<>(active);
      seen = new TreeMap<>(seen);
      violations = List.copyOf(violations);
    }

    private String serves() {
      if (pauseMillis.isEmpty()) {
        return "nobody";
      }
      // A server that is cut off may still name the one that it saw last.
      return active.values().stream()
          .filter(name -> name.equals(active.get(name)))
          .distinct()
          .collect(Collectors.joining(", "));
    }

    private String markdown() {
      return "| " + fault + " | " + serves() + " | "
          + pauseMillis.map(millis -> millis + " ms").orElse("until the repair") + " | "
          + seen.entrySet().stream()
              .map(one -> one.getKey() + ": " + one.getValue().replace("|", "\\|"))
              .collect(Collectors.joining("<br>"))
          + " | " + wholeMillis.map(millis -> millis / 1_000.0 + " s").orElse("never") + " | "
          + violations.size() + " |\n";
    }
  }

  private final int servers;
  private final String quorum;
  private final List<Row> rows = new ArrayList<>();

  /** @param quorum how they decide who goes on */
  OutcomeTable(int servers, String quorum) {
    this.servers = servers;
    this.quorum = quorum;
  }

  void add(Row row) {
    rows.add(row);
  }

  List<Row> rows() {
    return List.copyOf(rows);
  }

  /** Replaces what an earlier save has left in the directory. */
  void save(Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("outcomes-" + servers + "-" + quorum + ".md"), markdown());
  }

  String markdown() {
    var text = new StringBuilder("# " + servers + " servers, two databases, `" + quorum + "`\n\n");
    text.append("`multi-jvm-tests/campaign outcomes --servers ")
        .append(servers)
        .append(" --quorum ")
        .append(quorum)
        .append(
            "`\n\nEach fault lasts until it is repaired by hand. *Pause*: the longest time without an acknowledged write")
        .append(
            " meanwhile. *Whole*: from the repair until everything was in its place again by itself.\n\n")
        .append(
            "| fault | who serves | pause | what `explain` says of `configuration` | whole | violations |\n")
        .append("|---|---|---|---|---|---|\n");
    rows.forEach(row -> text.append(row.markdown()));
    rows.stream()
        .flatMap(row -> row.violations().stream().map(v -> row.fault() + ": " + v))
        .forEach(v -> text.append("\n- ").append(v.replace("\n", " ")));
    return text.toString();
  }
}
