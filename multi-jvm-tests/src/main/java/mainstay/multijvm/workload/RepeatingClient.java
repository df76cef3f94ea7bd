package mainstay.multijvm.workload;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mainstay.multijvm.workload.KeyValueStore.Answer;
import mainstay.multijvm.workload.Operation.Kind;
import mainstay.multijvm.workload.Operation.Outcome;

/**
 * The client that repeats with its key: asks one of its servers, and after a time-out, a lost connection or a "not now"
 * asks the next one of them with the same {@code Idempotency-Key}, until its patience ends. All of that is one
 * {@link Operation} in the history. Never blocks; safe for many threads.
 */
public final class RepeatingClient {

  /**
   * @param attempt longest wait for one answer
   * @param pause before the second attempt; doubles with each further one up to a second, or a long outage with many
   *     operations waiting would become a storm. A {@code Retry-After} of whole seconds is not waited for, since outages are
   *     measured in milliseconds.
   * @param patience after this long since its start an operation is not repeated any more
   */
  public record Limits(Duration attempt, Duration pause, Duration patience) {
    public static final Limits DEFAULT =
        new Limits(Duration.ofSeconds(2), Duration.ofMillis(10), Duration.ofSeconds(30));
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private long pauseNanosAfter(int attempts) {
      long pause = pause().toNanos() << Math.min(attempts - 1, 10);
      return Math.min(pause, Math.max(pause().toNanos(), LONGEST_PAUSE.toNanos()));
    }
  }

  private final KeyValueStore store;
  private final List<String> servers;
  private final Limits limits;
  private final History history;
  private final Executor executor;
  private final AtomicInteger turn = new AtomicInteger();

  /** @param servers asked in turn; one server = a client that never goes elsewhere */
  public RepeatingClient(
      KeyValueStore store,
      List<String> servers,
      Limits limits,
      History history,
      Executor executor) {
    if (servers.isEmpty()) {
      throw new IllegalArgumentException("a client needs at least one server");
    }
    this.store = store;
    this.servers = List.copyOf(servers);
    this.limits = limits;
    this.history = history;
    this.executor = executor;
  }

  public CompletableFuture<Operation> write(int process, String key, String value) {
    return start(process, Kind.WRITE, key, value, Operation.UNKNOWN, false);
  }

  public CompletableFuture<Operation> compareAndSet(
      int process, String key, String value, long expected) {
    return start(process, Kind.COMPARE_AND_SET, key, value, expected, false);
  }

  public CompletableFuture<Operation> read(int process, String key) {
    return start(process, Kind.READ, key, null, Operation.UNKNOWN, false);
  }

  /** A read of the quiet phase at the end of a run. */
  public CompletableFuture<Operation> finalRead(int process, String key) {
    return start(process, Kind.READ, key, null, Operation.UNKNOWN, true);
  }

  private CompletableFuture<Operation> start(
      int process, Kind kind, String key, String value, long expected, boolean finalRead) {
    var running =
        new Running(process, kind, key, value, expected, finalRead, turn.getAndIncrement());
    running.attempt();
    return running.done;
  }

  private final class Running {
    private final int process;
    private final Kind kind;
    private final String key;
    private final String value;
    private final long expected;
    private final boolean finalRead;
    private final int firstServer;
    private final String requestId = UUID.randomUUID().toString();
    private final long start = DriverClock.nanos();
    private final CompletableFuture<Operation> done = new CompletableFuture<>();
    // Attempts follow each other, so these need no lock: each hand-over goes through an executor.
    private int attempts;
    private String complaint = "";

    Running(
        int process,
        Kind kind,
        String key,
        String value,
        long expected,
        boolean finalRead,
        int firstServer) {
      this.process = process;
      this.kind = kind;
      this.key = key;
      this.value = value;
      this.expected = expected;
      this.finalRead = finalRead;
      this.firstServer = firstServer;
    }

    void attempt() {
      var server = servers.get(Math.floorMod(firstServer + attempts, servers.size()));
      attempts++;
      ask(server)
          .handle((answer, failure) -> {
            answered(server, answer, failure);
            return null;
          })
          .exceptionally(broken -> {
            done.completeExceptionally(broken);
            return null;
          });
    }

    private CompletableFuture<Answer> ask(String server) {
      return kind == Kind.READ
          ? store.read(server, key, limits.attempt())
          : store.write(server, key, value, expected, requestId, limits.attempt());
    }

    private void answered(String server, Answer answer, Throwable failure) {
      if (failure == null && answer.ok()) {
        finish(server, answer, Outcome.OK);
        return;
      }
      long pause = limits.pauseNanosAfter(attempts);
      complaint = failure == null ? answer.status() + " " + answer.detail() : failure.toString();
      if (failure == null && answer.refused()) {
        finish(server, answer, Outcome.FAIL);
      } else if (DriverClock.nanos() - start + pause > limits.patience().toNanos()) {
        finish(server, answer, Outcome.INFO);
      } else {
        CompletableFuture.delayedExecutor(pause, TimeUnit.NANOSECONDS, executor)
            .execute(this::attempt);
      }
    }

    private void finish(String server, Answer answer, Outcome outcome) {
      boolean read = kind == Kind.READ;
      var operation = new Operation(
          process,
          kind,
          key,
          read && outcome == Outcome.OK ? answer.value() : value,
          expected,
          start,
          DriverClock.nanos(),
          outcome,
          answer == null ? 0 : answer.status(),
          server,
          answer == null ? Operation.UNKNOWN : answer.term(),
          answer == null ? Operation.UNKNOWN : answer.revision(),
          attempts,
          finalRead,
          complaint);
      history.add(operation);
      done.complete(operation);
    }
  }
}
