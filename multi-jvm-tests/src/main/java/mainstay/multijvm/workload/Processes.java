package mainstay.multijvm.workload;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers that must not be used twice: process numbers and values. One per store, shared by all workloads on it: a value
 * from an earlier run is still there when the next one begins.
 */
public final class Processes {
  private final Deque<Integer> free = new ArrayDeque<>();
  private final AtomicLong lastValue = new AtomicLong();
  private int lastProcess;

  /** A process that has no operation running. */
  public synchronized int take() {
    var reused = free.poll();
    return reused != null ? reused : ++lastProcess;
  }

  /** Gives a process back, unless what it did last is unknown: then its number is never used again. */
  public synchronized void giveBack(Operation last) {
    if (last.outcome() != Operation.Outcome.INFO) {
      free.push(last.process());
    }
  }

  /** A value that no other write has: a whole number, so that no conversion on the way changes it. */
  public String nextValue() {
    return Long.toString(lastValue.incrementAndGet());
  }
}
