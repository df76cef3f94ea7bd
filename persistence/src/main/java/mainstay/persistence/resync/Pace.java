package mainstay.persistence.resync;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Keeps long work to a rate, counts what it has copied, and lets others end it. */
final class Pace {
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final long rowsPerSecond;
  private final Deque<Moment> window = // guarded by this
      new ArrayDeque<>(List.of(new Moment(System.nanoTime(), 0)));
  private long copied; // guarded by this
  private long freeAt = System.nanoTime(); // of the one thread that works
  private volatile boolean cancelled;

  private record Moment(long nanos, long copied) {}

  /** @param rowsPerSecond 0: without a limit */
  Pace(long rowsPerSecond) {
    this.rowsPerSecond = rowsPerSecond;
  }

  void cancel() {
    cancelled = true;
  }

  boolean isCancelled() {
    return cancelled;
  }

  /** @throws CancellationException once it is cancelled */
  void check() {
    if (cancelled) {
      throw new CancellationException("the synchronisation was cancelled");
    }
  }

  /** Waits as long as so many rows, compared or copied, may take. What was slow by itself is not caught up. */
  void rows(long rows) {
    check();
    if (rowsPerSecond == 0) {
      return;
    }
    freeAt = Math.max(freeAt, System.nanoTime() - NAP_NANOS)
        + rows * TimeUnit.SECONDS.toNanos(1) / rowsPerSecond;
    sleepUntil(freeAt);
  }

  /** @throws CancellationException once it is cancelled */
  void sleep(Duration time) {
    sleepUntil(System.nanoTime() + time.toNanos());
  }

  private void sleepUntil(long nanos) {
    for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
      LockSupport.parkNanos(Math.min(left, NAP_NANOS));
      check();
    }
  }

  synchronized void copied(long rows) {
    copied += rows;
    long now = System.nanoTime();
    window.addLast(new Moment(now, copied));
    while (now - window.getFirst().nanos() > WINDOW_NANOS && window.size() > 1) {
      window.removeFirst();
    }
  }

  synchronized long copied() {
    return copied;
  }

  /** Rows copied each second over the last seconds. */
  synchronized long speed() {
    var first = window.getFirst();
    long nanos = System.nanoTime() - first.nanos();
    return nanos == 0
        ? 0
        : (long) ((copied - first.copied()) * (double) TimeUnit.SECONDS.toNanos(1) / nanos);
  }
}
