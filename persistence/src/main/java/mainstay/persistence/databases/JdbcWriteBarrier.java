package mainstay.persistence.databases;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The barrier as the lock of the epoch, held alone in every written database, on sessions for control work. */
public final class JdbcWriteBarrier implements WriteBarrier {
  private final Databases databases;

  public JdbcWriteBarrier(Databases databases) {
    this.databases = databases;
  }

  @Override
  public <T> CompletionStage<T> hold(String operation, Duration limit, Held<T> work) {
    var done = new CompletableFuture<T>();
    var thread = new Thread(
        () -> {
          try {
            done.complete(raise(operation, limit, databases.written(), 0, new HashMap<>(), work));
          } catch (RuntimeException e) {
            done.completeExceptionally(e);
          }
        },
        "write-barrier");
    thread.setDaemon(true);
    thread.start();
    return done;
  }

  /** In the order of the names, as everybody does who locks in several. */
  private static <T> T raise(
      String operation,
      Duration limit,
      List<Database> databases,
      int next,
      Map<String, Connection> sessions,
      Held<T> work) {
    var database = databases.get(next);
    SqlWork<T> held = session -> {
      database.dialect().holdWrites(session, limit);
      sessions.put(database.name(), session);
      return next + 1 == databases.size()
          ? work.with(sessions)
          : raise(operation, limit, databases, next + 1, sessions, work);
    };
    return database.onControl(operation, session -> {
      T result;
      try {
        result = held.inTransaction().on(session);
      } catch (SQLException | RuntimeException e) {
        restore(database, session, e);
        throw e;
      }
      database.dialect().restoreLimits(session, database.limits());
      return result;
    });
  }

  private static void restore(Database database, Connection session, Exception failure) {
    try {
      database.dialect().restoreLimits(session, database.limits());
    } catch (SQLException e) {
      failure.addSuppressed(e); // the session is lost
    }
  }
}
