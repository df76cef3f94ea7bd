package mainstay.persistence.databases;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import mainstay.persistence.databases.DatabaseUnavailableException.Outcome;
import mainstay.persistence.databases.LoginSource.Pace;
import mainstay.persistence.databases.core.SqlFailure;
import mainstay.persistence.databases.dialect.Dialect;
import mainstay.protocol.model.DatabaseAddress;
import mainstay.protocol.model.Failures;

/**
 * One database as this server reaches it. Writers, readers and control work (terms, lease) have sessions and threads of
 * their own, as many threads as sessions, so none of them waits for another kind. Safe for use by many threads.
 *
 * <p>Stages that it returns complete on its threads: what follows must be short or move to another executor. They fail
 * with {@link DatabaseUnavailableException}, or with what the work itself threw. Work whose stage is cancelled before it
 * has a session is not done.
 */
public final class Database implements AutoCloseable {
  private static final long COMPLAINT_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long OTHERS_MILLIS = 1000;
  private static final String CHECK = "check";

  private final DatabaseAddress address;
  private final ConnectionLimits limits;
  private final SessionName session;
  private final Dialect dialect;
  private final Pool work;
  private final Pool controlWork;
  private final ThreadPoolExecutor writers;
  private final ThreadPoolExecutor readers;
  private final ThreadPoolExecutor controllers;
  private volatile Optional<Complaint> complaint = Optional.empty();
  private final Question controlQuestion = new Question(() -> control(CHECK, Database::answer));
  private final Question readQuestion = new Question(() -> read(CHECK, Database::answer));

  private record Complaint(String why, long nanos) {}

  private record Pool(HikariDataSource sessions, PoolPace pace) {
    void close() {
      pace.close();
      sessions.close();
    }
  }

  Database(DatabaseAddress address, ConnectionLimits limits, SessionName session) {
    this.address = address;
    this.limits = limits;
    this.session = session;
    this.dialect = Dialect.of(address.vendor());
    this.work = pool("work", limits.writers() + limits.readers(), limits.socketTimeout());
    this.controlWork = pool("control", limits.controlConnections(), limits.controlSocketTimeout());
    this.writers = executor("writer", limits.writers());
    this.readers = executor("reader", limits.readers());
    this.controllers = executor("control", limits.controlConnections());
  }

  public String name() {
    return address.name();
  }

  public DatabaseAddress address() {
    return address;
  }

  public ConnectionLimits limits() {
    return limits;
  }

  public Dialect dialect() {
    return dialect;
  }

  /** The name that all sessions of this server carry. */
  public SessionName session() {
    return session;
  }

  public <T> CompletableFuture<T> write(String operation, SqlWork<T> task) {
    return submit(writers, work, operation, session -> stored(task, session));
  }

  private <T> T stored(SqlWork<T> task, Connection session) throws SQLException {
    try {
      return task.on(session);
    } catch (SQLException e) {
      if (dialect.failure(e) == SqlFailure.DAMAGED) {
        complaint = Optional.of(new Complaint(e.getMessage(), System.nanoTime()));
      }
      throw e;
    }
  }

  /**
   * What this database answered, a moment ago, to a write that it could not carry out: it has no room, is read-only or
   * broken. It may answer every question, and other writes may find room, so nobody else need have noticed.
   */
  public Optional<String> complaint() {
    return complaint
        .filter(made -> System.nanoTime() - made.nanos() < COMPLAINT_NANOS)
        .map(Complaint::why);
  }

  public <T> CompletableFuture<T> read(String operation, SqlWork<T> task) {
    return submit(readers, work, operation, task);
  }

  public <T> CompletableFuture<T> control(String operation, SqlWork<T> task) {
    return submit(controllers, controlWork, operation, task);
  }

  /** On a control session, on the calling thread. */
  <T> T onControl(String operation, SqlWork<T> task) {
    return perform(controlWork, operation, task);
  }

