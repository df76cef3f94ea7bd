package mainstay.node.databases.core;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import mainstay.node.databases.core.DropPolicy.Probe;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ActiveSet.Member;
import mainstay.protocol.model.ActiveSet.Role;
import mainstay.protocol.model.DatabaseAddress;
import mainstay.protocol.model.ServerId;

/** What an operator may do with the databases. */
public final class AdminRules {
  private AdminRules() {}

  public sealed interface Verdict {}

  public record Allow() implements Verdict {}

  /** It is so already. */
  public record Nothing() implements Verdict {}

  /** @param detail a sentence that says what to do instead, where there is something */
  public record Refuse(Reason reason, String detail) implements Verdict {}

  /**
   * @param known empty while no majority of the voters has said anything
   * @param unusable why the servers could never use it, as a sentence; empty if they could
   */
  public static Verdict add(
      Optional<ActiveSet> known, DatabaseAddress database, Optional<String> unusable) {
    if (unusable.isPresent()) {
      return new Refuse(Reason.INVALID, unusable.get());
    }
    if (known.isEmpty()) {
      return nothingKnown();
    }
    var namesake = known.get().member(database.name()).map(Member::database);
    if (namesake.isPresent()) {
      return namesake.get().equals(database)
          ? new Nothing()
          : byRule(database.name() + " is known with another address, "
              + namesake.get().url() + ", or another login; remove it first");
    }
    return known.get().members().stream()
        .map(Member::database)
        .filter(other -> place(other).equals(place(database)))
        .findFirst()
        .<Verdict>map(twin -> new Refuse(
            Reason.INVALID,
            "url " + database.url() + " is that of " + twin.name()
                + "; each database needs one of its own"))
        .orElseGet(Allow::new);
  }

  private static String place(DatabaseAddress database) {
    return database.url().replaceFirst("\\?.*", "");
  }

  public static Verdict remove(Optional<ActiveSet> known, String name) {
    return refusal(known, name)
        .orElseGet(() -> known.get().has(name, Role.INACTIVE)
            ? new Allow()
            : byRule(
                name + " is written in epoch " + known.get().epoch() + "; deactivate it first"));
  }

  public static Verdict activate(Optional<ActiveSet> known, String name) {
    return refusal(known, name)
        .orElseGet(() -> known.get().has(name, Role.ACTIVE) ? new Nothing() : new Allow());
  }

  public static Verdict deactivate(Optional<ActiveSet> known, String name) {
    return refusal(known, name).orElseGet(() -> {
      if (Set.of(name).containsAll(known.get().active())) {
        return byRule(
            name + " is the only active database; without it nothing can be read or written");
      }
      return isHeld(known.get(), name) ? new Nothing() : new Allow();
    });
  }

  public static Verdict check(Optional<ActiveSet> known, String name) {
    return refusal(known, name)
        .orElseGet(() -> known.get().has(name, Role.ACTIVE)
            ? new Allow()
            : byRule(name + " is not active, so it is not expected to hold what the others do"));
  }

  public static boolean isHeld(ActiveSet set, String name) {
    return set.member(name).filter(Member::held).isPresent();
  }

  /** All whose answers count when one is to be activated by force. */
  public static Set<String> askedForForce(ActiveSet set, String name) {
    var names = new TreeSet<>(set.active());
    names.add(name);
    return names;
  }

  /**
   * Force gives up what the active ones have, so first there must be no other way.
   *
   * @param asked whose findings count
   * @param probes by database and server, as far as they have come
   * @param over no more answers are waited for
   * @return empty while more answers may change it
   */
  public static Optional<Verdict> force(
      ActiveSet set,
      String name,
      Set<ServerId> asked,
      Map<String, Map<ServerId, Probe>> probes,
      boolean over) {
    var answering =
        set.active().stream().filter(active -> reachable(probes, active) > 0).findFirst();
    if (answering.isPresent()) {
      return Optional.of(byRule(answering.get()
          + " is active and answers, so nothing has to be given up: " + name
          + " is synchronised from it without force"));
    }
    boolean allAnswered = askedForForce(set, name).stream()
        .allMatch(database -> probes.getOrDefault(database, Map.of()).keySet().containsAll(asked));
    if (!allAnswered && !over) {
      return Optional.empty();
    }
    long answers = probes.getOrDefault(name, Map.of()).entrySet().stream()
        .filter(probe -> asked.contains(probe.getKey()) && probe.getValue().reachable())
        .count();
    return Optional.of(
        answers < Proposer.majority(asked.size())
            ? byRule(name + " itself does not answer a majority of the servers")
            : new Allow());
  }

  private static long reachable(Map<String, Map<ServerId, Probe>> probes, String name) {
    return probes.getOrDefault(name, Map.of()).values().stream()
        .filter(Probe::reachable)
        .count();
  }

  /** Why nothing at all can be done with a database; empty if something can. */
  private static Optional<Verdict> refusal(Optional<ActiveSet> known, String name) {
    if (known.isEmpty()) {
      return Optional.of(nothingKnown());
    }
    return known.get().member(name).isPresent()
        ? Optional.empty()
        : Optional.of(new Refuse(
            Reason.NOT_FOUND,
            "there is no database " + name + "; known are " + known.get().text()));
  }

  private static Verdict nothingKnown() {
    return new Refuse(
        Reason.NO_ACTIVE_SERVER, "no majority of the voters has said yet which databases count");
  }

  private static Verdict byRule(String detail) {
    return new Refuse(Reason.REFUSED_BY_RULE, detail);
  }
}
