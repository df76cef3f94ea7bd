package mainstay.node.databases.core;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import mainstay.node.databases.core.FirstSet.Content;
import mainstay.node.databases.core.FirstSet.Identity;

/**
 * Active databases that stand at each other's addresses, as after volumes or names of hosts were mixed up. Each of them
 * has all that counts, so nothing has to be copied, and nothing may be: only what they say they are is to be put right.
 *
 * @param found what the database at an address says it is, by the name that the address has; only those that differ
 */
public record Swap(Map<String, Identity> found) {
  public Swap {
    found = new TreeMap<>(found);
  }

  /**
   * @param contents by the name of the address at which they were found
   * @return empty unless all active ones were found, in the epoch that was agreed to, each once and at least two of them
   *     at another's address: if one is missing, what stands in its place may be an old copy
   */
  public static Optional<Swap> of(Agreed agreed, Map<String, Content> contents) {
    var held = new TreeMap<String, Identity>();
    for (var name : agreed.set().active()) {
      Optional.ofNullable(contents.get(name))
          .filter(content -> content.epoch() == agreed.epoch())
          .flatMap(Content::identity)
          .filter(identity -> identity.cluster().equals(agreed.cluster()))
          .ifPresent(identity -> held.put(name, identity));
    }
    var names = new TreeSet<>(agreed.set().active());
    boolean eachOnce = held.keySet().equals(names)
        && held.values().stream()
            .map(Identity::name)
            .collect(Collectors.toSet())
            .equals(names);
    held.entrySet().removeIf(entry -> entry.getValue().name().equals(entry.getKey()));
    return eachOnce && !held.isEmpty() ? Optional.of(new Swap(held)) : Optional.empty();
  }

  /** A sentence. */
  public String why() {
    return "databases stood at each other's addresses, each with all that counts, and were renamed: "
        + found.entrySet().stream()
            .map(entry -> entry.getValue().name() + " is " + entry.getKey() + " now")
            .collect(Collectors.joining(", "));
  }
}