  /**
   * Completes if the database answers a query on a control session, or on another one where that is silent: a session that
   * has lost some packets in a row waits for seconds, and the database is there. A session that hangs is not asked again
   * until it has answered.
   *
   * @param limit after which it fails
   */
  CompletableFuture<Void> check(Duration limit) {
    var silence = limit.dividedBy(3);
    var answer = new CompletableFuture<Void>();
    var second = new AtomicBoolean();
    controlQuestion.ask().whenComplete((done, failure) -> {
      if (failure == null) {
        answer.complete(null);
      } else if (second.compareAndSet(false, true)) {
        answer.completeExceptionally(Failures.cause(failure));
      }
    });
    CompletableFuture.delayedExecutor(silence.toMillis(), TimeUnit.MILLISECONDS).execute(() -> {
      if (!answer.isDone() && second.compareAndSet(false, true)) {
        readQuestion.ask().thenRun(() -> answer.complete(null));
      }
    });
    return answer.orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS).exceptionally(failure -> {
      throw failure instanceof TimeoutException
          ? new DatabaseUnavailableException(
              Outcome.NOT_DONE,
              "database " + name() + " did not answer a query within " + limit.toMillis() + " ms",
              failure)
          : new CompletionException(Failures.cause(failure));
    });
  }

  /** Asked by one at a time; who comes meanwhile gets the same answer. */
  private static final class Question {
    private final Supplier<CompletableFuture<Void>> asking;
    private CompletableFuture<Void> asked =
        CompletableFuture.completedFuture(null); // guarded by this

    Question(Supplier<CompletableFuture<Void>> asking) {
      this.asking = asking;
    }

    synchronized CompletableFuture<Void> ask() {
      if (asked.isDone()) {
        asked = asking.get();
      }
      return asked;
    }
  }

  private static Void answer(Connection session) throws SQLException {
    try (var query = session.prepareStatement("select 1");
        var row = query.executeQuery()) {
      row.next();
      return null;
    }
  }

  /**
   * A session outside the pools, by one attempt at a login, whatever happened before: for work that takes long, or must
   * not wait for others. It occupies neither readers nor writers. The caller closes it.
   *
   * @param statementTimeout limit for one statement, in place of the one of {@link #limits()}
   */
  public Connection session(Duration statementTimeout) throws SQLException {
    return session(limits.connectTimeout(), statementTimeout);
  }

  /** @param connectTimeout limit for connection and login, in place of the one of {@link #limits()} */
  Connection session(Duration connectTimeout, Duration statementTimeout) throws SQLException {
    var own = limits.connectingWithin(connectTimeout);
    var opened =
        source(own, statementTimeout.plus(connectTimeout), Pace.ONE_ATTEMPT).getConnection();
    try {
      dialect.limitStatements(opened, statementTimeout);
    } catch (SQLException e) {
      opened.close();
      throw e;
    }
    return opened;
  }

  /**
   * Opens the sessions of all kinds of work anew, in the background: those of a database that was away are dead, and each
   * would be found out by the work that gets it. What runs is not disturbed.
   */
  public void renewSessions() {
    for (Pool pool : List.of(work, controlWork)) {
      var sessions = pool.sessions().getHikariPoolMXBean();
      if (sessions != null) { // otherwise it was never used and has none
        sessions.softEvictConnections();
      }
    }
  }

  /**
   * Has each writer store nothing, on a session of its own, in the epoch that the database stands in. A database needs many
   * times as long for the first write of a session as for the second.
   *
   * @return completes when all have; what fails shows when it is written
   */
  public CompletableFuture<Void> rehearseWrites() {
    var all = new CountDownLatch(limits.writers());
    SqlWork<Void> rehearsal = session -> {
      all.countDown();
      awaitOthers(all);
      dialect.storeEvents(session, SetStore.read(session).epoch(), List.of(), 0);
      return null;
    };
    return CompletableFuture.allOf(Stream.generate(() -> write("rehearse a write", rehearsal))
        .limit(limits.writers())
        .toArray(CompletableFuture[]::new));
  }

  /** So that nobody gets the session that another one has given back. */
  private static void awaitOthers(CountDownLatch all) {
    try {
      all.await(OTHERS_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Pieces of work that run or wait here. */
  public int load() {
    return load(writers) + load(readers) + load(controllers);
  }

  private static int load(ThreadPoolExecutor executor) {
    return executor.getActiveCount() + executor.getQueue().size();
  }

  /** The smaller, the better a place for the next read. */
  double pressure() {
    return (1.0 + load()) / address.weight();
  }

  /** Refuses further work and closes the sessions; running work fails. */
  @Override
  public void close() {
    for (ThreadPoolExecutor executor : new ThreadPoolExecutor[] {writers, readers, controllers}) {
      executor.shutdown();
    }
    work.close();
    controlWork.close();
  }

  private <T> T perform(Pool pool, String operation, SqlWork<T> task) {
    Connection connection;
    try {
      connection = pool.sessions().getConnection();
    } catch (SQLException e) {
      throw new DatabaseUnavailableException(
          Outcome.NOT_DONE,
          true,
          operation + ": database " + name() + " gave no session within "
              + limits.checkoutTimeout().toMillis() + " ms: "
              + rootMessage(pool.pace().failure().orElse(e)),
          e);
    }
    try (connection) {
      return onSession(pool.sessions(), connection, task);
    } catch (SQLException e) {
      throw failure(operation, e);
    }
  }

  /** The pool knows lost sessions by the SQLStates of some vendors only; another one would be handed out again. */
  private <T> T onSession(HikariDataSource pool, Connection connection, SqlWork<T> task)
      throws SQLException {
    try {
      return task.on(connection);
    } catch (SQLException e) {
      if (dialect.failure(e) == SqlFailure.DISCONNECTED) {
        pool.evictConnection(connection);
      }
      throw e;
    }
  }

  /** What an SQLException means for the work that it ended. */
  public DatabaseUnavailableException failure(String operation, SQLException e) {
    var kind = dialect.failure(e);
    boolean unknown = kind == SqlFailure.DISCONNECTED;
    return new DatabaseUnavailableException(
        unknown ? Outcome.UNKNOWN : Outcome.NOT_DONE,
        unknown || kind == SqlFailure.DAMAGED,
        operation + ": database "
            + name()
            + (unknown
                ? " was lost before it answered, so the outcome is unknown: "
                : " refused it: ")
            + rootMessage(e),
        e);
  }

  /** A session of a database that was away may come long after whoever asked has given up. */
  private <T> CompletableFuture<T> submit(
      Executor executor, Pool pool, String operation, SqlWork<T> task) {
    var answer = new CompletableFuture<T>();
    SqlWork<T> unlessCancelled = session -> answer.isDone() ? null : task.on(session);
    try {
      return answer.completeAsync(() -> perform(pool, operation, unlessCancelled), executor);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(full(operation, e));
    }
  }

  /** The failure of work that found no place in the queue. */
  private DatabaseUnavailableException full(String operation, RejectedExecutionException cause) {
    return new DatabaseUnavailableException(
        Outcome.NOT_DONE,
        true,
        operation + ": database " + name() + " is closed, or " + limits.queueLimit()
            + " other pieces of work wait for it (mainstay.persistence.connections.queue-limit)",
        cause);
  }

  private ThreadPoolExecutor executor(String kind, int threads) {
    var number = new AtomicInteger();
    var executor = new ThreadPoolExecutor(
        threads,
        threads,
        60,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(limits.queueLimit()),
        task -> {
          var thread =
              new Thread(task, "database-" + name() + "-" + kind + "-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  /** Opens its first session on first use. */
  private Pool pool(String kind, int size, Duration socketTimeout) {
    var sessions = new HikariDataSource();
    var pace = new PoolPace(() -> waiting(sessions));
    sessions.setPoolName("mainstay-" + name() + "-" + kind);
    sessions.setDataSource(source(limits, socketTimeout, pace));
    sessions.setMaximumPoolSize(size);
    sessions.setConnectionTimeout(limits.checkoutTimeout().toMillis());
    sessions.setValidationTimeout(Math.min(1000, limits.checkoutTimeout().toMillis()));
    sessions.setInitializationFailTimeout(-1);
    sessions.setKeepaliveTime(60_000);
    return new Pool(sessions, pace);
  }

  /** The first one waits for the pool itself. */
  private static int waiting(HikariDataSource sessions) {
    var pool = sessions.getHikariPoolMXBean();
    return pool == null ? 1 : pool.getThreadsAwaitingConnection();
  }

  private LoginSource source(ConnectionLimits own, Duration answerLimit, Pace pace) {
    return new LoginSource(
        address.url(),
        () -> login(own, answerLimit),
        connection -> dialect.begin(connection, own, session),
        pace);
  }

  private Properties login(ConnectionLimits own, Duration answerLimit) {
    var login = dialect.login(own, session, answerLimit);
    login.setProperty("user", address.user());
    login.setProperty("password", Passwords.of(address));
    return login;
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }
}
