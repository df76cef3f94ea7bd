package mainstay.protocol.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The databases that the cluster knows and which of them count. A majority of the voters agrees to each set; the epoch
 * grows with every change and is never reused.
 *
 * <p>A write is acknowledged when every <em>written</em> database has committed it, so each of them has all that was ever
 * acknowledged since it became one. Only <em>active</em> ones, which have all that came before too, are read.
 *
 * @param members in the order of their names; at least one is active
 * @param why one sentence: why this epoch began
 */
public record ActiveSet(long epoch, List<Member> members, String why) {

  public enum Role {
    /** Written and read. */
    ACTIVE,
    /** Written, and being filled with what is older; not read. */
    JOINING,
    /** Neither written nor read: it may lack anything. */
    INACTIVE
  }

  /**
   * @param held inactive because an operator wants it so: nobody activates it again on his own
   * @param why one sentence: why it has this role
   */
  public record Member(DatabaseAddress database, Role role, boolean held, String why) {
    public String name() {
      return database.name();
    }
  }

  public ActiveSet {
    members = members.stream().sorted(Comparator.comparing(Member::database)).toList();
    if (members.stream().noneMatch(member -> member.role() == Role.ACTIVE)) {
      throw new IllegalArgumentException("epoch " + epoch + " has no active database: " + why);
    }
    if (members.stream().map(Member::name).distinct().count() < members.size()) {
      throw new IllegalArgumentException("epoch " + epoch + " names a database twice");
    }
  }

  /** The first one of a new cluster: all of these count. */
  public static ActiveSet first(List<DatabaseAddress> databases) {
    return new ActiveSet(
        1,
        databases.stream()
            .map(database -> new Member(database, Role.ACTIVE, false, "from the first start on"))
            .toList(),
        "first start");
  }

  public Optional<Member> member(String name) {
    return members.stream().filter(member -> member.name().equals(name)).findFirst();
  }

  public boolean has(String name, Role role) {
    return member(name).filter(member -> member.role() == role).isPresent();
  }

  /** Names of those that every write goes to, in order. */
  public List<String> written() {
    return names(Role.ACTIVE, Role.JOINING);
  }

  /** Names of those that may be read, in order. */
  public List<String> active() {
    return names(Role.ACTIVE);
  }

  private List<String> names(Role... roles) {
    return members.stream()
        .filter(member -> List.of(roles).contains(member.role()))
        .map(Member::name)
        .toList();
  }

  /**
   * The next epoch, in which a known database has another role.
   *
   * @throws IllegalArgumentException if it is not known, or no active one would be left
   */
  public ActiveSet with(String name, Role role, boolean held, String reason) {
    var database = member(name)
        .orElseThrow(() -> new IllegalArgumentException("there is no database " + name))
        .database();
    return replacing(name, Optional.of(new Member(database, role, held, reason)), reason);
  }

  /** The next epoch, in which one more database is known; it is inactive until it has been synchronised. */
  public ActiveSet adding(DatabaseAddress database, String reason) {
    return replacing(
        database.name(), Optional.of(new Member(database, Role.INACTIVE, false, reason)), reason);
  }

  /** @throws IllegalArgumentException if no active one would be left */
  public ActiveSet removing(String name, String reason) {
    return replacing(name, Optional.empty(), reason);
  }

  private ActiveSet replacing(String name, Optional<Member> next, String reason) {
    var changed = new ArrayList<Member>();
    members.stream().filter(member -> !member.name().equals(name)).forEach(changed::add);
    next.ifPresent(changed::add);
    return new ActiveSet(epoch + 1, changed, reason);
  }

  /** Such as {@code db1 active, db2 inactive}: for the databases themselves, for logs and for people. */
  public String text() {
    return String.join(
        ", ",
        members.stream()
            .map(member ->
                member.name() + " " + member.role().name().toLowerCase(java.util.Locale.ROOT))
            .toList());
  }
}
