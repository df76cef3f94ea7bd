package mainstay.persistence.resync.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What tells a row of a table from the others.
 *
 * @param parts {@code String} or {@code Long} each, in the order of the key columns
 */
public record Key(List<Object> parts) {
  public Key {
    parts = List.copyOf(parts);
  }

  public static Key of(Object... parts) {
    return new Key(List.of(parts));
  }

  /** All keys in their order, so many at a time. */
  public static List<List<Key>> pieces(Collection<Key> keys, int size) {
    var all = List.copyOf(keys);
    var pieces = new ArrayList<List<Key>>();
    for (int from = 0; from < all.size(); from += size) {
      pieces.add(all.subList(from, Math.min(all.size(), from + size)));
    }
    return pieces;
  }

  public String text(int part) {
    return (String) parts.get(part);
  }

  public long number(int part) {
    return (Long) parts.get(part);
  }

  /** Such as {@code point|setpoint-1/17}. */
  @Override
  public String toString() {
    return parts.stream().map(Object::toString).collect(Collectors.joining("/"));
  }
}
