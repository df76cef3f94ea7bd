package mainstay.persistence.databases.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import mainstay.persistence.testing.MariaDb;
import mainstay.persistence.testing.OnMariaDb;
import mainstay.persistence.testing.Server;
import mainstay.persistence.testing.SharedDatabase;
import mainstay.persistence.testing.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A database that may forget what it has acknowledged is not used. */
@OnMariaDb
@ExtendWith(SharedDatabase.class)
class DurabilityMariaDbIT {
  @Test
  void aDatabaseThatMayForgetIsRefusedAtOnceAndBySentence(TestDatabase database) throws Exception {
    try (var alpha = Server.start(database, database.newDatabase(), "alpha", "a1")) {
      var databases = alpha.databases();
      var address = databases.configured().get(0);
      flushAtCommit((MariaDb) database, 2);
      try {
        var prepared = databases.prepare(address, Duration.ofSeconds(60)).toCompletableFuture();

        assertThatThrownBy(() -> prepared.get(20, TimeUnit.SECONDS))
            .isInstanceOf(ExecutionException.class)
            .hasMessageContaining("database db1")
            .hasMessageContaining("may lose what it has acknowledged, so it is not used")
            .hasMessageContaining("innodb_flush_log_at_trx_commit = 2 (must be 1)");
      } finally {
        flushAtCommit((MariaDb) database, 1);
      }
      assertThat(databases.prepare(address, Duration.ofSeconds(20)))
          .succeedsWithin(Duration.ofSeconds(30));
    }
  }

  private static void flushAtCommit(MariaDb database, int value) throws SQLException {
    try (var root = database.root();
        var statement = root.createStatement()) {
      statement.execute("set global innodb_flush_log_at_trx_commit = " + value);
    }
  }
}
