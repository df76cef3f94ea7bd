package mainstay.persistence.databases;

import java.sql.Connection;
import java.sql.SQLException;

/** Work on one session. It gets the session in autocommit mode and may leave it in any state. */
@FunctionalInterface
public interface SqlWork<T> {
  T on(Connection session) throws SQLException;

  /** This work as one transaction: committed when it returns, rolled back when it throws. */
  default SqlWork<T> inTransaction() {
    return session -> {
      session.setAutoCommit(false);
      try {
        T result = on(session);
        session.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        rollback(session, e);
        throw e;
      }
    };
  }

  /** Rolls back after a failure; if the session is lost the database does it, and the first failure says enough. */
  static void rollback(Connection session, Exception failure) {
    try {
      session.rollback();
    } catch (SQLException e) {
      failure.addSuppressed(e);
    }
  }
}
