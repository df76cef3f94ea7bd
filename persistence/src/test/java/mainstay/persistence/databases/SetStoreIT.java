package mainstay.persistence.databases;

import static mainstay.persistence.testing.Server.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import mainstay.persistence.databases.SetStore.Content;
import mainstay.persistence.databases.SetStore.Entry;
import mainstay.persistence.databases.SetStore.Identity;
import mainstay.persistence.testing.Server;
import mainstay.persistence.testing.SharedDatabase;
import mainstay.persistence.testing.TestDatabase;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ActiveSet.Role;
import mainstay.protocol.model.DatabaseAddress;
import mainstay.protocol.model.ServiceName;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedDatabase.class)
class SetStoreIT {
  private static final Instant NOON = Instant.parse("2026-11-25T12:00:00.123456Z");
  private static final Duration LIMIT = Duration.ofSeconds(1);

  private TestDatabase shared;
  private Server server;
  private Database database;
  private String url;
  private ActiveSet first;

  @BeforeEach
  void start(TestDatabase vendor) throws SQLException {
    shared = vendor;
    url = shared.newDatabase();
    server = Server.start(shared, url, "alpha", "run1");
    var databases = Databases.get(server.system());
    database = databases.open(databases.configured().get(0));
    var other = new DatabaseAddress(
        "db2",
        DatabaseAddress.POSTGRESQL,
        "jdbc:postgresql://127.0.0.1:1/none",
        "mainstay",
        Optional.of(shared.passwordFile().toString()),
        Optional.empty(),
        1);
    first = ActiveSet.first(List.of(database.address(), other));
    try (var session = shared.connect(url);
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
    try (var session = shared.connect(url);
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
    try (var writer = shared.connect(url)) {
      writer.setAutoCommit(false);
      shared.holdAsWriter(writer, ServiceName.dge("main"));
      var write = SetStore.write(database, entry(first));

      Awaitility.await("it waits for the lock")
          .atMost(Duration.ofSeconds(2))
          .until(() -> shared.waiting(url) == 1);
      assertThat(write).isNotDone();

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
  void itIsRenamedIfItSaysWhatIsExpected() throws SQLException {
    var is = new Identity("c1", "other");
    try (var session = shared.connect(url);
        var statement = session.createStatement()) {
      statement.execute(
          "insert into database_identity (id, cluster, name) values (1, 'c1', 'other')");
    }

    await(SetStore.rename(database, new Identity("c1", "another")));
    assertThat(identity()).hasValue(is);
    await(SetStore.rename(database, is));
    assertThat(identity()).hasValue(new Identity("c1", database.name()));
  }

  private Optional<Identity> identity() {
    return await(database.control("read", SetStore::read)).identity();
  }

  @Test
  void aRehearsedWriteStoresNothing() throws SQLException {
    await(SetStore.write(database, new Entry("c1", first, "alpha", NOON)));

    await(database.rehearseWrites());

    try (var session = shared.connect(url);
        var statement = session.createStatement();
        var row = statement.executeQuery("select count(*) from event_journal")) {
      row.next();
      assertThat(row.getLong(1)).isZero();
    }
    assertThat(await(database.control("read", SetStore::read)).epoch()).isEqualTo(1);
  }

  @Test
  void aProbeAndAGlanceSeeWhichOneItIs() throws SQLException {
    await(SetStore.write(database, entry(first)));

    assertThat(SetStore.probe(database, LIMIT)).contains(new Identity("c1", "db1"));
    assertThat(await(SetStore.glance(database))).contains(new Identity("c1", "db1"));
  }

  private Content content() throws SQLException {
    try (var session = shared.connect(url)) {
      return SetStore.read(session);
    }
  }

  private static Entry entry(ActiveSet set) {
    return new Entry("c1", set, "alpha", NOON);
  }
}
