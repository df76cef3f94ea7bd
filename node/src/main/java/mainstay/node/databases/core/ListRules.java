package mainstay.node.databases.core;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.model.PerformanceDatabase;

/** Which list of databases a command is about. A name stands in one list only, so commands need no more than the name. */
public final class ListRules {
  private ListRules() {}

  /**
   * @param rows of all lists
   * @return empty for the installation's, which has the words for a name that nobody knows
   */
  public static String listOf(String database, List<DatabaseAdmin.Database> rows) {
    return rows.stream()
        .filter(row -> row.name().equals(database))
        .map(DatabaseAdmin.Database::cluster)
        .findFirst()
        .orElse("");
  }

  /**
   * Why a database cannot be added to the list that is asked for; empty if that list may decide.
   *
   * @param lists for samples that this server knows
   * @param rows of all lists
   */
  public static Optional<Rejected> refusal(
      DatabaseAdmin.Add add, Set<String> lists, List<DatabaseAdmin.Database> rows) {
    var cluster = add.cluster();
    if (cluster.equals(PerformanceDatabase.LOCAL_LIST)) {
      return Optional.of(Rejected.of(
          Reason.INVALID,
          "the local list of a server is one database; change it in the file of that server"));
    }
    if (!cluster.isEmpty() && !lists.contains(cluster)) {
      var known = new TreeSet<>(lists);
      known.remove(PerformanceDatabase.LOCAL_LIST);
      return Optional.of(Rejected.of(
          Reason.INVALID,
          "there is no cluster " + cluster + " in mainstay.sample-databases of this server"
              + (known.isEmpty() ? "" : "; known are " + String.join(", ", known))));
    }
    return rows.stream()
        .filter(row -> !row.cluster().equals(cluster))
        .filter(row -> row.name().equals(add.database().name())
            || place(row.url()).equals(place(add.database().url())))
        .findFirst()
        .map(row -> Rejected.of(
            Reason.REFUSED_BY_RULE,
            "database " + row.name() + " (" + row.url() + ") belongs to "
                + (row.cluster().isEmpty() ? "the installation" : "cluster " + row.cluster())
                + "; each list needs databases of its own, with names of their own"));
  }

  private static String place(String url) {
    return url.replaceFirst("\\?.*", "");
  }
}
