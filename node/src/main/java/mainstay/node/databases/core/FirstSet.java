package mainstay.node.databases.core;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ActiveSet.Member;
import mainstay.protocol.model.ActiveSet.Role;
import mainstay.protocol.model.DatabaseAddress;

/** With which databases a cluster begins whose voters remember nothing, by what the databases themselves hold. */
public final class FirstSet {
  private static final String ACTIVE = " active";

  private FirstSet() {}

  /**
   * What one database holds.
   *
   * @param epoch that it was last told; 0 if it never was
   * @param members of that epoch, as {@link ActiveSet#text()}
   * @param events whether it holds any event or sample
   * @param identity empty if it never belonged to a cluster
   */
  public record Content(long epoch, String members, boolean events, Optional<Identity> identity) {}

  public record Identity(String cluster, String name) {}

  public sealed interface Decision {}

  public record Begin(Agreed agreed) implements Decision {}

  /** @param why a sentence that says what to do */
  public record Refuse(String why) implements Decision {}

  /**
   * @param list that is configured
   * @param contents of all configured databases, by name
   * @param newCluster name of the cluster if it is a new one
   */
  public static Decision decide(
      DatabaseList list,
      List<DatabaseAddress> configured,
      Map<String, Content> contents,
      String newCluster,
      String by,
      Instant at) {
    var refusal = wrongIdentity(list, configured, contents);
    if (refusal.isPresent()) {
      return new Refuse(refusal.get());
    }
    var cluster = contents.values().stream()
        .flatMap(content -> content.identity().stream())
        .map(Identity::cluster)
        .findFirst()
        .or(list::identity)
        .orElse(newCluster);
    long highest = contents.values().stream().mapToLong(Content::epoch).max().orElse(0);
    var holders = names(configured, name -> contents.get(name).events());
    if (highest > 0) {
      return remembered(list, configured, contents, highest, cluster, by, at);
    }
    if (holders.isEmpty()) {
      return new Begin(new Agreed(cluster, ActiveSet.first(configured), by, at));
    }
    if (holders.size() > 1) {
      return new Refuse("the databases " + String.join(", ", holders)
          + " hold events, and none says which of them count; configure (" + list.key()
          + ") only the one that is right, start, and make the others known with 'databases add"
          + list.option() + "'");
    }
    return new Begin(new Agreed(
        cluster,
        set(configured, 1, Set.copyOf(holders), holders.get(0) + " alone holds events"),
        by,
        at));
  }

  /** All that was ever acknowledged is in those that the newest epoch calls active, if they have stored it too. */
  private static Decision remembered(
      DatabaseList list,
      List<DatabaseAddress> configured,
      Map<String, Content> contents,
      long highest,
      String cluster,
      String by,
      Instant at) {
    var newest = contents.values().stream()
        .filter(content -> content.epoch() == highest)
        .map(Content::members)
        .distinct()
        .toList();
    if (newest.size() > 1) {
      return new Refuse("the databases do not agree about epoch " + highest + ": "
          + String.join(" / ", newest)
          + "; configure (" + list.key() + ") only the one that is right and start");
    }
    var counted = counted(newest.get(0));
    var active =
        names(configured, name -> counted.contains(name) && contents.get(name).epoch() == highest);
    if (active.isEmpty()) {
      return new Refuse("the newest epoch known, " + highest + ", counts " + newest.get(0)
          + ", and none of these is among " + list.key() + " " + names(configured, name -> true)
          + " with that epoch; add one that counts");
    }
    return new Begin(new Agreed(
        cluster,
        set(
            configured,
            highest + 1,
            Set.copyOf(active),
            "the voters had lost their memory, the databases remember epoch " + highest),
        by,
        at));
  }

  /** Names of those that a text of members calls active. */
  static Set<String> counted(String members) {
    return Arrays.stream(members.split(", "))
        .filter(member -> member.endsWith(ACTIVE))
        .map(member -> member.substring(0, member.length() - ACTIVE.length()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Optional<String> wrongIdentity(
      DatabaseList list, List<DatabaseAddress> configured, Map<String, Content> contents) {
    var clusters = new TreeMap<String, String>();
    for (var database : configured) {
      var identity = contents.get(database.name()).identity();
      if (identity.isPresent()) {
        var cluster = list.identity().orElse(identity.get().cluster());
        var wrong = contradiction(database, identity.get(), cluster);
        if (wrong.isPresent()) {
          return wrong;
        }
        clusters.put(identity.get().cluster(), database.name());
      }
    }
    return clusters.size() > 1
        ? Optional.of("the configured databases belong to different clusters "
            + clusters
            + "; remove from " + list.key() + " those that are not of this cluster")
        : Optional.empty();
  }

  /** How a database contradicts what it is called, as a sentence. */
  public static Optional<String> contradiction(
      DatabaseAddress database, Identity identity, String cluster) {
    return identity.name().equals(database.name()) && identity.cluster().equals(cluster)
        ? Optional.empty()
        : Optional.of("database at " + database.url() + " says it is " + identity.name()
            + " of cluster " + identity.cluster() + ", the configuration calls it "
            + database.name() + " of cluster " + cluster + "; correct the address");
  }

  private static ActiveSet set(
      List<DatabaseAddress> configured, long epoch, Set<String> active, String why) {
    var members = new ArrayList<Member>();
    for (var database : configured) {
      boolean counts = active.contains(database.name());
      members.add(new Member(
          database,
          counts ? Role.ACTIVE : Role.INACTIVE,
          false,
          counts ? why : "not synchronised yet: " + why));
    }
    return new ActiveSet(epoch, members, why);
  }

  private static List<String> names(
      List<DatabaseAddress> configured, java.util.function.Predicate<String> which) {
    return configured.stream().map(DatabaseAddress::name).filter(which).sorted().toList();
  }
}
