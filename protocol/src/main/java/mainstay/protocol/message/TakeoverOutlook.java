package mainstay.protocol.message;

import java.util.List;
import java.util.Optional;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/**
 * Who would serve what if some servers died at this moment, by what one server knows. A value for people and programs
 * outside; nothing is done.
 *
 * @param down servers that are taken for dead
 * @param services empty while the asked server does not know who is active
 * @param limits sentences: what the answer takes for granted
 */
public record TakeoverOutlook(
    ServerId reportedBy, List<ServerId> down, List<Fate> services, List<String> limits) {

  public TakeoverOutlook {
    down = List.copyOf(down);
    services = List.copyOf(services);
    limits = List.copyOf(limits);
  }

  /**
   * @param active who serves now; empty if nobody does
   * @param then who would serve; empty if nobody would
   * @param why one sentence
   */
  public record Fate(
      ServiceName service, Optional<ServerId> active, Optional<ServerId> then, String why) {}
}
