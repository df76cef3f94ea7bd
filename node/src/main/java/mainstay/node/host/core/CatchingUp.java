package mainstay.node.host.core;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How an activation brings its copy to the ends of all streams. Nobody else writes in its term, so the copy is up to date
 * when it is there. It asks two questions at once: to make the ends of the streams it knows equal in all databases, for what
 * only one of them holds might be lost with it, and to read what the journal has beyond the copy. Mostly the answers fit, and
 * it has taken one round trip; their order does not matter.
 *
 * <p>One object for one attempt. Sequence numbers of streams are by persistence id, of the last event.
 */
public final class CatchingUp {
  public sealed interface Step {}

  /** A question is open. */
  public record AwaitAnswer() implements Step {}

  /** Make the ends of these streams equal, then {@link #endsAligned}. */
  public record AlignEnds(Set<String> streams) implements Step {
    public AlignEnds {
      streams = Set.copyOf(streams);
    }
  }

  /** Read on, then {@link #tailRead}. */
  public record ReadTail() implements Step {}

  /**
   * Begin with an empty copy, read the journal, then {@link #tailRead}.
   *
   * @param stream of which the copy holds more than any database
   */
  public record LoadAnew(String stream) implements Step {}

  public record UpToDate() implements Step {}

  private final Map<String, Long> ends = new HashMap<>();
  private boolean aligning = true;
  private boolean readingEarly = true;

  /**
   * @param found the equal ends of the streams that were asked for
   * @param copy what the copy has now
   */
  public Step endsAligned(Map<String, Long> found, Map<String, Long> copy) {
    aligning = false;
    ends.putAll(found);
    return next(false, copy);
  }

  /**
   * @param nothing the journal had no more for the copy
   * @param copy what the copy has now
   */
  public Step tailRead(boolean nothing, Map<String, Long> copy) {
    boolean beforeTheEndsWereEqual = readingEarly;
    readingEarly = false;
    return next(nothing && !beforeTheEndsWereEqual, copy);
  }

  private Step next(boolean nothing, Map<String, Long> copy) {
    if (aligning || readingEarly) {
      return new AwaitAnswer();
    }
    var ahead = ahead(copy);
    if (ahead.isPresent()) {
      return new LoadAnew(ahead.get());
    }
    var unknown = new HashSet<>(copy.keySet()); // an event may bring a stream
    unknown.removeAll(ends.keySet());
    if (unknown.isEmpty() && (nothing || atEnds(copy))) {
      return new UpToDate();
    }
    if (nothing) {
      aligning = true;
      return new AlignEnds(unknown);
    }
    return new ReadTail();
  }

  private Optional<String> ahead(Map<String, Long> copy) {
    return ends.entrySet().stream()
        .filter(end -> copy.getOrDefault(end.getKey(), 0L) > end.getValue())
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private boolean atEnds(Map<String, Long> copy) {
    return copy.entrySet().stream()
        .allMatch(stream -> stream.getValue().equals(ends.get(stream.getKey())));
  }
}
