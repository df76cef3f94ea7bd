package mainstay.persistence.journal;

import java.util.Optional;
import mainstay.persistence.journal.core.FenceStamp;

/**
 * One event of the journal.
 *
 * @param fenceText {@code service#term@server/incarnation}; empty for an event that was stored without a fence
 */
public record StoredEvent(String persistenceId, long sequence, String fenceText, StoredForm form) {
  public Optional<FenceStamp> stamp() {
    return FenceStamp.parse(fenceText);
  }
}
