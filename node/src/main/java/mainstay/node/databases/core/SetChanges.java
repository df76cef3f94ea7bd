package mainstay.node.databases.core;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ActiveSet.Member;
import mainstay.protocol.model.ActiveSet.Role;
import mainstay.protocol.model.DatabaseAddress;

/** Changes of the set. Each looks at what has been chosen meanwhile, and leaves it as it is where it does not fit. */
public final class SetChanges {
  private final String by;
  private final Instant at;

  public SetChanges(String by, Instant at) {
    this.by = by;
    this.at = at;
  }

  /**
   * @param epoch in which this was decided; in another one the reasons may not hold
   * @param whys for each database that is to be left out
   */
  public UnaryOperator<Optional<Agreed>> drop(long epoch, Map<String, String> whys) {
    return current -> current.filter(agreed -> agreed.epoch() == epoch).flatMap(agreed -> {
      var set = agreed.set();
      var members = new ArrayList<Member>();
      for (var member : set.members()) {
        members.add(
            whys.containsKey(member.name()) && member.role() != Role.INACTIVE
                ? new Member(
                    member.database(), Role.INACTIVE, member.held(), whys.get(member.name()))
                : member);
      }
      boolean oneIsLeft = members.stream().anyMatch(member -> member.role() == Role.ACTIVE);
      return oneIsLeft && !members.equals(set.members())
          ? Optional.of(
              next(agreed, new ActiveSet(epoch + 1, members, String.join("; ", whys.values()))))
          : Optional.empty();
    });
  }

  /** @param expected role that it must have had */
  public UnaryOperator<Optional<Agreed>> role(
      long epoch, String name, Role expected, Role role, String why) {
    return current -> current
        .filter(agreed -> agreed.epoch() == epoch && agreed.set().has(name, expected))
        .map(agreed -> next(agreed, agreed.set().with(name, role, false, why)));
  }

  /** An epoch that changes nothing but keeps for ever what happened. */
  public UnaryOperator<Optional<Agreed>> note(long epoch, String why) {
    return current -> current
        .filter(agreed -> agreed.epoch() == epoch)
        .map(agreed -> next(agreed, new ActiveSet(epoch + 1, agreed.set().members(), why)));
  }

  public UnaryOperator<Optional<Agreed>> add(DatabaseAddress database, String why) {
    return current -> current
        .filter(agreed -> agreed.set().member(database.name()).isEmpty())
        .map(agreed -> next(agreed, agreed.set().adding(database, why)));
  }

  public UnaryOperator<Optional<Agreed>> remove(String name, String why) {
    return current -> current
        .filter(agreed -> agreed.set().has(name, Role.INACTIVE))
        .map(agreed -> next(agreed, agreed.set().removing(name, why)));
  }

  /** Nobody may activate it but an operator. */
  public UnaryOperator<Optional<Agreed>> hold(String name, String why) {
    return current -> current
        .filter(
            agreed -> agreed.set().member(name).filter(member -> !member.held()).isPresent())
        .filter(agreed -> !Set.of(name).containsAll(agreed.set().active()))
        .map(agreed -> next(agreed, agreed.set().with(name, Role.INACTIVE, true, why)));
  }

  public UnaryOperator<Optional<Agreed>> release(String name, String why) {
    return current -> current
        .filter(agreed -> agreed.set().member(name).filter(Member::held).isPresent())
        .map(agreed -> next(agreed, agreed.set().with(name, Role.INACTIVE, false, why)));
  }

  /** It alone counts, with what it has; whatever counted before is given up. */
  public UnaryOperator<Optional<Agreed>> force(long epoch, String name, String why) {
    return current -> current
        .filter(agreed -> agreed.epoch() == epoch && agreed.set().member(name).isPresent())
        .map(agreed -> next(
            agreed,
            new ActiveSet(
                epoch + 1,
                agreed.set().members().stream()
                    .map(member -> member.name().equals(name)
                        ? new Member(member.database(), Role.ACTIVE, false, why)
                        : member.role() == Role.INACTIVE
                            ? member
                            : new Member(member.database(), Role.INACTIVE, member.held(), why))
                    .toList(),
                why)));
  }

  private Agreed next(Agreed agreed, ActiveSet set) {
    return agreed.next(set, by, at);
  }
}
