package mainstay.multijvm.workload;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A store with so many connections to each server, as the pool of a real client has. Who finds none waits, and that time
 * counts for the operation. Without it an outage under open load opens thousands of connections at once, and the machine
 * is busy with those instead of with what is measured.
 */
public final class BoundedStore implements KeyValueStore {
  private final KeyValueStore store;
  private final int connections;
  private final Map<String, Pool> pools = new ConcurrentHashMap<>();

  /** @param connections to each server */
  public BoundedStore(KeyValueStore store, int connections) {
    this.store = store;
    this.connections = connections;
  }

  @Override
  public CompletableFuture<Answer> write(
      String server, String key, String value, long expected, String requestId, Duration limit) {
    return pool(server).run(() -> store.write(server, key, value, expected, requestId, limit));
  }

  @Override
  public CompletableFuture<Answer> read(String server, String key, Duration limit) {
    return pool(server).run(() -> store.read(server, key, limit));
  }

  /** Opens all connections to a server, by as many reads at once; completes when each has an outcome. */
  public CompletableFuture<Void> open(String server, String key, Duration limit) {
    var reads = IntStream.range(0, connections)
        .mapToObj(i -> read(server, key, limit).exceptionally(unanswered -> null))
        .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(reads);
  }

  private Pool pool(String server) {
    return pools.computeIfAbsent(server, name -> new Pool(connections));
  }

  private static final class Pool {
    private final Queue<Runnable> waiting = new ArrayDeque<>(); // guarded by this
    private int free; // guarded by this

    Pool(int connections) {
      this.free = connections;
    }

    CompletableFuture<Answer> run(Supplier<CompletableFuture<Answer>> request) {
      var answer = new CompletableFuture<Answer>();
      Runnable send = () -> request.get().whenComplete((found, failure) -> {
        next();
        if (failure == null) {
          answer.complete(found);
        } else {
          answer.completeExceptionally(failure);
        }
      });
      synchronized (this) {
        if (free == 0) {
          waiting.add(send);
          return answer;
        }
        free--;
      }
      send.run();
      return answer;
    }

    private void next() {
      Runnable next;
      synchronized (this) {
        next = waiting.poll();
        if (next == null) {
          free++;
          return;
        }
      }
      next.run();
    }
  }
}
