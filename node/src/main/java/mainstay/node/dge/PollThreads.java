package mainstay.node.dge;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A limited number of threads for what blocks, with a limited queue. Idle threads end. */
final class PollThreads implements AutoCloseable {
  private static final long IDLE_SECONDS = 30;

  private final String name;
  private final ThreadPoolExecutor executor;

  PollThreads(String name, int threads, int queueLimit) {
    this.name = name;
    executor = new ThreadPoolExecutor(
        threads,
        threads,
        IDLE_SECONDS,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(queueLimit),
        daemons(name));
    executor.allowCoreThreadTimeOut(true);
  }

  /** Threads that do not keep the process alive, named for thread dumps. */
  static ThreadFactory daemons(String name) {
    var number = new AtomicInteger();
    return task -> {
      var thread = new Thread(task, "mainstay-dge-" + name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * Runs a task that may block. The limit covers the time in the queue; a task that is not begun by then is skipped,
   * one that runs goes on and holds its thread.
   *
   * @return fails with {@link java.util.concurrent.TimeoutException} at the limit, with
   *     {@link RejectedExecutionException} if the queue is full
   */
  <T> CompletableFuture<T> run(Callable<T> task, Duration limit) {
    var result = new CompletableFuture<T>();
    try {
      executor.execute(() -> complete(result, task));
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(new RejectedExecutionException(
          "all " + executor.getMaximumPoolSize() + " threads for " + name + " are busy and "
              + executor.getQueue().size() + " polls wait for them",
          e));
    }
    return result.orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  Executor executor() {
    return executor;
  }

  /** Interrupts what runs and drops what waits. */
  @Override
  public void close() {
    executor.shutdownNow();
  }

  private static <T> void complete(CompletableFuture<T> result, Callable<T> task) {
    if (result.isDone()) {
      return;
    }
    try {
      result.complete(task.call());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      result.completeExceptionally(e);
    } catch (Exception e) {
      result.completeExceptionally(e);
    }
  }
}
