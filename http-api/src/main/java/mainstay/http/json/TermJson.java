package mainstay.http.json;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import mainstay.protocol.message.ClusterSupervisor;

/**
 * An item of {@code GET /services/NAME/history}.
 *
 * @param until when the next term was taken, null for the newest
 */
public record TermJson(long term, String server, Instant at, Optional<Instant> until, String why) {

  /** @param terms the newest first, without gaps */
  public static List<TermJson> of(List<ClusterSupervisor.Term> terms) {
    var items = new ArrayList<TermJson>();
    Optional<Instant> next = Optional.empty();
    for (var term : terms) {
      items.add(new TermJson(term.term(), term.server().value(), term.at(), next, term.why()));
      next = Optional.of(term.at());
    }
    return items;
  }
}
