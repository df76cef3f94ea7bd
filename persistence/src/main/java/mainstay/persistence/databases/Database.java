package mainstay.persistence.databases;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mainstay.persistence.databases.DatabaseUnavailableException.Outcome;
import mainstay.persistence.databases.core.SqlFailure;

/**
 * One database as this server reaches it. Writers, readers and control work (terms, lease) have sessions and threads of
 * their own, as many threads as sessions, so none of them waits for another kind. Safe for use by many threads.
 *
 * <p>Stages that it returns complete on its threads: what follows must be short or move to another executor. They fail
 * with {@link DatabaseUnavailableException}, or with what the work itself threw.
 */
public final class Database implements AutoCloseable {
  private final DatabaseSettings settings;
  private final ConnectionLimits limits;
  private final SessionName session;
  private final HikariDataSource work;
  private final HikariDataSource controlWork;
  private final ThreadPoolExecutor writers;
  private final ThreadPoolExecutor readers;
  private final ThreadPoolExecutor controllers;

  Database(DatabaseSettings settings, ConnectionLimits limits, SessionName session) {
    this.settings = settings;
    this.limits = limits;
    this.session = session;
    this.work = pool("work", limits.writers() + limits.readers(), limits.socketTimeout());
    this.controlWork = pool("control", limits.controlConnections(), limits.controlSocketTimeout());
    this.writers = executor("writer", limits.writers());
    this.readers = executor("reader", limits.readers());
    this.controllers = executor("control", limits.controlConnections());
  }

  public String name() {
    return settings.name();
  }

  public String vendor() {
    return settings.vendor();
  }

  public ConnectionLimits limits() {
    return limits;
  }

  /** The name that all sessions of this server carry. */
  public SessionName session() {
    return session;
  }

  public <T> CompletableFuture<T> write(String operation, SqlWork<T> task) {
    return submit(writers, () -> onWriter(operation, task), operation);
  }

  public <T> CompletableFuture<T> read(String operation, SqlWork<T> task) {
    return submit(readers, () -> perform(work, operation, task), operation);
  }

  public <T> CompletableFuture<T> control(String operation, SqlWork<T> task) {
    return submit(controllers, () -> perform(controlWork, operation, task), operation);
  }

  /** For work that runs on {@link #writers()} already: the session of a writer, on the calling thread. */
  public <T> T onWriter(String operation, SqlWork<T> task) {
    return perform(work, operation, task);
  }

  /** As many threads as there are sessions for writers; refuses with {@link RejectedExecutionException} when full. */
  public Executor writers() {
    return writers;
  }

  /** Completes if the database answers a query on a control session. */
  public CompletableFuture<Void> check() {
    return control("check", c -> {
      try (var query = c.prepareStatement("select 1");
          var row = query.executeQuery()) {
        row.next();
        return null;
      }
    });
  }

  /** One attempt at a login outside the pools. */
  void login() throws SQLException {
    try (var connection =
        DriverManager.getConnection(settings.url(), login(limits.controlSocketTimeout()))) {
      if (!connection.isValid(seconds(limits.connectTimeout()))) {
        throw new SQLException(
            "no answer to a query within " + limits.connectTimeout().toMillis() + " ms", "08006");
      }
    }
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

  private <T> T perform(HikariDataSource pool, String operation, SqlWork<T> task) {
    Connection connection;
    try {
      connection = pool.getConnection();
    } catch (SQLException e) {
      throw new DatabaseUnavailableException(
          Outcome.NOT_DONE,
          operation + ": database " + name() + " gave no session within "
              + limits.checkoutTimeout().toMillis() + " ms: " + rootMessage(e),
          e);
    }
    try (connection) {
      return task.on(connection);
    } catch (SQLException e) {
      throw failure(operation, e);
    }
  }

  /** What an SQLException means for the work that it ended. */
  public DatabaseUnavailableException failure(String operation, SQLException e) {
    boolean unknown = SqlFailure.of(e.getSQLState()) == SqlFailure.DISCONNECTED;
    return new DatabaseUnavailableException(
        unknown ? Outcome.UNKNOWN : Outcome.NOT_DONE,
        operation + ": database "
            + name()
            + (unknown
                ? " was lost before it answered, so the outcome is unknown: "
                : " refused it: ")
            + rootMessage(e),
        e);
  }

  private <T> CompletableFuture<T> submit(
      Executor executor, java.util.function.Supplier<T> task, String operation) {
    try {
      return CompletableFuture.supplyAsync(task, executor);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(full(operation, e));
    }
  }

  /** The failure of work that found no place in the queue. */
  public DatabaseUnavailableException full(String operation, RejectedExecutionException cause) {
    return new DatabaseUnavailableException(
        Outcome.NOT_DONE,
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
  private HikariDataSource pool(String kind, int size, Duration socketTimeout) {
    var pool = new HikariDataSource();
    pool.setPoolName("mainstay-" + name() + "-" + kind);
    pool.setJdbcUrl(settings.url());
    pool.setDataSourceProperties(login(socketTimeout));
    pool.setMaximumPoolSize(size);
    pool.setConnectionTimeout(limits.checkoutTimeout().toMillis());
    pool.setValidationTimeout(Math.min(1000, limits.checkoutTimeout().toMillis()));
    pool.setInitializationFailTimeout(-1);
    pool.setKeepaliveTime(60_000);
    return pool;
  }

  private Properties login(Duration socketTimeout) {
    var login = new Properties();
    login.setProperty("user", settings.user());
    login.setProperty("password", settings.password());
    login.setProperty("ApplicationName", session.text());
    login.setProperty(
        "assumeMinServerVersion", "12"); // so the session is named from its first packet on
    login.setProperty("connectTimeout", Integer.toString(seconds(limits.connectTimeout())));
    login.setProperty("loginTimeout", Integer.toString(seconds(limits.connectTimeout())));
    login.setProperty("socketTimeout", Integer.toString(seconds(socketTimeout)));
    login.setProperty("tcpKeepAlive", "true");
    login.setProperty("reWriteBatchedInserts", "true");
    login.setProperty(
        "options",
        "-c statement_timeout=" + limits.statementTimeout().toMillis()
            + " -c lock_timeout=" + limits.lockTimeout().toMillis()
            + " -c idle_in_transaction_session_timeout="
            + limits.idleInTransactionTimeout().toMillis()
            + " -c default_transaction_isolation=read\\ committed -c synchronous_commit=on");
    return login;
  }

  private static int seconds(Duration duration) {
    return Math.toIntExact(Math.max(1, (duration.toMillis() + 999) / 1000));
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }
}
