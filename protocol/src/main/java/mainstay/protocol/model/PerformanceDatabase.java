package mainstay.protocol.model;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where the samples of an engine are stored.
 *
 * @param list name of one of the lists of {@code mainstay.sample-databases}; empty: in the installation's databases
 */
public record PerformanceDatabase(Optional<String> list) {
  // First, for the constants below are checked by it.
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,30}");

  /** The list of the one database that belongs to a server alone. All others are clusters, the same on every server. */
  public static final String LOCAL_LIST = "local";

  public static final PerformanceDatabase INSTALLATION = new PerformanceDatabase(Optional.empty());
  public static final PerformanceDatabase LOCAL = new PerformanceDatabase(Optional.of(LOCAL_LIST));

  private static final String CLUSTER = "cluster ";

  /** @throws IllegalArgumentException saying what a name may be */
  public PerformanceDatabase {
    list.filter(name -> !isName(name)).ifPresent(name -> {
      throw new IllegalArgumentException(
          "'" + name + "' is no name of a cluster, which starts with a lower case"
              + " letter and holds at most 31 lower case letters, digits and hyphens");
    });
  }

  /** The databases of this name, which is not {@value #LOCAL_LIST}. */
  public static PerformanceDatabase cluster(String name) {
    return new PerformanceDatabase(Optional.of(name));
  }

  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /**
   * As {@link #text} writes it.
   *
   * @throws IllegalArgumentException saying what would be right
   */
  public static PerformanceDatabase parse(String text) {
    if (text.equals(LOCAL_LIST)) {
      return LOCAL;
    }
    var name = text.startsWith(CLUSTER) ? text.substring(CLUSTER.length()) : "";
    if (!isName(name) || name.equals(LOCAL_LIST)) {
      throw new IllegalArgumentException(
          "must be \"local\" or \"cluster NAME\", where NAME is a list of"
              + " mainstay.sample-databases, or be left out, but is \"" + shortened(text) + "\"");
    }
    return cluster(name);
  }

  /** {@code local} or {@code cluster NAME}; empty for the installation's databases. */
  public Optional<String> text() {
    return list.map(name -> name.equals(LOCAL_LIST) ? name : CLUSTER + name);
  }

  private static String shortened(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "...";
  }
}
