package mainstay.node.databases.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ActiveSet.Member;
import mainstay.protocol.model.DatabaseAddress;

/** The databases that a server's file lists, beside those that the cluster has agreed on. */
public final class Configured {
  private Configured() {}

  /** How they differ in names, vendors and addresses, as a sentence that says what to do; empty if they do not. */
  public static Optional<String> mismatch(
      DatabaseList list, List<DatabaseAddress> file, ActiveSet agreed) {
    var inFile = byName(file);
    var known = byName(agreed.members().stream().map(Member::database).toList());
    var differences = new ArrayList<String>();
    for (var database : inFile.values()) {
      var other = known.get(database.name());
      if (other == null) {
        differences.add("the file lists " + text(database) + ", which the cluster does not know ("
            + "'databases add " + database.name() + list.option() + "' makes it known)");
      } else if (!same(other, database)) {
        differences.add("the file says " + text(database) + ", the cluster " + text(other));
      }
    }
    known.values().stream()
        .filter(database -> !inFile.containsKey(database.name()))
        .forEach(database -> differences.add("the cluster knows " + text(database)
            + ", which the file does not list ('databases remove " + database.name()
            + "' forgets it)"));
    return differences.isEmpty()
        ? Optional.empty()
        : Optional.of(list.key() + " of this server and the cluster's databases of epoch "
            + agreed.epoch() + " differ: " + String.join("; ", differences)
            + "; use these commands on a running server, or correct the file");
  }

  /** Whether both are one database, however one logs in. */
  public static boolean same(DatabaseAddress one, DatabaseAddress other) {
    return text(one).equals(text(other));
  }

  /** How this server logs in is its own affair: where passwords are may differ from server to server. */
  public static ActiveSet withLoginsOf(List<DatabaseAddress> file, ActiveSet agreed) {
    var own = byName(file);
    return new ActiveSet(
        agreed.epoch(),
        agreed.members().stream()
            .map(member -> new Member(
                Optional.ofNullable(own.get(member.name()))
                    .filter(database -> same(database, member.database()))
                    .orElse(member.database()),
                member.role(),
                member.held(),
                member.why()))
            .toList(),
        agreed.why());
  }

  private static Map<String, DatabaseAddress> byName(List<DatabaseAddress> databases) {
    return databases.stream()
        .collect(Collectors.toMap(
            DatabaseAddress::name, Function.identity(), (one, other) -> one, TreeMap::new));
  }

  private static String text(DatabaseAddress database) {
    return database.name() + " (" + database.vendor() + " " + database.url() + ")";
  }
}
