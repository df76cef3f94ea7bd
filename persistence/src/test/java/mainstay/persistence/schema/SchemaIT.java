package mainstay.persistence.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import mainstay.persistence.samples.core.SampleRow;
import mainstay.persistence.testing.Postgres;
import mainstay.persistence.testing.SharedPostgres;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedPostgres.class)
class SchemaIT {
  private Postgres postgres;
  private String url;

  @BeforeEach
  void database(Postgres shared) throws Exception {
    postgres = shared;
    url = postgres.newDatabase();
  }

  @Test
  void serversThatStartAtOnceMakeTheTablesOnce() throws Exception {
    int servers = 6;
    var barrier = new CyclicBarrier(servers);
    var threads = Executors.newFixedThreadPool(servers);
    List<Future<?>> preparing = new ArrayList<>();
    for (int i = 0; i < servers; i++) {
      preparing.add(threads.submit(() -> {
        try (var session = postgres.connect(url)) {
          barrier.await(10, TimeUnit.SECONDS);
          return Schema.prepare(session);
        }
      }));
    }
    for (Future<?> one : preparing) {
      one.get(30, TimeUnit.SECONDS);
    }
    threads.shutdown();

    prepare();
    assertThat(value("select count(*) from schema_version")).isEqualTo("3");
    assertThat(
            value(
                "select string_agg(tablename, ' ' order by tablename) from pg_tables where schemaname = 'public'"))
        .isEqualTo(
            "active_set active_set_history database_identity event_journal event_tag lease sample sample_series schema_version service_term"
                + " service_term_history snapshot written_off");
  }

  @Test
  void aJournalOfAkkaPersistenceJdbcIsAdopted() throws Exception {
    execute("create table event_journal (ordering bigserial, persistence_id varchar(255) not null,"
        + " sequence_number bigint not null, primary key (persistence_id, sequence_number))");

    prepare();

    assertThat(value("select to_regclass('service_term')")).isEqualTo("service_term");
  }

  @Test
  void samplesOfTheFirstVersionKeepTheirSeries() throws Exception {
    try (var script =
        Schema.class.getResourceAsStream("/mainstay/persistence/schema/postgresql/1.sql")) {
      execute(new String(script.readAllBytes(), StandardCharsets.UTF_8));
    }
    execute(
        "create table schema_version (product varchar(31) not null, version integer primary key, "
            + "applied_at timestamptz not null default now())");
    execute("insert into schema_version (product, version) values ('mainstay', 1)");
    execute("insert into sample_series (name) values ('host-cpu'), ('größe')");
    execute("insert into sample select id, 1000 * id, id, 0 from sample_series");

    prepare();

    for (var name : List.of("host-cpu", "größe")) {
      assertThat(value("select id from sample_series where name = '" + name + "'"))
          .isEqualTo(Long.toString(SampleRow.seriesId(name)));
      assertThat(value("select count(*) from sample where series_id = " + SampleRow.seriesId(name)))
          .isEqualTo("1");
    }
  }

  @Test
  void aNewerVersionIsRefused() throws Exception {
    prepare();
    execute("insert into schema_version (product, version) values ('mainstay', 99)");

    assertThatThrownBy(this::prepare)
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("have version 99, this program knows up to 3; run the newer program");
  }

  @Test
  void tablesOfAnotherProductAreRefusedAndLeftAsTheyAre() throws Exception {
    execute("create table schema_version (version varchar(9))");
    assertThatThrownBy(this::prepare)
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("schema_version")
        .hasMessageContaining("give Mainstay a database of its own");

    execute("drop table schema_version");
    execute("create table sample (id int)");
    assertThatThrownBy(this::prepare)
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("table sample in jdbc:postgresql:")
        .hasMessageContaining("was not made by Mainstay");

    execute("drop table sample");
    execute("create table event_journal (id int)");
    assertThatThrownBy(this::prepare)
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("table event_journal in jdbc:postgresql:")
        .hasMessageContaining("is no journal of Akka");
    assertThat(value("select to_regclass('service_term')")).isNull();
  }

  private void prepare() throws SQLException {
    try (var session = postgres.connect(url)) {
      Schema.prepare(session);
    }
  }

  private void execute(String sql) throws SQLException {
    try (var session = postgres.connect(url);
        var statement = session.createStatement()) {
      statement.execute(sql);
    }
  }

  private String value(String sql) throws SQLException {
    try (var session = postgres.connect(url);
        var statement = session.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
