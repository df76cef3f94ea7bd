package mainstay.persistence.lease;

import akka.actor.Cancellable;
import akka.actor.ExtendedActorSystem;
import akka.coordination.lease.LeaseSettings;
import akka.coordination.lease.javadsl.Lease;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.SessionName;
import mainstay.persistence.lease.LeaseOrder.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lease in {@link LeaseTable}, with help of other servers where this one is cut off from a database. It expires by the clock of each database, counted from when a renewal reached it;
 * its holder counts the same time on its own monotonic clock from before the renewal was sent, and so stops first.
 *
 * <ul>
 *   <li><em>free</em>: acquire stored → <em>held</em>;
 *   <li><em>held</em>: renewed → held for longer; another has it, or time has run out → <em>free</em>, callback;
 *       release → free, no callback.
 * </ul>
 */
public final class JdbcLease extends Lease {
  private static final Logger LOG = LoggerFactory.getLogger(JdbcLease.class);
  private static final int RENEWALS_PER_TIMEOUT = 3;

  /** How long other servers are not asked to help; a sound database has answered long before. */
  private static final long ALONE_MILLIS = 300;

  private final LeaseSettings settings;
  private final ExtendedActorSystem system;
  private final LeaseTable table;
  private final LeaseHelp help;
  private final SessionName run;
  private final Duration patience;
  private final long timeoutMillis;
  private final Duration interval;
  private final long operationMillis;
  private Optional<Holding> holding = Optional.empty(); // guarded by this
  private CompletableFuture<Boolean> acquiring =
      CompletableFuture.completedFuture(false); // guarded by this

  /** Called by Akka with section {@code mainstay.jdbc-lease}, or one like it. */
  public JdbcLease(LeaseSettings settings, ExtendedActorSystem system) {
    this.settings = settings;
    this.system = system;
    var databases = Databases.get(system);
    this.table = new LeaseTable(databases);
    this.help = LeaseHelp.get(system);
    this.run = databases.session();
    this.patience = databases.replicator().patience();
    this.timeoutMillis = settings.timeoutSettings().getHeartbeatTimeout().toMillis();
    this.interval = settings.timeoutSettings().getHeartbeatInterval();
    this.operationMillis = settings.timeoutSettings().getOperationTimeout().toMillis();
    if (interval.toMillis() < 1 || interval.toMillis() * RENEWALS_PER_TIMEOUT > timeoutMillis) {
      throw new IllegalArgumentException("lease " + settings.leaseName() + ": heartbeat-interval = "
          + interval.toMillis() + " ms must be at least 1 ms and fit " + RENEWALS_PER_TIMEOUT
          + " times into heartbeat-timeout = " + timeoutMillis + " ms");
    }
  }

  /** One time of holding the lease, from acquiring to losing or releasing it; known by a number drawn for it. */
  private static final class Holding {
    private final long version;
    private Consumer<Optional<Throwable>> lost;
    private long deadline; // nanoTime
    private boolean renewing;
    private Optional<Throwable> lastFailure = Optional.empty();
    private Cancellable heartbeat = Cancellable.alreadyCancelled();
    private Cancellable expiry = Cancellable.alreadyCancelled();

    private Holding(long version, Consumer<Optional<Throwable>> lost) {
      this.version = version;
      this.lost = lost;
    }

    private boolean isOver(long now) {
      return now - deadline >= 0;
    }
  }

  @Override
  public LeaseSettings getSettings() {
    return settings;
  }

  @Override
  public CompletionStage<Boolean> acquire() {
    return acquire(cause -> {});
  }

  /**
   * @param leaseLost told once when a lease that was held is not any more: without a cause if another owner has it, with
   *     the last failure if it could not be renewed in time
   */
  @Override
  public CompletionStage<Boolean> acquire(Consumer<Optional<Throwable>> leaseLost) {
    CompletableFuture<Boolean> previous;
    var answer = new CompletableFuture<Boolean>();
    synchronized (this) {
      if (checkLease()) {
        holding.ifPresent(held -> held.lost = leaseLost);
        return CompletableFuture.completedFuture(true);
      }
      previous = acquiring;
      acquiring = answer;
    }
    previous.whenComplete(
        (ended, anyFailure) -> attempt(answer, leaseLost)); // one at a time, each with its limit
    return answer;
  }

