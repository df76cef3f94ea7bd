package mainstay.persistence.term;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.Fence;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/**
 * The fence in front of every write transaction. What it does is said by
 * {@link mainstay.persistence.databases.dialect.Dialect}, and how by the dialect of each vendor; here is what they share.
 */
public final class TermFence {
  /**
   * Key of the lock that a write transaction holds, shared, as long as it runs, where locks have keys (PostgreSQL). Who
   * changes the epoch of a database, or needs a moment without writes, takes it alone:
   * {@link mainstay.persistence.databases.dialect.Dialect#holdWrites}.
   */
  public static final long EPOCH_LOCK = 0x6D61696E65706F63L;

  private TermFence() {}

  /** Whether the write that claims this was among those that the fence let through. */
  public static boolean isCurrent(Fence fence, Map<ServiceName, Activation> current) {
    var held = current.get(fence.service());
    return held != null && held.term() == fence.term();
  }

  /** Reads columns service, term, server, incarnation. */
  public static Map<ServiceName, Activation> activations(ResultSet rows) throws SQLException {
    var current = new HashMap<ServiceName, Activation>();
    while (rows.next()) {
      var held = activation(rows);
      current.put(held.service(), held);
    }
    return current;
  }

  /** The same of the row at hand. */
  static Activation activation(ResultSet row) throws SQLException {
    return new Activation(
        new ServiceName(row.getString(1)),
        row.getLong(2),
        new ServerId(row.getString(3)),
        row.getString(4));
  }

  /** The transaction was begun by text, so the driver would not end it when the session goes back to its pool. */
  public static void rollback(Connection session, Exception failure) {
    try (var statement = session.createStatement()) {
      statement.execute("rollback");
    } catch (SQLException e) {
      failure.addSuppressed(e); // the session is lost; its transaction ends with it
    }
  }
}
