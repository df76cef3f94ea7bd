package mainstay.persistence.resync.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How far streams of events, or series of samples, reach in one database.
 *
 * @param last by the first part of the key, which names the stream, the greatest second one
 */
public record Heads(Map<Object, Long> last) {
  public Heads {
    last = Map.copyOf(last);
  }

  /** The rows by which streams reach further here than there, as far as they do; all rows of those that are here only. */
  public List<KeyRange> beyond(Heads there) {
    var ranges = new ArrayList<KeyRange>();
    last.forEach((stream, end) -> {
      long begin = there.last.getOrDefault(stream, Long.MIN_VALUE);
      if (begin < end) {
        ranges.add(range(stream, begin, end));
      }
    });
    return ranges;
  }

  /** As far as those streams reach in both that both have. */
  public Heads common(Heads other) {
    var common = new HashMap<>(last);
    common.keySet().retainAll(other.last.keySet());
    common.replaceAll((stream, end) -> Math.min(end, other.last.get(stream)));
    return new Heads(common);
  }

  /** What of a stream comes behind its head; all of it if it has none here. */
  public KeyRange behind(Object stream) {
    return range(stream, last.getOrDefault(stream, Long.MIN_VALUE), Long.MAX_VALUE);
  }

  /** All rows of a stream but one with the least number there is, which nothing has. */
  public static KeyRange whole(Object stream) {
    return range(stream, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  private static KeyRange range(Object stream, long after, long to) {
    return new KeyRange(Optional.of(Key.of(stream, after)), Optional.of(Key.of(stream, to)));
  }
}
