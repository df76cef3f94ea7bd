package mainstay.node.databases;

import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import mainstay.node.databases.core.Agreed;
import mainstay.node.databases.core.Configured;
import mainstay.node.databases.core.DropPolicy.Finding;
import mainstay.node.databases.core.DropPolicy.Probe;
import mainstay.node.databases.core.FirstSet;
import mainstay.persistence.databases.Database;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.SetStore;
import mainstay.persistence.databases.Suspicion;
import mainstay.persistence.databases.WriteBarrier;
import mainstay.persistence.databases.dialect.Vendors;
import mainstay.persistence.resync.Scrub;
import mainstay.persistence.resync.Synchroniser;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.DatabaseAddress;
import mainstay.protocol.model.Failures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The databases by JDBC. What may hang runs on threads of its own, so that a hung database delays nobody's probes. */
final class JdbcDatabaseLink implements DatabaseLink {
  private static final Logger log = LoggerFactory.getLogger("mainstay.databases");
  private static final int THREADS = 64;
  private static final long IDLE_SECONDS = 30;

  /** What a session that stands already needs on a busy machine; a login takes as long. */
  private static final Duration GLANCE = Duration.ofMillis(200);

  private final Databases databases;
  private final Synchronisers synchronisers;
  private final Scrub scrub;
  private final WriteBarrier barrier;
  private final CoordinationSettings settings;
  private final ThreadPoolExecutor threads;

