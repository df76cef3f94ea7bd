package mainstay.persistence.resync.core;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Content of each stream of a table, put together from places in which rows of many streams lie. */
public final class StreamDigests {
  private final Map<Object, Digest> digests = new HashMap<>();

  public void add(Map<Object, Digest> some) {
    some.forEach((stream, digest) -> digests.merge(stream, digest, Digest::plus));
  }

  /** Streams of which the two do not hold the same. */
  public Set<Object> apart(StreamDigests other) {
    var apart = new HashSet<>(digests.keySet());
    apart.addAll(other.digests.keySet());
    apart.removeIf(stream -> of(stream).equals(other.of(stream)));
    return apart;
  }

  private Digest of(Object stream) {
    return digests.getOrDefault(stream, Digest.EMPTY);
  }
}
