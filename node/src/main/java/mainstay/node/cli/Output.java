package mainstay.node.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;
import mainstay.node.client.ApiClient;

/** How answers look: JSON for programs, aligned columns for people. */
final class Output {
  private static final String GAP = "  ";

  private Output() {}

  static void json(PrintWriter out, JsonNode value) {
    try {
      out.println(ApiClient.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a parsed answer cannot be written again", e);
    }
  }

  /** Columns as wide as their widest cell; the last one is not padded. */
  static final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... headings) {
      rows.add(Arrays.asList(headings));
    }

    void row(String... cells) {
      rows.add(Arrays.asList(cells));
    }

    void print(PrintWriter out) {
      int columns = rows.get(0).size();
      int[] widths = new int[columns];
      rows.forEach(row -> Arrays.setAll(widths, c -> Math.max(widths[c], width(row.get(c)))));
      for (List<String> row : rows) {
        var line = new StringBuilder();
        for (int c = 0; c < columns; c++) {
          line.append(row.get(c))
              .append(" ".repeat(widths[c] - width(row.get(c))))
              .append(GAP);
        }
        out.println(line.toString().stripTrailing());
      }
    }

    private static int width(String cell) {
      return cell.codePointCount(0, cell.length());
    }
  }

  /** A field as a word: "-" for none, a list with commas. */
  static String text(JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return "-";
    }
    if (node.isArray()) {
      var items = new StringJoiner(", ");
      node.forEach(item -> items.add(text(item)));
      return items.length() == 0 ? "-" : items.toString();
    }
    if (node.isObject()) {
      var fields = new StringJoiner(", ");
      node.properties().forEach(field -> fields.add(field.getKey() + " " + text(field.getValue())));
      return fields.toString();
    }
    return node.asText().isEmpty() ? "-" : node.asText();
  }

  /** A flag for people. */
  static String yes(JsonNode flag) {
    return flag.asBoolean() ? "yes" : "no";
  }

  /** A name as part of a path. */
  static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20").replace("%2F", "/");
  }
}
