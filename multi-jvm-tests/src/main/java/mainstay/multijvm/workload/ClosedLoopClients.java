package mainstay.multijvm.workload;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Clients that ask, wait for the answer, think, and ask again; each stays with its own server, dead or alive. Of their
 * operations 40 % are reads, 20 % compare-and-sets on the revision that the client saw last, the rest writes. They go
 * wrong in other ways than an {@link OpenLoopWriter}: they see their own writes, and they race for a key.
 */
public final class ClosedLoopClients implements AutoCloseable {
  private static final int READ_PERCENT = 40;
  private static final int COMPARE_AND_SET_PERCENT = 20;

  private final List<Loop> loops = new ArrayList<>();
  private volatile boolean stopping;

  private ClosedLoopClients() {}

  /**
   * @param clients one entry a client
   * @param think pause between an answer and the next question
   * @param seed of what the clients do; the same seed asks the same in the same order
   */
  public static ClosedLoopClients start(
      List<RepeatingClient> clients,
      List<String> keys,
      Duration think,
      Processes processes,
      long seed,
      Executor executor) {
    var all = new ClosedLoopClients();
    var random = new SplittableRandom(seed);
    for (var client : clients) {
      all.loops.add(all.new Loop(client, keys, think, processes, random.split(), executor));
    }
    all.loops.forEach(Loop::next);
    return all;
  }

  /** @throws IllegalStateException if some operation has no outcome after {@code limit} */
  public void stop(Duration limit) throws InterruptedException {
    stopping = true;
    var finished = CompletableFuture.allOf(
        loops.stream().map(l -> l.finished).toArray(CompletableFuture[]::new));
    try {
      finished.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a client of the workload broke", e.getCause());
    } catch (TimeoutException e) {
      var waiting = loops.stream().filter(l -> !l.finished.isDone()).count();
      throw new IllegalStateException(
          waiting + " of " + loops.size() + " clients wait for an answer " + limit
              + " after they were told to stop",
          e);
    }
  }

  /** Tells the clients to stop; does not wait. */
  @Override
  public void close() {
    stopping = true;
  }

  private final class Loop {
    private final RepeatingClient client;
    private final List<String> keys;
    private final Duration think;
    private final Processes processes;
    private final SplittableRandom random;
    private final Executor executor;
    private final Map<String, Long> seen = new HashMap<>();
    private final CompletableFuture<Void> finished = new CompletableFuture<>();
    private int process;

    Loop(
        RepeatingClient client,
        List<String> keys,
        Duration think,
        Processes processes,
        SplittableRandom random,
        Executor executor) {
      this.client = client;
      this.keys = keys;
      this.think = think;
      this.processes = processes;
      this.random = random;
      this.executor = executor;
      this.process = processes.take();
    }

    void next() {
      if (stopping) {
        finished.complete(null);
        return;
      }
      ask().thenAccept(this::answered).exceptionally(broken -> {
        finished.completeExceptionally(broken);
        return null;
      });
    }

    private CompletableFuture<Operation> ask() {
      var key = keys.get(random.nextInt(keys.size()));
      int dice = random.nextInt(100);
      if (dice < READ_PERCENT) {
        return client.read(process, key);
      }
      var revision = seen.get(key);
      if (dice < READ_PERCENT + COMPARE_AND_SET_PERCENT && revision != null) {
        return client.compareAndSet(process, key, processes.nextValue(), revision);
      }
      return client.write(process, key, processes.nextValue());
    }

    private void answered(Operation operation) {
      if (operation.outcome() == Operation.Outcome.OK
          && operation.revision() != Operation.UNKNOWN) {
        seen.put(operation.key(), operation.revision());
      } else if (operation.kind() == Operation.Kind.COMPARE_AND_SET) {
        seen.remove(operation.key());
      }
      if (operation.outcome() == Operation.Outcome.INFO) {
        process = processes.take();
      }
      CompletableFuture.delayedExecutor(think.toNanos(), TimeUnit.NANOSECONDS, executor)
          .execute(this::next);
    }
  }
}
