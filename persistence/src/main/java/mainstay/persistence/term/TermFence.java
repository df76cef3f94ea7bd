package mainstay.persistence.term;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import mainstay.persistence.databases.SqlWork;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.Fence;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/**
 * The fence in front of a write transaction. Lock, check, write and commit travel as <em>one</em> message: a server that
 * is paused or cut off after sending it leaves no open transaction behind, and none is open while it is not.
 *
 * <p>Lock and check are two statements, for a statement sees what was committed when it began: a check that had waited
 * for its lock would still see the old term. The text handed in must store only rows whose fence is current, by a join
 * with {@code service_term}; it sees what the check saw, for the lock keeps terms as they are until the commit.
 */
public final class TermFence {
  private static final String PROLOGUE = """
      begin;
      select pg_advisory_xact_lock_shared(k) from unnest(?::bigint[]) as k;
      select service, term, server, incarnation from service_term where service = any(?::varchar[]);
      """;
  private static final int PARAMETERS = 2;

  private TermFence() {}

  /** Sets the parameters of the statements that were handed in; the first has the number that is passed. */
  @FunctionalInterface
  public interface Parameters {
    void set(PreparedStatement statement, int first) throws SQLException;
  }

  /**
   * Runs statements behind the fence, as one transaction.
   *
   * @param statements end with a semicolon each
   * @return who holds the current term of each of the services, as the statements saw it
   */
  public static Map<ServiceName, Activation> write(
      Connection session,
      Collection<ServiceName> services,
      String statements,
      Parameters parameters)
      throws SQLException {
    var sorted = services.stream()
        .distinct()
        .sorted(Comparator.comparingLong(TermFence::lock))
        .toList();
    try (var all = session.prepareStatement(PROLOGUE + statements + "commit")) {
      all.setArray(
          1, session.createArrayOf("int8", sorted.stream().map(TermFence::lock).toArray()));
      all.setArray(
          2,
          session.createArrayOf(
              "varchar", sorted.stream().map(ServiceName::value).toArray()));
      parameters.set(all, 1 + PARAMETERS);
      all.execute();
      all.getMoreResults(); // the locks
      all.getMoreResults(); // the terms
      try (var rows = all.getResultSet()) {
        return activations(rows);
      }
    } catch (SQLException | RuntimeException e) {
      endTransaction(session, e);
      throw e;
    }
  }

  /** Whether the write that claims this was among those that {@link #write} let through. */
  public static boolean isCurrent(Fence fence, Map<ServiceName, Activation> current) {
    var held = current.get(fence.service());
    return held != null && held.term() == fence.term();
  }

  /**
   * Key of the lock of a service. Two services with one key would merely wait for each other. Sorted by it, so that two
   * groups of writers never wait for each other in a circle.
   */
  static long lock(ServiceName service) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return ByteBuffer.wrap(
              digest.digest(("mainstay term " + service).getBytes(StandardCharsets.UTF_8)))
          .getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Reads columns service, term, server, incarnation. */
  static Map<ServiceName, Activation> activations(ResultSet rows) throws SQLException {
    var current = new HashMap<ServiceName, Activation>();
    while (rows.next()) {
      var service = new ServiceName(rows.getString(1));
      current.put(
          service,
          new Activation(
              service, rows.getLong(2), new ServerId(rows.getString(3)), rows.getString(4)));
    }
    return current;
  }

  /** The transaction was begun by text, so the driver would not end it when the session goes back to its pool. */
  private static void endTransaction(Connection session, Exception failure) {
    SqlWork<Void> rollback = c -> {
      try (var statement = c.createStatement()) {
        statement.execute("rollback");
      }
      return null;
    };
    try {
      rollback.on(session);
    } catch (SQLException e) {
      failure.addSuppressed(e); // the session is lost; its transaction ends with it
    }
  }
}
