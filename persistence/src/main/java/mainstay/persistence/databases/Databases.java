package mainstay.persistence.databases;

import akka.actor.AbstractExtensionId;
import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import com.typesafe.config.Config;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import mainstay.persistence.databases.DatabaseUnavailableException.Outcome;
import mainstay.persistence.databases.dialect.NotDurableException;
import mainstay.persistence.schema.Schema;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.DatabaseAddress;
import mainstay.protocol.model.Failures;
import mainstay.protocol.model.ServerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Databases of this server that share one active set: those of the installation, one instance per actor system, and each
 * list of databases for samples. Closed when the system has terminated.
 *
 * <p>Which of them count is not decided here: {@link #adopt} is told by the coordinator. Until the first set has been
 * adopted all work waits.
 */
public final class Databases implements Extension {
  private static final Logger log = LoggerFactory.getLogger("mainstay.databases");
  private static final long RETRY_MILLIS = 50;
  private static final long SAY_NANOS = Duration.ofSeconds(5).toNanos();
  private static final Duration UPGRADE = Duration.ofSeconds(60);

  private final List<DatabaseAddress> configured;
  private final ConnectionLimits limits;
  private final SessionName session;
  private final Map<DatabaseAddress, Database> opened = new ConcurrentHashMap<>();
  private final List<Consumer<ActiveSet>> followers = new CopyOnWriteArrayList<>();
  private final List<Consumer<Suspicion>> watchers = new CopyOnWriteArrayList<>();
  private final ScheduledThreadPoolExecutor timer;
  private final Replicator replicator;
  private volatile Optional<ActiveSet> set = Optional.empty();

  private Databases(ActorSystem system, List<DatabaseAddress> configured) {
    var config = system.settings().config();
    String incarnation = system
        .settings()
        .setup()
        .get(DatabasesSetup.class)
        .map(DatabasesSetup::incarnation)
        .orElseThrow(
            () -> new IllegalStateException(
                "the actor system was created without a DatabasesSetup, so its sessions would have no incarnation"));
    session = new SessionName(new ServerId(config.getString("mainstay.server.name")), incarnation);
    limits = ConnectionLimits.from(config);
    this.configured = List.copyOf(configured);
    timer = new ScheduledThreadPoolExecutor(1, task -> {
      var thread = new Thread(task, "databases-timer");
      thread.setDaemon(true);
      return thread;
    });
    timer.setRemoveOnCancelPolicy(true);
    replicator = new Replicator(this, ReplicationSettings.from(config));
    system.registerOnTermination(() -> {
      opened.values().forEach(Database::close);
      timer.shutdownNow();
    });
  }

  /**
   * @throws IllegalArgumentException naming key and value that are wrong in {@code mainstay.databases}, or in the sections
   *     of {@code mainstay.persistence} about connections and replication
   */
  public static void checkSettings(Config config) {
    DatabaseSettings.listFrom(config);
    ConnectionLimits.from(config);
    ReplicationSettings.from(config);
  }

  /** @throws IllegalArgumentException as {@link #checkSettings} */
  public static Databases get(ActorSystem system) {
    return Id.INSTANCE.get(system);
  }

  public static Databases get(akka.actor.typed.ActorSystem<?> system) {
    return get(system.classicSystem());
  }

  /** Beside those of the installation: another list of the server's file. */
  public static Databases of(akka.actor.typed.ActorSystem<?> system, List<DatabaseAddress> listed) {
    return new Databases(system.classicSystem(), listed);
  }

  /** What the file of this server lists, in its order. */
  public List<DatabaseAddress> configured() {
    return configured;
  }

  public ConnectionLimits limits() {
    return limits;
  }

  /** The name that all sessions of this server carry. */
  public SessionName session() {
    return session;
  }

  public Replicator replicator() {
    return replicator;
  }

  ScheduledExecutorService timer() {
    return timer;
  }

  // ---- which of them count

  /** The newest set that this server was told; empty until the first. */
  public Optional<ActiveSet> set() {
    return set;
  }

  /**
   * From now on this set counts. It must be one that a majority of the voters has agreed to and that its written
   * databases have stored. An older one than the known one is ignored.
   */
  public void adopt(ActiveSet next) {
    synchronized (this) {
      if (set.filter(known -> known.epoch() >= next.epoch()).isPresent()) {
        return;
      }
      next.members().forEach(member -> open(member.database()));
      set = Optional.of(next);
    }
    followers.forEach(follower -> follower.accept(next));
  }

  /** Told on the thread that adopts. */
  public void onAdopted(Consumer<ActiveSet> follower) {
    followers.add(follower);
  }

  /** Told on any thread, and often: whenever work on a written database has failed or is slow. */
  public void onSuspicion(Consumer<Suspicion> watcher) {
    watchers.add(watcher);
  }

  void suspect(String database, long epoch, String why) {
    watchers.forEach(watcher -> watcher.accept(new Suspicion(database, epoch, why)));
  }

  // ---- single databases

  /** Opens its first session on first use. The same object for the same address. */
  public Database open(DatabaseAddress address) {
    return opened.computeIfAbsent(address, a -> new Database(a, limits, session));
  }

  /** One of the set. */
  public Database named(String name) {
    return set.flatMap(known -> known.member(name))
        .map(member -> open(member.database()))
        .orElseThrow(() -> new IllegalStateException("database " + name + " is not in the set "
            + set.map(ActiveSet::text).orElse("(none)")));
  }

  /** Whether one of the set has said a moment ago that it cannot store, as {@link Database#complaint}. */
  public boolean complain() {
    return set.stream()
        .flatMap(known -> known.members().stream())
        .anyMatch(member -> open(member.database()).complaint().isPresent());
  }

  /** All that work goes to now; empty until a set is known. */
  public List<Database> written() {
    return set.map(known -> known.written().stream().map(this::named).toList()).orElse(List.of());
  }

  /**
   * The active database with the least to do for its weight.
   *
   * @throws DatabaseUnavailableException as <em>not done</em> while no set is known
   */
  public Database reader() {
    return reader(Set.of());
  }

  /** @param avoided are not taken, unless there is no other */
  Database reader(Set<String> avoided) {
    var active =
        set.stream().flatMap(known -> known.active().stream()).map(this::named).toList();
    var leastToDo = Comparator.comparingDouble(Database::pressure);
    return active.stream()
        .filter(database -> !avoided.contains(database.name()))
        .min(leastToDo)
        .or(() -> active.stream().min(leastToDo))
        .orElseThrow(() -> new DatabaseUnavailableException(
            Outcome.NOT_DONE, "it is not known yet which databases count", null));
  }

  /**
   * Fails with the first written database that does not answer a query, unless it counts no more by then: the others have
   * agreed to go on without it, so its silence is nobody's fault. Such a one is suspected, too. No answer within {@code
   * mainstay.persistence.replication.slow} is none.
   */
  public CompletionStage<Void> check() {
    if (set.isEmpty()) {
      return CompletableFuture.failedFuture(new DatabaseUnavailableException(
          Outcome.NOT_DONE, "it is not known yet which databases count", null));
    }
    long epoch = set.get().epoch();
    var checks = new ArrayList<CompletableFuture<Void>>();
    for (var database : written()) {
      checks.add(database.check(replicator.slow()).handle((done, failure) -> {
        if (failure != null) {
          suspect(database.name(), epoch, Failures.message(failure));
          if (set.orElseThrow().written().contains(database.name())) {
            throw new CompletionException(Failures.cause(failure));
          }
        }
        return null;
      }));
    }
    return CompletableFuture.allOf(checks.toArray(CompletableFuture[]::new));
  }

  /**
   * Waits until a database accepts a login, then brings its tables to the version of this program.
   *
   * @param limit for both; fails as <em>not done</em> after it, naming database and last refusal, and at once if the
   *     tables are another product's or the database does not promise to keep what it acknowledges
   */
  public CompletionStage<Void> prepare(DatabaseAddress address, Duration limit) {
    var database = open(address);
    var done = new CompletableFuture<Void>();
    var thread = new Thread(
        () -> {
          try {
            prepare(database, System.nanoTime() + limit.toNanos(), limit);
            done.complete(null);
          } catch (RuntimeException e) {
            done.completeExceptionally(e);
          }
        },
        "database-" + database.name() + "-prepare");
    thread.setDaemon(true);
    thread.start();
    return done;
  }

  private static void prepare(Database database, long deadline, Duration limit) {
    long saidNanos = System.nanoTime();
    while (true) {
      try (var session = database.session(UPGRADE)) {
        Schema.prepare(session);
        return;
      } catch (SQLException e) {
        if (e instanceof NotDurableException || System.nanoTime() > deadline) {
          throw new DatabaseUnavailableException(
              Outcome.NOT_DONE,
              "database " + database.name() + " was not to be had within " + limit.toMillis()
                  + " ms: " + e.getMessage(),
              e);
        }
        if (System.nanoTime() - saidNanos >= SAY_NANOS) {
          saidNanos = System.nanoTime();
          log.warn(
              "database {} is not to be had yet, it is tried for another {} s: {}",
              database.name(),
              TimeUnit.NANOSECONDS.toSeconds(deadline - saidNanos),
              e.getMessage());
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS));
      }
    }
  }

  private static final class Id extends AbstractExtensionId<Databases> {
    private static final Id INSTANCE = new Id();

    @Override
    public Databases createExtension(ExtendedActorSystem system) {
      return new Databases(system, DatabaseSettings.listFrom(system.settings().config()));
    }
  }
}