  private void attempt(CompletableFuture<Boolean> answer, Consumer<Optional<Throwable>> leaseLost) {
    answer.orTimeout(operationMillis, TimeUnit.MILLISECONDS);
    long sent = System.nanoTime();
    long version = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    // Given up later than whoever waits for it, so that what comes late is heard of and given back.
    execute(Kind.ACQUIRE, version, patience).whenComplete((acquired, failure) -> {
      if (failure != null) {
        give(version); // some may have noted it
        answer.completeExceptionally(failure);
      } else if (!acquired) {
        give(version);
        answer.complete(false);
      } else {
        settle(answer, new Holding(version, leaseLost), deadlineAfter(sent));
      }
    });
  }

  private CompletableFuture<Boolean> execute(Kind kind, long version, Duration limit) {
    var order = new LeaseOrder(
        kind, settings.leaseName(), settings.ownerName(), run, version, timeoutMillis);
    return help.with(() -> table.execute(order, limit), order, ALONE_MILLIS);
  }

  /** Completes when the databases have noted it; {@link #checkLease} says no from the moment of the call. */
  @Override
  public CompletionStage<Boolean> release() {
    Optional<Holding> ended;
    synchronized (this) {
      ended = holding;
      ended.ifPresent(this::end);
    }
    return ended
        .map(held -> give(held.version).orTimeout(operationMillis, TimeUnit.MILLISECONDS))
        .orElseGet(() -> CompletableFuture.completedFuture(true));
  }

  @Override
  public synchronized boolean checkLease() {
    return holding.filter(held -> !held.isOver(System.nanoTime())).isPresent();
  }

  /** An answer that comes after the limit gives the lease back, for nobody would use it. */
  private void settle(CompletableFuture<Boolean> answer, Holding next, long deadline) {
    synchronized (this) {
      if (!answer.isDone()) {
        holding.ifPresent(this::end); // acquired again: the new callback counts
        holding = Optional.of(next);
        holdUntil(next, deadline);
        next.heartbeat = system
            .scheduler()
            .scheduleAtFixedRate(interval, interval, () -> heartbeat(next), system.dispatcher());
      }
    }
    if (!answer.complete(true)) {
      synchronized (this) {
        if (isCurrent(next)) {
          end(next);
        }
      }
      give(next.version); // if this fails too, the lease expires by itself
    }
  }

  private void heartbeat(Holding held) {
    synchronized (this) {
      if (!isCurrent(held) || held.renewing) {
        return;
      }
      held.renewing = true;
    }
    long sent = System.nanoTime();
    execute(Kind.RENEW, held.version, Duration.ofMillis(operationMillis))
        .whenComplete((renewed, failure) -> onRenewal(held, sent, renewed, failure));
  }

  private void expire(Holding held) {
    synchronized (this) {
      if (!isCurrent(held)) {
        return;
      }
      end(held);
    }
    tellLost(
        held,
        held.lastFailure.or(() -> Optional.of(
            new TimeoutException("no renewal was answered within " + timeoutMillis + " ms"))));
  }

  private void onRenewal(Holding held, long sent, Boolean renewed, Throwable failure) {
    synchronized (this) {
      held.renewing = false;
      if (!isCurrent(held)) {
        return;
      }
      if (failure != null) {
        held.lastFailure =
            Optional.of(failure); // the next heartbeat tries again until the deadline
        return;
      }
      if (renewed) {
        held.lastFailure = Optional.empty();
        holdUntil(held, deadlineAfter(sent));
        return;
      }
      end(held);
    }
    tellLost(held, Optional.empty());
  }

  private void tellLost(Holding held, Optional<Throwable> cause) {
    LOG.warn(
        "lease name={} owner={} LOST why=\"{}\"",
        settings.leaseName(),
        settings.ownerName(),
        cause.map(Throwable::getMessage).orElse("another owner has it"));
    held.lost.accept(cause);
  }

  /** Callers hold the monitor. */
  private void holdUntil(Holding held, long deadline) {
    held.deadline = deadline;
    held.expiry.cancel();
    held.expiry = system
        .scheduler()
        .scheduleOnce(
            Duration.ofNanos(Math.max(0, deadline - System.nanoTime())),
            () -> expire(held),
            system.dispatcher());
  }

  /** Callers hold the monitor. */
  private void end(Holding held) {
    held.heartbeat.cancel();
    held.expiry.cancel();
    holding = Optional.empty();
  }

  private boolean isCurrent(Holding held) {
    return holding.isPresent() && holding.get() == held;
  }

  private long deadlineAfter(long sent) {
    return sent + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
  }

  private CompletableFuture<Boolean> give(long version) {
    return execute(Kind.RELEASE, version, patience);
  }
}
