package mainstay.node.databases.core;

import java.util.List;
import java.util.Optional;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ActiveSet.Member;
import mainstay.protocol.model.ActiveSet.Role;

/** What the acting coordinator does with a set that was chosen. */
public final class Execution {
  private Execution() {}

  public sealed interface Step {}

  /** Store it in all of these; then it counts. */
  public record Store(List<String> databases) implements Step {}

  /** Ask for a set without this one: nobody fills it any more, and every write waits for it. */
  public record LeaveOut(String database, String why) implements Step {}

  /** It is stored under the barrier, by whoever holds that. */
  public record Leave() implements Step {}

  /** @param own what this coordinator synchronises */
  public static Step of(ActiveSet set, Optional<Synchronising> own) {
    var joining = set.members().stream()
        .filter(member -> member.role() == Role.JOINING)
        .map(Member::name)
        .toList();
    var orphan = joining.stream()
        .filter(name -> own.filter(run -> run.name().equals(name)).isEmpty())
        .findFirst();
    if (orphan.isPresent()) {
      return new LeaveOut(orphan.get(), "its synchronisation ended with the server that ran it");
    }
    boolean underBarrier =
        own.filter(run -> run.phase() == Synchronising.Phase.JOINING).isPresent();
    return underBarrier && !joining.isEmpty() ? new Leave() : new Store(set.written());
  }
}
