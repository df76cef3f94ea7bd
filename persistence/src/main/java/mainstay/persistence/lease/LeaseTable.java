package mainstay.persistence.lease;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.dialect.Dialect;
import mainstay.persistence.term.JdbcWrittenOff;
import mainstay.protocol.model.ActiveSet;

/** Table {@code lease} of every written database. Who has a lease in all of them holds it. */
public final class LeaseTable {
  private final Databases databases;

  public LeaseTable(Databases databases) {
    this.databases = databases;
  }

  /**
   * @param limit after which a database that does not answer has failed
   * @return whether it is so in all databases; {@code false} as soon as one of them has it otherwise, for example because
   *     another owner has the lease
   */
  public CompletableFuture<Boolean> execute(LeaseOrder order, Duration limit) {
    return switch (order.kind()) {
      // The first one decides between two who ask at the same time.
      case ACQUIRE ->
        on(order, set -> List.of(set.active().get(0)), limit, LeaseTable::store)
            .thenCompose(decided -> decided
                ? on(order, ActiveSet::written, limit, LeaseTable::store)
                : CompletableFuture.completedFuture(false));
      case RENEW -> on(order, ActiveSet::written, limit, LeaseTable::renew);
      case RELEASE -> on(order, ActiveSet::written, limit, LeaseTable::release);
    };
  }

  /** Who has a lease that has not run out, by one of the databases that count; empty if nobody has it. */
  public CompletableFuture<Optional<String>> owner(String lease) {
    var operation = "read who has lease " + lease;
    return databases
        .replicator()
        .onReader(
            operation,
            (database, epoch) ->
                database.control(operation, session -> owner(session, database.dialect(), lease)));
  }

  private static Optional<String> owner(Connection session, Dialect dialect, String lease)
      throws SQLException {
    try (var query = session.prepareStatement(
        "select owner from lease where name = ? and expires > " + dialect.now())) {
      query.setString(1, lease);
      try (var row = query.executeQuery()) {
        return row.next() ? Optional.ofNullable(row.getString(1)) : Optional.empty();
      }
    }
  }

  @FunctionalInterface
  private interface Work {
    boolean on(Connection session, Dialect dialect, LeaseOrder order) throws SQLException;
  }

  private CompletableFuture<Boolean> on(
      LeaseOrder order, Function<ActiveSet, List<String>> who, Duration limit, Work work) {
    var operation = order.operation();
    return databases
        .replicator()
        .on(
            operation,
            who,
            limit,
            (database, epoch) ->
                database.control(operation, session -> work.on(session, database.dialect(), order)))
        .thenApply(answers -> !answers.containsValue(false));
  }

  /** Whether the owner has the lease in this database now, under this number. */
  private static boolean store(Connection session, Dialect dialect, LeaseOrder order)
      throws SQLException {
    if (JdbcWrittenOff.contains(session, order.run())) {
      return false;
    }
    if (take(session, dialect, order)) {
      return true;
    }
    try (var first =
        session.prepareStatement("insert into lease (name, version, expires) values (?, 0, "
            + dialect.now() + ")" + dialect.orNothing("name"))) {
      first.setString(1, order.lease());
      first.executeUpdate();
    }
    return take(session, dialect, order);
  }

  private static boolean take(Connection session, Dialect dialect, LeaseOrder order)
      throws SQLException {
    try (var update = session.prepareStatement(
        "update lease set owner = ?, version = ?, expires = " + dialect.nowPlusMillis()
            + " where name = ? and (owner is null or owner = ? or expires <= " + dialect.now()
            + ")")) {
      update.setString(1, order.owner());
      update.setLong(2, order.version());
      update.setLong(3, order.timeoutMillis());
      update.setString(4, order.lease());
      update.setString(5, order.owner());
      return update.executeUpdate() == 1;
    }
  }

  private static boolean renew(Connection session, Dialect dialect, LeaseOrder order)
      throws SQLException {
    try (var update = session.prepareStatement("update lease set expires = "
        + dialect.nowPlusMillis() + " where name = ? and owner = ? and version = ?")) {
      update.setLong(1, order.timeoutMillis());
      update.setString(2, order.lease());
      update.setString(3, order.owner());
      update.setLong(4, order.version());
      return update.executeUpdate() == 1;
    }
  }

  private static boolean release(Connection session, Dialect dialect, LeaseOrder order)
      throws SQLException {
    try (var update = session.prepareStatement("update lease set owner = null, expires = "
        + dialect.now() + " where name = ? and owner = ? and version = ?")) {
      update.setString(1, order.lease());
      update.setString(2, order.owner());
      update.setLong(3, order.version());
      return update.executeUpdate() == 1;
    }
  }
}
