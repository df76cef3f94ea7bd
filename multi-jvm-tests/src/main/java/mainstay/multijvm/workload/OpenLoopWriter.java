package mainstay.multijvm.workload;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Starts one write every so often whatever became of those before, as independent clients do: an outage delays answers,
 * never questions, so it cannot hide behind a waiting client. Keys in turn, each write a process of its own.
 */
public final class OpenLoopWriter implements AutoCloseable {
  /** Writes under way at most: 20 s of outage at one write every 5 ms. A run that gets here fails when it closes. */
  private static final int OUTSTANDING_LIMIT = 4_000;

  private final RepeatingClient client;
  private final List<String> keys;
  private final Duration interval;
  private final Processes processes;
  private final Semaphore outstanding = new Semaphore(OUTSTANDING_LIMIT);
  private final Thread thread = new Thread(this::run, "open-loop-writer");
  private volatile boolean stopping;
  private volatile boolean overrun;
  private volatile Throwable broken;
  private final AtomicLong issued = new AtomicLong();
  private final Queue<Operation> failed = new ConcurrentLinkedQueue<>();

  private OpenLoopWriter(
      RepeatingClient client, List<String> keys, Duration interval, Processes processes) {
    this.client = client;
    this.keys = List.copyOf(keys);
    this.interval = interval;
    this.processes = processes;
    thread.setDaemon(true);
  }

  public static OpenLoopWriter start(
      RepeatingClient client, List<String> keys, Duration interval, Processes processes) {
    var writer = new OpenLoopWriter(client, keys, interval, processes);
    writer.thread.start();
    return writer;
  }

  /** Writes that came to no good end so far: refused, or given up. */
  public List<Operation> failed() {
    return List.copyOf(failed);
  }

  /**
   * Starts no more writes and waits for those under way.
   *
   * @throws IllegalStateException if some have no outcome after {@code limit}, or if so many writes were under way that some were not started in time: the outage was
   *     longer than the workload can show
   */
  public void stop(Duration limit) throws InterruptedException {
    stopping = true;
    thread.join();
    if (!outstanding.tryAcquire(OUTSTANDING_LIMIT, limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException((OUTSTANDING_LIMIT - outstanding.availablePermits()) + " of "
          + issued + " writes have no outcome " + limit + " after the last was started");
    }
    outstanding.release(OUTSTANDING_LIMIT);
    if (broken != null) {
      throw new IllegalStateException("the client of the workload broke", broken);
    }
    if (overrun) {
      throw new IllegalStateException("more than " + OUTSTANDING_LIMIT
          + " writes were under way at a time, so the writer fell behind its interval of "
          + interval);
    }
  }

  /** Starts no more writes; does not wait. */
  @Override
  public void close() {
    stopping = true;
  }

  private void run() {
    long due = System.nanoTime();
    while (!stopping) {
      long early = due - System.nanoTime();
      if (early > 0) {
        LockSupport.parkNanos(early);
        continue;
      }
      due += interval.toNanos();
      if (outstanding.tryAcquire()) {
        long number = issued.getAndIncrement();
        var key = keys.get((int) (number % keys.size()));
        client
            .write(processes.take(), key, processes.nextValue())
            .whenComplete((operation, failure) -> {
              if (failure == null) {
                processes.giveBack(operation);
                if (operation.outcome() != Operation.Outcome.OK) {
                  failed.add(operation);
                }
              } else {
                broken = failure;
              }
              outstanding.release();
            });
      } else {
        overrun = true;
      }
    }
  }
}
