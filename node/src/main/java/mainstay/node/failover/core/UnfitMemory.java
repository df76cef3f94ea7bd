package mainstay.node.failover.core;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import mainstay.protocol.model.ServerId;

/**
 * Rule 3 for one service: when every server is unfit, all but the last active one are cleared, and stay cleared until
 * they have been fit again. Without this memory the service would wander for as long as all complain.
 */
public final class UnfitMemory {
  private final Set<ServerId> cleared;

  public UnfitMemory() {
    this(Set.of());
  }

  private UnfitMemory(Set<ServerId> cleared) {
    this.cleared = new TreeSet<>(cleared);
  }

  UnfitMemory copy() {
    return new UnfitMemory(cleared);
  }

  /**
   * Takes note of what the servers say and answers who counts as fit.
   *
   * @param fit what each registered server of the list says of itself
   */
  public Set<ServerId> countAsFit(Map<ServerId, Boolean> fit, Optional<ServerId> lastActive) {
    cleared.removeIf(server -> fit.getOrDefault(server, false) || !fit.containsKey(server));
    var fits = new TreeSet<ServerId>(cleared);
    fit.forEach((server, says) -> {
      if (says) {
        fits.add(server);
      }
    });
    if (fits.isEmpty() && fit.size() > 1) {
      fit.keySet().stream()
          .filter(server -> lastActive.filter(server::equals).isEmpty())
          .forEach(cleared::add);
      fits.addAll(cleared);
    }
    return fits;
  }
}
