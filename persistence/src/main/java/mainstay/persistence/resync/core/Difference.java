package mainstay.persistence.resync.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/** A row that two sides do not hold alike, as the one side sees the other. */
public record Difference(Key key, Kind kind) {
  public enum Kind {
    /** Only the right side has it. */
    MISSING,
    /** Only the other side has it. */
    EXTRA,
    /** Both have a row of this key, with other content. */
    DIFFERENT
  }

  /**
   * What the other side would have to change to be like the right one.
   *
   * @return in the order of the right side's rows, then the extra ones in the order of the other side's
   */
  public static List<Difference> between(List<RowHash> right, List<RowHash> other) {
    var left = new HashMap<Key, Long>();
    other.forEach(row -> left.put(row.key(), row.hash()));
    var found = new ArrayList<Difference>();
    for (var row : right) {
      var hash = left.remove(row.key());
      if (hash == null) {
        found.add(new Difference(row.key(), Kind.MISSING));
      } else if (hash != row.hash()) {
        found.add(new Difference(row.key(), Kind.DIFFERENT));
      }
    }
    for (var row : other) {
      if (left.containsKey(row.key())) {
        found.add(new Difference(row.key(), Kind.EXTRA));
      }
    }
    return found;
  }

  /** Whether the other side has to change, while services write to both; see {@link Table.Growth}. */
  public boolean counts(Table table) {
    return kind != Kind.EXTRA || table.growth() == Table.Growth.FREE;
  }
}
