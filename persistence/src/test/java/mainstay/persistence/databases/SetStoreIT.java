package mainstay.persistence.databases;

import static mainstay.persistence.testing.Server.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mainstay.persistence.databases.SetStore.Content;
import mainstay.persistence.databases.SetStore.Entry;
import mainstay.persistence.databases.SetStore.Identity;
import mainstay.persistence.term.TermFence;
import mainstay.persistence.testing.Postgres;
import mainstay.persistence.testing.Server;
import mainstay.persistence.testing.SharedPostgres;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ActiveSet.Role;
import mainstay.protocol.model.DatabaseAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedPostgres.class)
class SetStoreIT {
  private static final Instant NOON = Instant.parse("2026-11-25T12:00:00.123456Z");
  private static final Duration LIMIT = Duration.ofSeconds(1);

  private final Postgres postgres;
  private Server server;
  private Database database;
  private String url;
  private ActiveSet first;

  SetStoreIT(Postgres postgres) {
    this.postgres = postgres;
  }

  @BeforeEach
  void start() throws SQLException {
    url = postgres.newDatabase();
    server = Server.start(postgres, url, "alpha", "run1");
    var databases = Databases.get(server.system());
    database = databases.open(databases.configured().get(0));
    var other = new DatabaseAddress(
        "db2",
        DatabaseAddress.POSTGRESQL,
        "jdbc:postgresql://127.0.0.1:1/none",
        "mainstay",
        Optional.of(postgres.passwordFile().toString()),
        Optional.empty(),
        1);
    first = ActiveSet.first(List.of(database.address(), other));
    try (var session = postgres.connect(url);
        var statement = session.createStatement()) {
      statement.execute("update active_set set epoch = 0"); // as it is before anybody has agreed
    }
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aNewDatabaseKnowsNothing() throws SQLException {
    assertThat(content()).isEqualTo(new Content(0, "", false, Optional.empty()));
    assertThat(SetStore.probe(database, LIMIT)).isEmpty();
  }

  @Test
  void anEpochOnlyGrowsAndEachStandsInTheHistoryOnce() throws SQLException {
    var second = first.with("db2", Role.INACTIVE, false, "it is gone");
    await(SetStore.write(database, entry(second)));
    await(SetStore.write(database, entry(first)));
    await(SetStore.write(database, entry(second)));

    assertThat(content())
        .isEqualTo(new Content(
            2, "db1 active, db2 inactive", false, Optional.of(new Identity("c1", "db1"))));
    try (var session = postgres.connect(url);
        var query = session.createStatement();
        var rows = query.executeQuery(
            "select epoch, members, why, by_whom, at from active_set_history order by epoch desc")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getLong(1)).isEqualTo(2);
      assertThat(rows.getString(2)).isEqualTo("db1 active, db2 inactive");
      assertThat(rows.getString(3)).isEqualTo("it is gone");
      assertThat(rows.getString(4)).isEqualTo("alpha");
      assertThat(rows.getTimestamp(5).toInstant()).isEqualTo(NOON);
      assertThat(rows.next()).as("epoch 1").isTrue();
      assertThat(rows.next()).isFalse();
    }
  }

  @Test
  void itWaitsForWriteTransactionsUnderWay() throws Exception {
    try (var writer = postgres.connect(url)) {
      writer.setAutoCommit(false);
      try (var lock = writer.createStatement()) {
        lock.execute("select pg_advisory_xact_lock_shared(" + TermFence.EPOCH_LOCK + ")");
      }
      var write = SetStore.write(database, entry(first));

      awaitWaiting();
      assertThatThrownBy(() -> write.get(50, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);

      writer.commit();

      await(write);
    }
    assertThat(content().epoch()).isEqualTo(1);
  }

  @Test
  void aChangeInATransactionCountsWithItsCommit() throws SQLException {
    try (var session = database.session(LIMIT)) {
      session.setAutoCommit(false);
      database.dialect().holdWrites(session, LIMIT);
      SetStore.store(database, session, entry(first));

      assertThat(content().epoch()).isZero();

      session.commit();
    }
    assertThat(content().epoch()).isEqualTo(1);
  }

  @Test
  void aGlanceSeesTheSameOnASessionThatStands() throws Exception {
    await(SetStore.write(database, entry(first)));
    var standing = SetStore.glance(database).get(10, TimeUnit.SECONDS);
    makeNewSessionsReadOnly();

    assertThat(SetStore.glance(database).get(10, TimeUnit.SECONDS)).isEqualTo(standing);
    assertThat(standing).contains(new Identity("c1", "db1"));
    assertThatThrownBy(() -> SetStore.probe(database, LIMIT)).isInstanceOf(SQLException.class);
  }

  @Test
  void aDatabaseThatCannotBeWrittenDoesNotPass() throws SQLException {
    makeNewSessionsReadOnly();

    assertThatThrownBy(() -> SetStore.probe(database, LIMIT))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("read-only");
  }

  private Content content() throws SQLException {
    try (var session = postgres.connect(url)) {
      return SetStore.read(session);
    }
  }

  private void makeNewSessionsReadOnly() throws SQLException {
    try (var session = postgres.connect(url);
        var statement = session.createStatement()) {
      statement.execute("do $$ begin execute 'alter database ' || current_database() || "
          + "' set default_transaction_read_only = on'; end $$");
    }
  }

  private void awaitWaiting() throws SQLException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    try (Connection session = postgres.connect(url);
        var query = session.prepareStatement(
            "select count(*) from pg_locks where locktype = 'advisory' and not granted "
                + "and database = (select oid from pg_database where datname = current_database())")) {
      while (System.nanoTime() < deadline) {
        try (var row = query.executeQuery()) {
          row.next();
          if (row.getLong(1) > 0) {
            return;
          }
        }
      }
    }
    throw new AssertionError("nobody waits for the lock");
  }

  private static Entry entry(ActiveSet set) {
    return new Entry("c1", set, "alpha", NOON);
  }
}
