package mainstay.node.host.core;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import mainstay.protocol.model.Position;

/**
 * One server's copy of a service's state: every stream folded up to some event, with a hash chained over the stored
 * bytes of each event. Two copies at one position hold the same state. Not safe for concurrent use.
 */
public final class Replica implements Streams {
  private static final int HASH_BYTES = 16;

  private final StateModel model;
  private final Map<String, Stream> streams = new HashMap<>();
  private final byte[] combined = new byte[HASH_BYTES];
  private long total;

  private static final class Stream {
    private long sequence;
    private byte[] chain = new byte[HASH_BYTES];
    private Object state;
  }

  public Replica(StateModel model) {
    this.model = model;
  }

  /** What happened to an event that was offered. */
  public enum Offer {
    APPLIED,
    /** It was here before. */
    KNOWN,
    /** Events before it are missing. */
    GAP
  }

  /**
   * Applies the next event of a stream.
   *
   * @param sequence of the event in its stream, from 1
   * @param stored the bytes that the journal holds for it
   */
  public Offer offer(String persistenceId, long sequence, byte[] stored, Object event) {
    var stream = streams.computeIfAbsent(persistenceId, id -> {
      var created = new Stream();
      created.state = model.initial(id);
      return created;
    });
    if (sequence <= stream.sequence) {
      return Offer.KNOWN;
    }
    if (sequence > stream.sequence + 1) {
      return Offer.GAP;
    }
    mix(persistenceId, stream);
    stream.state = model.apply(persistenceId, stream.state, event);
    stream.sequence = sequence;
    stream.chain = chain(stream.chain, stored);
    mix(persistenceId, stream);
    total++;
    return Offer.APPLIED;
  }

  /** Last applied sequence number, 0 for a stream without events. */
  public long sequence(String persistenceId) {
    var stream = streams.get(persistenceId);
    return stream == null ? 0 : stream.sequence;
  }

  /** Last applied sequence number of every stream that belongs to the service. */
  public Map<String, Long> sequences() {
    var sequences = new HashMap<String, Long>();
    model.persistenceIds(this).forEach(id -> sequences.put(id, sequence(id)));
    streams.forEach((id, stream) -> sequences.put(id, stream.sequence));
    return sequences;
  }

  public Position position() {
    return total == 0 ? Position.EMPTY : new Position(total, HexFormat.of().formatHex(combined));
  }

  @Override
  public Optional<Object> state(String persistenceId) {
    return Optional.ofNullable(streams.get(persistenceId))
        .filter(s -> s.sequence > 0)
        .map(s -> s.state);
  }

  @Override
  public Set<String> persistenceIds() {
    return Collections.unmodifiableSet(streams.keySet());
  }

  /** Takes a stream's digest out of the combined one or puts it in: exclusive or undoes itself. */
  private void mix(String persistenceId, Stream stream) {
    if (stream.sequence == 0) {
      return;
    }
    byte[] digest = digest(persistenceId.getBytes(StandardCharsets.UTF_8), stream.chain);
    for (int i = 0; i < HASH_BYTES; i++) {
      combined[i] ^= digest[i];
    }
  }

  private static byte[] chain(byte[] previous, byte[] stored) {
    return digest(previous, stored);
  }

  private static byte[] digest(byte[] first, byte[] second) {
    try {
      var sha = MessageDigest.getInstance("SHA-256");
      sha.update(first);
      sha.update(second);
      return java.util.Arrays.copyOf(sha.digest(), HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
