package mainstay.persistence.journal;

import akka.actor.AbstractExtensionId;
import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import mainstay.persistence.journal.core.StreamEnd;

/**
 * The ends of streams as this server knows them: what it wrote last, or found. An actor that starts right after the ends of
 * its service's streams were compared need not have its own compared again; this holds once, since what is true for a
 * server that has just been activated may not be true later, and not if the server wrote to the stream meanwhile.
 */
final class StreamEnds implements Extension {
  private final ConcurrentHashMap<String, Known> ends = new ConcurrentHashMap<>();
  private final AtomicLong change = new AtomicLong();

  /**
   * @param compared with all databases, and not asked for since
   * @param change number of the change that brought it
   */
  private record Known(StreamEnd end, boolean compared, long change) {}

  /** The change of each stream that was the last when a comparison began. */
  record Comparison(Map<String, Long> changes) {}

  StreamEnds() {}

  static StreamEnds get(ActorSystem system) {
    return Id.INSTANCE.get(system);
  }

  Comparison beginComparison(Collection<String> streams) {
    return new Comparison(streams.stream()
        .distinct()
        .collect(Collectors.toUnmodifiableMap(
            stream -> stream,
            stream -> ends.computeIfAbsent(stream, none -> known(StreamEnd.none(), false))
                .change())));
  }

  /** All written databases have these ends, those of streams excepted to which this server wrote meanwhile. */
  void compared(Comparison comparison, Map<String, StreamEnd> found) {
    found.forEach((stream, end) -> {
      long before = comparison.changes().get(stream);
      ends.computeIfPresent(
          stream, (id, known) -> known.change() == before ? known(end, true) : known);
    });
  }

  /** The end that was compared with all databases, if nobody has asked for it and nothing was written since. */
  Optional<StreamEnd> takeCompared(String stream) {
    var known = ends.get(stream);
    return known != null
            && known.compared()
            && ends.replace(stream, known, known(known.end(), false))
        ? Optional.of(known.end())
        : Optional.empty();
  }

  Optional<StreamEnd> at(String stream, long sequence) {
    return Optional.ofNullable(ends.get(stream))
        .map(Known::end)
        .filter(end -> end.sequence() == sequence);
  }

  void put(String stream, StreamEnd end) {
    ends.put(stream, known(end, false));
  }

  /** A write has ended: what was compared before that is not to be relied upon. */
  void written(String stream) {
    ends.computeIfPresent(stream, (id, known) -> known(known.end(), false));
  }

  /** What stands there now is not known. */
  void forget(String stream) {
    ends.remove(stream);
  }

  private Known known(StreamEnd end, boolean compared) {
    return new Known(end, compared, change.incrementAndGet());
  }

  private static final class Id extends AbstractExtensionId<StreamEnds> {
    private static final Id INSTANCE = new Id();

    @Override
    public StreamEnds createExtension(ExtendedActorSystem system) {
      return new StreamEnds();
    }
  }
}
