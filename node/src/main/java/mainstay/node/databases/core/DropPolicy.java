package mainstay.node.databases.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ActiveSet.Role;
import mainstay.protocol.model.ServerId;

/** Which databases the cluster goes on without. The order of the branches is the safety argument. */
public final class DropPolicy {
  /** A reason that begins so says that the content is wrong, not that the database is away. */
  public static final String DAMAGED = "damaged: ";

  private DropPolicy() {}

  /** Whether it was left out for its content. */
  public static boolean isDamage(ActiveSet.Member member) {
    return member.role() == Role.INACTIVE && member.why().startsWith(DAMAGED);
  }

  public enum Finding {
    /** It answered a query on a new session, and it is the one that it should be. */
    REACHABLE,
    /** It is there, or its machine is, and gives no session. */
    REFUSED,
    /** No answer in time. */
    SILENT,
    /** It answers, and says of a write that it has no room, is read-only or broken. */
    CANNOT_STORE,
    /** It says itself that its content is broken. */
    DAMAGED,
    /** It says that it is another database. */
    OTHER_DATABASE
  }

  /** What one server found at one database. */
  public record Probe(Finding finding, String detail) {
    public boolean reachable() {
      return finding == Finding.REACHABLE;
    }

    /** The database has said it itself, so it does not matter who was told. */
    boolean proof() {
      return finding == Finding.CANNOT_STORE || wrongContent();
    }

    boolean wrongContent() {
      return finding == Finding.DAMAGED || finding == Finding.OTHER_DATABASE;
    }
  }

  public sealed interface Decision {
    String why();
  }

  /** @param why for each database that is dropped */
  public record Drop(Map<String, String> databases) implements Decision {
    public Drop {
      databases = new TreeMap<>(databases);
    }

    @Override
    public String why() {
      return String.join("; ", databases.values());
    }
  }

  public record Keep(String why) implements Decision {}

  /** More answers may change it. */
  public record Wait(String why) implements Decision {}

  /**
   * @param suspects databases that somebody could not work with
   * @param self the server that decides
   * @param asked whose findings count; all of them were asked about all written databases
   * @param probes by database and server, as far as they have come
   * @param waited since they were asked
   * @param limit after which a server that has not answered is not waited for
   */
  public static Decision decide(
      ActiveSet set,
      Set<String> suspects,
      ServerId self,
      Set<ServerId> asked,
      Map<String, Map<ServerId, Probe>> probes,
      Duration waited,
      Duration limit) {
    var view = new View(set, self, asked, probes, waited.compareTo(limit) >= 0);
    var drops = new TreeMap<String, String>();
    var keeps = new ArrayList<String>();
    Optional<Wait> wait = Optional.empty();
    for (var name : suspects.stream().sorted().toList()) {
      var decision = view.one(name);
      if (decision instanceof Drop drop) {
        drops.putAll(drop.databases());
      } else if (decision instanceof Wait open) {
        wait = Optional.of(open);
      } else {
        keeps.add(decision.why());
      }
    }
    if (!drops.isEmpty()) {
      return new Drop(drops);
    }
    return wait.<Decision>map(open -> open).orElseGet(() -> new Keep(String.join("; ", keeps)));
  }

  private record View(
      ActiveSet set,
      ServerId self,
      Set<ServerId> asked,
      Map<String, Map<ServerId, Probe>> probes,
      boolean over) {
    private Decision one(String name) {
      var of = of(name);
      if (!set.written().contains(name)) {
        return new Keep(name + " is not written in epoch " + set.epoch());
      }
      var proof =
          of.entrySet().stream().filter(probe -> probe.getValue().proof()).findFirst();
      if (set.has(name, Role.JOINING)) {
        return joining(name, Optional.ofNullable(of.get(self)), proof.isPresent());
      }
      if (proof.isEmpty() && unreachable(name) < majority()) {
        return undecided(name);
      }
      // Whoever is left alone must be able to go on, or nothing is won and the only copy is out.
      var others = set.active().stream().filter(other -> !other.equals(name)).toList();
      if (others.isEmpty()) {
        return new Keep(name + " is the only active database: " + evidence(name));
      }
      if (others.stream().noneMatch(this::sound)) {
        return others.stream().anyMatch(this::open) && !over
            ? new Wait("whether another active database than " + name + " answers")
            : new Keep(
                "no other active database than " + name + " is sound and answers a majority of the "
                    + asked.size() + " servers either: " + evidence(name));
      }
      return drop(
          name,
          proof
              .filter(found -> found.getValue().wrongContent())
              .map(found -> DAMAGED + text(found))
              .orElseGet(() -> evidence(name)));
    }

    /** Nobody reads it yet, so nothing is lost without it, and every write waits for it. */
    private Decision joining(String name, Optional<Probe> own, boolean proof) {
      if (proof || own.filter(probe -> !probe.reachable()).isPresent()) {
        return drop(name, "failed while it was joining: " + evidence(name));
      }
      return own.isPresent() || over
          ? new Keep(name + " answers " + self)
          : new Wait("what " + self + " finds at " + name);
    }

    private Decision undecided(String name) {
      boolean possible = unreachable(name) + unanswered(name) >= majority();
      return possible && !over
          ? new Wait("for the answers of " + unanswered(name) + " servers about " + name)
          : new Keep("only " + unreachable(name) + " of " + asked.size() + " servers cannot reach "
              + name + ", " + reachable(name) + " can");
    }

    /** So it is not among those that are dropped. */
    private boolean sound(String name) {
      return reachable(name) >= majority() && of(name).values().stream().noneMatch(Probe::proof);
    }

    private boolean open(String name) {
      return unanswered(name) > 0;
    }

    private static Drop drop(String name, String why) {
      return new Drop(Map.of(name, why));
    }

    /** Of those that are asked: one that was downed meanwhile may have answered too. */
    private Map<ServerId, Probe> of(String name) {
      var found = new TreeMap<>(probes.getOrDefault(name, Map.of()));
      found.keySet().retainAll(asked);
      return found;
    }

    private int majority() {
      return Proposer.majority(asked.size());
    }

    private long reachable(String name) {
      return of(name).values().stream().filter(Probe::reachable).count();
    }

    private long unreachable(String name) {
      return of(name).values().stream().filter(probe -> !probe.reachable()).count();
    }

    private long unanswered(String name) {
      return (long) asked.size() - of(name).size();
    }

    private String evidence(String name) {
      var found = of(name).entrySet().stream()
          .filter(probe -> !probe.getValue().reachable())
          .map(View::text)
          .collect(Collectors.toCollection(ArrayList::new));
      return unreachable(name) + " of " + asked.size() + " servers cannot use " + name
          + (found.isEmpty() ? "" : ": " + String.join("; ", shortened(found)));
    }

    /** They mostly say the same. */
    private static List<String> shortened(List<String> found) {
      return found.size() > 1 ? List.of(found.get(0), "…") : found;
    }

    private static String text(Map.Entry<ServerId, Probe> probe) {
      return probe.getKey() + " "
          + probe.getValue().finding().name().toLowerCase(java.util.Locale.ROOT) + ": "
          + probe.getValue().detail();
    }
  }
}