  JdbcDatabaseLink(
      Databases databases,
      Synchronisers synchronisers,
      Scrub scrub,
      WriteBarrier barrier,
      CoordinationSettings settings) {
    this.databases = databases;
    this.synchronisers = synchronisers;
    this.scrub = scrub;
    this.barrier = barrier;
    this.settings = settings;
    var number = new AtomicInteger();
    this.threads = new ThreadPoolExecutor(
        0, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
          var thread = new Thread(task, "databases-coordination-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }

  void close() {
    threads.shutdownNow();
  }

  @Override
  public List<DatabaseAddress> configured() {
    return databases.configured();
  }

  @Override
  public Optional<String> refusal(DatabaseAddress database) {
    try {
      Vendors.requireUsable(database.vendor(), database.url());
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(e.getMessage());
    }
  }

  @Override
  public CompletionStage<FirstSet.Content> look(DatabaseAddress address, Duration limit) {
    return databases
        .prepare(own(address), limit)
        .thenCompose(prepared -> open(address).control("look what it holds", SetStore::read))
        .thenApply(JdbcDatabaseLink::content);
  }

  private static FirstSet.Content content(SetStore.Content content) {
    return new FirstSet.Content(
        content.epoch(),
        content.members(),
        content.events(),
        content.identity().map(JdbcDatabaseLink::identity));
  }

  private static FirstSet.Identity identity(SetStore.Identity identity) {
    return new FirstSet.Identity(identity.cluster(), identity.name());
  }

  @Override
  public CompletionStage<Probe> probe(DatabaseAddress address, String cluster) {
    return submit(() -> SetStore.probe(open(address), settings.probeTimeout()))
        .thenApply(seen -> judge(address, cluster, seen.map(JdbcDatabaseLink::identity)))
        .exceptionally(JdbcDatabaseLink::found);
  }

  @Override
  public CompletionStage<Probe> glance(DatabaseAddress address, String cluster) {
    return SetStore.glance(open(address))
        .orTimeout(GLANCE.toMillis(), TimeUnit.MILLISECONDS)
        .thenApply(seen -> judge(address, cluster, seen.map(JdbcDatabaseLink::identity)))
        .exceptionallyCompose(failure -> probe(address, cluster));
  }

  private Probe judge(
      DatabaseAddress address, String cluster, Optional<FirstSet.Identity> identity) {
    boolean mustKnow =
        adopted().filter(set -> set.written().contains(address.name())).isPresent();
    if (identity.isEmpty() && mustKnow) {
      return new Probe(
          Finding.OTHER_DATABASE,
          "database at " + address.url() + " does not know what it is: it was emptied or replaced");
    }
    return identity
        .flatMap(known -> FirstSet.contradiction(address, known, cluster))
        .map(wrong -> new Probe(Finding.OTHER_DATABASE, wrong))
        .or(() -> open(address).complaint().map(why -> new Probe(Finding.CANNOT_STORE, why)))
        .orElseGet(() -> new Probe(Finding.REACHABLE, "answers"));
  }

  private static Probe found(Throwable failure) {
    Throwable root = failure;
    boolean damaged = false;
    while (true) {
      damaged |= root instanceof SQLException e
          && ("XX001".equals(e.getSQLState()) || "XX002".equals(e.getSQLState()));
      if (root.getCause() == null) {
        break;
      }
      root = root.getCause();
    }
    var finding = damaged
        ? Finding.DAMAGED
        : root instanceof SocketTimeoutException ? Finding.SILENT : Finding.REFUSED;
    return new Probe(finding, root.getMessage() == null ? root.toString() : root.getMessage());
  }

  @Override
  public CompletionStage<Void> store(DatabaseAddress address, Agreed agreed) {
    return SetStore.write(open(address), entry(agreed));
  }

  @Override
  public CompletionStage<Void> rename(DatabaseAddress address, FirstSet.Identity expected) {
    return SetStore.rename(
        open(address), new SetStore.Identity(expected.cluster(), expected.name()));
  }

  private static SetStore.Entry entry(Agreed agreed) {
    return new SetStore.Entry(agreed.cluster(), agreed.set(), agreed.by(), agreed.at());
  }

  @Override
  public void adopt(Agreed agreed) {
    databases.adopt(Configured.withLoginsOf(databases.configured(), agreed.set()));
  }

  @Override
  public Optional<ActiveSet> adopted() {
    return databases.set();
  }

  @Override
  public void onSuspicion(Consumer<Suspicion> watcher) {
    databases.onSuspicion(watcher);
  }

  @Override
  public void expect(DatabaseAddress address) {
    var database = open(address);
    database.renewSessions();
    database.rehearseWrites().exceptionally(failure -> {
      log.debug("databases {} could not rehearse: {}", address.name(), Failures.message(failure));
      return null;
    });
  }

  @Override
  public CompletionStage<Synchroniser> begin(Agreed agreed, DatabaseAddress target) {
    return databases
        .prepare(own(target), settings.joinTimeout())
        .thenApply(prepared -> synchronisers.of(databases.reader(), open(target)));
  }

  @Override
  public CompletionStage<Agreed> join(
      Agreed agreed,
      DatabaseAddress target,
      Synchroniser synchroniser,
      Supplier<CompletionStage<Agreed>> round) {
    return submit(() -> {
      // By name, as everybody does, so that two never wait for each other in a circle.
      var sessions = new TreeMap<String, Connection>();
      try {
        for (var member : agreed.set().members()) {
          if (agreed.set().written().contains(member.name())
              || member.name().equals(target.name())) {
            var session = open(member.database()).session(settings.joinTimeout());
            sessions.put(member.name(), session);
            session.setAutoCommit(false);
          }
        }
        return join(agreed, target.name(), synchroniser, round, sessions);
      } finally {
        sessions.forEach(JdbcDatabaseLink::close); // rolls back what is not committed
      }
    });
  }

  private Agreed join(
      Agreed agreed,
      String target,
      Synchroniser synchroniser,
      Supplier<CompletionStage<Agreed>> round,
      TreeMap<String, Connection> sessions)
      throws SQLException, TimeoutException, ExecutionException, InterruptedException {
    var source = sessions.get(agreed.set().active().get(0));
    // Nobody waits yet, so the first use of new sessions costs nothing, and little is left for the
    // moment when all do.
    synchroniser.underBarrier(source, sessions.get(target));
    inEach(agreed, sessions, (database, session) -> session.commit());
    long begin = System.nanoTime();
    for (var session : sessions.entrySet()) {
      databaseOf(agreed, session.getKey())
          .dialect()
          .holdWrites(session.getValue(), settings.joinTimeout());
    }
    long held = System.nanoTime();
    var agreeing = round.get().toCompletableFuture();
    synchroniser.underBarrier(source, sessions.get(target));
    long copied = System.nanoTime();
    var joining = agreeing.get(settings.joinTimeout().toMillis(), TimeUnit.MILLISECONDS);
    long chosen = System.nanoTime();
    inEach(
        agreed, sessions, (database, session) -> SetStore.store(database, session, entry(joining)));
    inEach(agreed, sessions, (database, session) -> session.commit());
    long end = System.nanoTime();
    log.info(
        "databases epoch={} {} joins, writes paused for {} ms: {} until all were held back, {} to copy, {} more to agree,"
            + " {} to store",
        joining.epoch(),
        target,
        millis(begin, end),
        millis(begin, held),
        millis(held, copied),
        millis(copied, chosen),
        millis(chosen, end));
    return joining;
  }

  private static long millis(long from, long to) {
    return TimeUnit.NANOSECONDS.toMillis(to - from);
  }

  private interface OnSession {
    void on(Database database, Connection session) throws SQLException;
  }

  /** At the same time. Returns when all have ended. */
  private void inEach(Agreed agreed, Map<String, Connection> sessions, OnSession work)
      throws TimeoutException, ExecutionException, InterruptedException {
    var running = new ArrayList<CompletableFuture<Void>>();
    sessions.forEach((name, session) -> running.add(submit(() -> {
      work.on(databaseOf(agreed, name), session);
      return null;
    })));
    CompletableFuture.allOf(running.toArray(CompletableFuture[]::new))
        .get(settings.joinTimeout().toMillis(), TimeUnit.MILLISECONDS);
  }

  private Database databaseOf(Agreed agreed, String name) {
    return open(agreed.set().member(name).orElseThrow().database());
  }

  private static void close(String name, Connection session) {
    try {
      session.close();
    } catch (SQLException e) {
      log.debug("session of {} was lost: {}", name, e.getMessage());
    }
  }

  @Override
  public CompletionStage<Void> complete(Synchroniser synchroniser) {
    return synchroniser.complete(barrier);
  }

  @Override
  public CompletionStage<Scrub.Findings> scrub(Agreed agreed) {
    return scrub.run(
        agreed.set().active().stream()
            .map(name -> open(agreed.set().member(name).orElseThrow().database()))
            .toList(),
        barrier);
  }

  @Override
  public int load(DatabaseAddress address) {
    return open(address).load();
  }

  private Database open(DatabaseAddress address) {
    return databases.open(own(address));
  }

  /** With the login of this server's file. */
  private DatabaseAddress own(DatabaseAddress address) {
    return databases.configured().stream()
        .filter(database -> Configured.same(database, address))
        .findFirst()
        .orElse(address);
  }

  private interface Task<T> {
    T run() throws Exception;
  }

  /** More than the threads is refused, which counts as a failure. */
  private <T> CompletableFuture<T> submit(Task<T> task) {
    var result = new CompletableFuture<T>();
    try {
      threads.execute(() -> {
        try {
          result.complete(task.run());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          result.completeExceptionally(e);
        } catch (Exception e) {
          result.completeExceptionally(e);
        }
      });
    } catch (java.util.concurrent.RejectedExecutionException e) {
      result.completeExceptionally(e);
    }
    return result;
  }
}
