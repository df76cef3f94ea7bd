package mainstay.multijvm.scenario;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Pauses by kind of fault as a picture: a line for each kind, a dot for each pause, on a logarithmic scale. */
final class PausePlot {
  private static final int LEFT = 260;
  private static final int WIDTH = 640;
  private static final int TOP = 40;
  private static final int LINE = 22;
  private static final double SHORTEST = 10;
  private static final double LONGEST = 100_000;

  private PausePlot() {}

  /** @param millis by kind */
  static String svg(Map<String, List<Long>> millis) {
    int height = TOP + LINE * millis.size() + 20;
    var svg = new StringBuilder(String.format(
        Locale.ROOT,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">%n"
            + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
        LEFT + WIDTH + 40,
        height));
    for (double tick = SHORTEST; tick <= LONGEST; tick *= 10) {
      svg.append(String.format(
          Locale.ROOT,
          "<line x1=\"%1$.1f\" y1=\"%2$d\" x2=\"%1$.1f\" y2=\"%3$d\" stroke=\"#ccc\"/>"
              + "<text x=\"%1$.1f\" y=\"%4$d\" text-anchor=\"middle\">%5$s</text>%n",
          x(tick),
          TOP - 12,
          height - 16,
          TOP - 18,
          tick < 1_000
              ? String.format(Locale.ROOT, "%.0f ms", tick)
              : String.format(Locale.ROOT, "%.0f s", tick / 1_000)));
    }
    int line = 0;
    for (var kind : millis.entrySet()) {
      int y = TOP + LINE * line++ + LINE / 2;
      svg.append(String.format(
          Locale.ROOT,
          "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n",
          LEFT - 10,
          y + 4,
          kind.getKey()));
      for (var value : kind.getValue()) {
        svg.append(String.format(
            Locale.ROOT,
            "<circle cx=\"%.1f\" cy=\"%d\" r=\"4\" fill=\"#1f5fa8\" fill-opacity=\"0.5\"/>%n",
            x(value),
            y));
      }
    }
    return svg.append("</svg>\n").toString();
  }

  private static double x(double millis) {
    double within = Math.min(LONGEST, Math.max(SHORTEST, millis));
    return LEFT + WIDTH * Math.log10(within / SHORTEST) / Math.log10(LONGEST / SHORTEST);
  }
}
