package mainstay.persistence.databases;

import static mainstay.persistence.testing.Server.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import mainstay.persistence.testing.Postgres;
import mainstay.persistence.testing.Server;
import mainstay.persistence.testing.SharedPostgres;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A database whose new sessions are read-only, which PostgreSQL can be told. */
@ExtendWith(SharedPostgres.class)
class ProbeIT {
  private static final Duration LIMIT = Duration.ofSeconds(1);

  @Test
  void oneThatCannotBeWrittenDoesNotPassButAtAGlanceOnASessionThatStands(Postgres postgres)
      throws SQLException {
    var url = postgres.newDatabase();
    try (var server = Server.start(postgres, url, "alpha", "run1")) {
      var database = server.databases().named("db1");
      var standing = await(SetStore.glance(database));
      try (var session = postgres.connect(url);
          var statement = session.createStatement()) {
        statement.execute("do $$ begin execute 'alter database ' || current_database() || "
            + "' set default_transaction_read_only = on'; end $$");
      }

      assertThat(await(SetStore.glance(database))).isEqualTo(standing);
      assertThatThrownBy(() -> SetStore.probe(database, LIMIT))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("read-only");
    }
  }
}
