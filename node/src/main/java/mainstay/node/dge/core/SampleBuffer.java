package mainstay.node.dge.core;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import mainstay.protocol.model.Sample;

/**
 * Samples on their way to the store. One write is outstanding at a time; a failed one is repeated after a pause that
 * doubles, which is harmless since samples are identified by series and time. When the buffer is full, the oldest
 * sample that is not being written is dropped and counted: the newest say most about the state of things.
 *
 * <p>Times are milliseconds of a clock that never jumps. Not thread-safe.
 */
public final class SampleBuffer {
  /**
   * @param batchSize most samples of one write
   * @param maxAge a smaller batch is written when its oldest sample has waited this long
   * @param capacity most samples held, those being written included
   * @param shortestPause before the first repetition of a failed write
   * @param longestPause between repetitions
   */
  public record Limits(
      int batchSize, Duration maxAge, int capacity, Duration shortestPause, Duration longestPause) {
    public Limits {
      if (batchSize < 1 || capacity <= batchSize) {
        throw new IllegalArgumentException(
            "a buffer for " + capacity + " samples cannot serve batches of " + batchSize
                + "; it must hold more than one batch");
      }
      if (maxAge.isNegative()
          || shortestPause.toMillis() < 1
          || longestPause.compareTo(shortestPause) < 0) {
        throw new IllegalArgumentException("age " + maxAge + " must not be negative, and pauses "
            + shortestPause + " to " + longestPause + " must be positive and in order");
      }
    }
  }

  private final Limits limits;
  private final ArrayDeque<Sample> waiting = new ArrayDeque<>();
  private List<Sample> outstanding = List.of();
  private long waitingSinceMillis;
  private long notBeforeMillis = Long.MIN_VALUE;
  private long pauseMillis;
  private boolean flushing;
  private long written;
  private long dropped;

  public SampleBuffer(Limits limits) {
    this.limits = limits;
    this.pauseMillis = limits.shortestPause.toMillis();
  }

  public void add(Sample sample, long nowMillis) {
    if (size() == limits.capacity) {
      waiting.removeFirst();
      dropped++;
    }
    if (waiting.isEmpty()) {
      waitingSinceMillis = nowMillis;
    }
    waiting.addLast(sample);
  }

  /**
   * The batch to write now, oldest first; empty if there is none to write, or one is outstanding. Report its end by
   * {@link #written()} or {@link #failed}.
   */
  public List<Sample> take(long nowMillis) {
    var due = nextMillis();
    if (due.isEmpty() || due.getAsLong() > nowMillis) {
      return List.of();
    }
    var batch = new ArrayList<Sample>(Math.min(limits.batchSize, waiting.size()));
    while (batch.size() < limits.batchSize && !waiting.isEmpty()) {
      batch.add(waiting.removeFirst());
    }
    outstanding = List.copyOf(batch);
    return outstanding;
  }

  /** The outstanding batch is stored. */
  public void written() {
    requireOutstanding();
    written += outstanding.size();
    outstanding = List.of();
    pauseMillis = limits.shortestPause.toMillis();
    notBeforeMillis = Long.MIN_VALUE;
  }

  /** The outstanding batch is not stored, or nobody knows: it waits for its repetition. */
  public void failed(long nowMillis) {
    requireOutstanding();
    for (int i = outstanding.size() - 1; i >= 0; i--) {
      waiting.addFirst(outstanding.get(i));
    }
    outstanding = List.of();
    waitingSinceMillis = nowMillis - limits.maxAge.toMillis();
    notBeforeMillis = nowMillis + pauseMillis;
    pauseMillis =
        flushing ? pauseMillis : Math.min(2 * pauseMillis, limits.longestPause.toMillis());
  }

  /** From now on nothing waits for its batch to fill, and repetitions come after the shortest pause. */
  public void flush(long nowMillis) {
    flushing = true;
    pauseMillis = limits.shortestPause.toMillis();
    notBeforeMillis = Math.min(notBeforeMillis, nowMillis + pauseMillis);
  }

  /** When {@link #take} gives a batch if nothing else happens; empty if it will not. */
  public OptionalLong nextMillis() {
    if (!outstanding.isEmpty() || waiting.isEmpty()) {
      return OptionalLong.empty();
    }
    boolean full = flushing || waiting.size() >= limits.batchSize;
    return OptionalLong.of(Math.max(
        notBeforeMillis,
        full ? waitingSinceMillis : waitingSinceMillis + limits.maxAge.toMillis()));
  }

  /** Samples held, those being written included. */
  public int size() {
    return waiting.size() + outstanding.size();
  }

  /** Samples stored so far. */
  public long totalWritten() {
    return written;
  }

  /** Samples given up so far because the buffer was full. */
  public long totalDropped() {
    return dropped;
  }

  private void requireOutstanding() {
    if (outstanding.isEmpty()) {
      throw new IllegalStateException(
          "a write ended but none was outstanding; " + waiting.size() + " samples wait");
    }
  }
}
