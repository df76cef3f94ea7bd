package mainstay.node.databases.core;

import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ActiveSet.Member;
import mainstay.protocol.model.ActiveSet.Role;

/**
 * A database on its way back.
 *
 * <p>Phases: <em>copying</em>: copied -> joining; <em>joining</em>: the epoch in which it is written was chosen and stored
 * -> completing; <em>completing</em>: identical -> the end.
 */
public record Synchronising(String name, Phase phase) {
  public enum Phase {
    COPYING,
    JOINING,
    COMPLETING
  }

  /** Whether it goes on when this set is chosen. */
  public boolean goesOnIn(ActiveSet set) {
    var member = set.member(name);
    return switch (phase) {
      case COPYING ->
        member
            .filter(copied -> copied.role() == Role.INACTIVE && !copied.held())
            .isPresent();
      case JOINING -> true; // those who hold the barrier find out themselves
      case COMPLETING ->
        member.map(Member::role).filter(role -> role != Role.INACTIVE).isPresent();
    };
  }
}
