package mainstay.persistence.resync;

import java.sql.SQLException;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import mainstay.persistence.databases.SqlWork;

/** The two databases of a synchronisation: both are asked at the same time, and only the target is changed. */
final class Sides {
  private final Side source;
  private final Side target;
  private final Executor second;
  private OptionalLong seed = OptionalLong.empty();
  private boolean seedKnown;

  /** @param second runs what the target does at the same time as the source */
  Sides(Side source, Side target, Executor second) {
    this.source = source;
    this.target = target;
    this.second = second;
  }

  Side source() {
    return source;
  }

  Side target() {
    return target;
  }

  /** An answer of each. */
  record Both<T>(T here, T there) {
    boolean equal() {
      return here.equals(there);
    }
  }

  @FunctionalInterface
  interface Query<T> {
    T of(Side side) throws SQLException;
  }

  <T> Both<T> ask(Query<T> query) throws SQLException {
    return ask(query, query);
  }

  <T> Both<T> ask(Query<T> ofSource, Query<T> ofTarget) throws SQLException {
    var there = CompletableFuture.supplyAsync(
        () -> {
          try {
            return ofTarget.of(target);
          } catch (SQLException e) {
            throw new CompletionException(e);
          }
        },
        second);
    var here = ofSource.of(source);
    try {
      return new Both<>(here, there.join());
    } catch (CompletionException e) {
      if (e.getCause() instanceof SQLException failure) {
        throw failure;
      }
      throw e;
    }
  }

  /** For {@link ContentSql#quickDigest}; empty if the two would compute it in different ways. */
  OptionalLong quick() throws SQLException {
    if (!seedKnown) {
      var here = source.sql().quick(source.session());
      seed = here.isPresent() && here.equals(target.sql().quick(target.session()))
          ? OptionalLong.of(ThreadLocalRandom.current().nextLong())
          : OptionalLong.empty();
      seedKnown = true;
    }
    return seed;
  }

  /** In one transaction of the target's session. */
  <T> T change(SqlWork<T> work) throws SQLException {
    try {
      return work.inTransaction().on(target.session());
    } finally {
      target.session().setAutoCommit(true);
    }
  }
}
