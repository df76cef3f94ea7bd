package mainstay.persistence.resync.core;

import java.util.Optional;

/**
 * Rows in the order of their keys, text by its bytes.
 *
 * @param after the last key before the range; empty from the first row on
 * @param to the last key of the range; empty to the last row
 */
public record KeyRange(Optional<Key> after, Optional<Key> to) {
  public static final KeyRange ALL = new KeyRange(Optional.empty(), Optional.empty());

  public KeyRange upTo(Optional<Key> last) {
    return new KeyRange(after, last);
  }

  /** All that comes behind this range; nothing does if it has no end. */
  public Optional<KeyRange> rest() {
    return to.map(last -> new KeyRange(Optional.of(last), Optional.empty()));
  }

  /** What of this range comes behind one with which it begins. */
  public Optional<KeyRange> behind(KeyRange beginning) {
    return beginning.to.equals(to) ? Optional.empty() : Optional.of(new KeyRange(beginning.to, to));
  }
}
