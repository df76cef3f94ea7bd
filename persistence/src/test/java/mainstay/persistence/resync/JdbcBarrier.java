package mainstay.persistence.resync;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import mainstay.persistence.databases.Database;
import mainstay.persistence.databases.WriteBarrier;

/** Raised on one database after the other, on the calling thread. */
final class JdbcBarrier implements WriteBarrier {
  private final Pair pair;
  private final List<Database> databases;
  private final AtomicInteger holds = new AtomicInteger();
  private final AtomicLong longestNanos = new AtomicLong();

  JdbcBarrier(Pair pair, List<Database> databases) {
    this.pair = pair;
    this.databases = databases;
  }

  int holds() {
    return holds.get();
  }

  Duration longest() {
    return Duration.ofNanos(longestNanos.get());
  }

  @Override
  public <T> CompletionStage<T> hold(String operation, Duration limit, Held<T> work) {
    holds.incrementAndGet();
    Map<String, Connection> sessions = new LinkedHashMap<>();
    try {
      for (var database : databases) {
        var session = pair.connect(database);
        sessions.put(database.name(), session);
        session.setAutoCommit(false);
      }
      long start = System.nanoTime();
      for (var database : databases) {
        database.dialect().holdWrites(sessions.get(database.name()), limit);
      }
      T result = work.with(sessions);
      for (var session : sessions.values()) {
        session.commit();
      }
      longestNanos.accumulateAndGet(System.nanoTime() - start, Math::max);
      return CompletableFuture.completedFuture(result);
    } catch (SQLException | RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    } finally {
      sessions.values().forEach(JdbcBarrier::close);
    }
  }

  private static void close(Connection session) {
    try {
      session.close();
    } catch (SQLException e) {
      throw new AssertionError("session of a barrier", e);
    }
  }
}
