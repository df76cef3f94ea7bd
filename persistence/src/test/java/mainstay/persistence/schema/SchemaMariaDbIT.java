package mainstay.persistence.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import mainstay.persistence.databases.dialect.Dialect;
import mainstay.persistence.testing.OnMariaDb;
import mainstay.persistence.testing.SharedDatabase;
import mainstay.persistence.testing.TestDatabase;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@OnMariaDb
@ExtendWith(SharedDatabase.class)
class SchemaMariaDbIT {
  private TestDatabase database;
  private String url;

  @BeforeEach
  void database(TestDatabase shared) throws Exception {
    database = shared;
    url = database.newDatabase();
  }

  @Test
  void serversThatStartAtOnceMakeTheTablesOnce() throws Exception {
    int servers = 6;
    var barrier = new CyclicBarrier(servers);
    var threads = Executors.newFixedThreadPool(servers);
    List<Future<?>> preparing = new ArrayList<>();
    for (int i = 0; i < servers; i++) {
      preparing.add(threads.submit(() -> {
        try (var session = database.connect(url)) {
          barrier.await(10, TimeUnit.SECONDS);
          return Schema.prepare(session);
        }
      }));
    }
    for (Future<?> one : preparing) {
      one.get(60, TimeUnit.SECONDS);
    }
    threads.shutdown();

    prepare();
    assertThat(value("select max(version) from schema_version")).isEqualTo("3");
    assertThat(value("select group_concat(table_name order by table_name separator ' ') "
            + "from information_schema.tables where table_schema = database()"))
        .isEqualTo(
            "active_set active_set_history database_identity event_journal event_tag lease sample sample_series"
                + " schema_version server_session service_term service_term_history snapshot written_off");
    assertThat(value("select group_concat(distinct table_collation) from information_schema.tables "
            + "where table_schema = database() and engine = 'InnoDB'"))
        .isEqualTo("utf8mb4_nopad_bin");
  }

  @Test
  void whoLocksTheTablesNextSeesWhatWasDone() throws Exception {
    prepare();
    try (var session = database.connect(url);
        var change = session.createStatement()) {
      session.setAutoCommit(false);
      var dialect = Dialect.of(session);
      dialect.lockTables(session);
      change.execute("delete from schema_version where version = 2");
      dialect.unlockTables(session);

      assertThat(value("select count(*) from schema_version where version = 2")).isEqualTo("0");
    }
  }

  /** The vendor commits each table at once, so what is begun must be carried on. */
  @Test
  void anInterruptedUpgradeIsCarriedOn() throws Exception {
    prepare();
    execute("delete from schema_version where version > 0");
    execute("drop table sample");
    execute("drop table server_session");

    prepare();

    assertThat(value("select max(version) from schema_version")).isEqualTo("3");
    assertThat(value("select count(*) from sample")).isEqualTo("0");
    assertThat(value("select epoch from active_set")).isEqualTo("0");
  }

  @Test
  void aNewerVersionAndTablesOfAnotherProductAreRefused() throws Exception {
    execute("create table sample (id int)");
    assertThatThrownBy(this::prepare)
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("table sample in jdbc:mariadb:")
        .hasMessageContaining("was not made by Mainstay");
    execute("drop table sample");

    prepare();
    execute("insert into schema_version (product, version) values ('mainstay', 99)");
    assertThatThrownBy(this::prepare)
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("have version 99, this program knows up to 3");
  }

  private void prepare() throws SQLException {
    try (var session = database.connect(url)) {
      Schema.prepare(session);
    }
  }

  private void execute(String sql) throws SQLException {
    try (var session = database.connect(url);
        var statement = session.createStatement()) {
      statement.execute(sql);
    }
  }

  private String value(String sql) throws SQLException {
    try (var session = database.connect(url);
        var statement = session.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
