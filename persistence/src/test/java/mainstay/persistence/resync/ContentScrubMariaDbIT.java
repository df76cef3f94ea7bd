package mainstay.persistence.resync;

import static mainstay.persistence.resync.Pair.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.List;
import mainstay.persistence.databases.Database;
import mainstay.persistence.resync.Scrub.Damaged;
import mainstay.persistence.resync.Scrub.Findings;
import mainstay.persistence.testing.OnMariaDb;
import mainstay.persistence.testing.Postgres;
import mainstay.persistence.testing.SharedDatabase;
import mainstay.persistence.testing.SharedPostgres;
import mainstay.persistence.testing.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A PostgreSQL db1 and a MariaDB db2. */
@OnMariaDb
@ExtendWith({SharedDatabase.class, SharedPostgres.class})
class ContentScrubMariaDbIT {
  private static final String SETTINGS = "mainstay.persistence.resync { settle = 100 ms,"
      + " unacknowledged-age = 500 ms, chunk-rows = 40, piece-rows = 40 }";

  private static Pair pair(Postgres postgres, TestDatabase mariaDb) throws Exception {
    var pair = new Pair(List.of(postgres, mariaDb), SETTINGS);
    Content.streams(pair, 5, 50, pair.databases().toArray(Database[]::new));
    for (var database : pair.databases()) {
      Content.small(pair, database);
    }
    return pair;
  }

  private static Findings scrub(Pair pair) {
    return await(
        new ContentScrub(pair.settings(), Clock.systemUTC()).run(pair.databases(), pair.barrier()));
  }

  @Test
  void equalDatabasesOfTwoVendorsAreSoundWhileServicesWrite(Postgres postgres, TestDatabase mariaDb)
      throws Exception {
    try (var pair = pair(postgres, mariaDb)) {
      for (var database : pair.databases()) {
        pair.execute(database, "update active_set set epoch = 2");
      }
      try (var writer = new PairWriter(pair, 3)) {
        assertThat(scrub(pair).damaged()).isEmpty();
        assertThat(writer.written()).isPositive();
      }

      var findings = scrub(pair);

      assertThat(findings.damaged()).isEmpty();
      assertThat(findings.notes()).isEmpty();
      assertThat(findings.journalHash().get("db1"))
          .isNotEmpty()
          .isEqualTo(findings.journalHash().get("db2"));
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', textBlock = """
      1; update event_journal set event_payload = 'changed' where persistence_id = 'point|s2' and sequence_number = 17
      2; update event_journal set event_payload = 'changed' where persistence_id = 'point|s2' and sequence_number = 17
      2; delete from event_journal where persistence_id = 'point|s3' and sequence_number > 40
      1; update sample set val = 1000 where ts_ms = 20
      2; update sample set val = 1000 where ts_ms = 20
      """)
  void aChangedRowIsFound(int number, String change, Postgres postgres, TestDatabase mariaDb)
      throws Exception {
    try (var pair = pair(postgres, mariaDb)) {
      pair.execute(pair.db(number), change);

      assertThat(scrub(pair).damaged())
          .extracting(Damaged::database)
          .containsExactly("db" + number);
    }
  }

  @Test
  void aLastEventThatNobodyWasPromisedIsRolledForward(Postgres postgres, TestDatabase mariaDb)
      throws Exception {
    try (var pair = pair(postgres, mariaDb)) {
      for (int number = 1; number <= 2; number++) {
        try (var session = pair.connect(pair.db(number))) {
          session.setAutoCommit(false);
          new PairWriter.Stream("point|new" + number, System.currentTimeMillis() + 10_000)
              .next()
              .event(session);
          session.commit();
        }
      }

      var findings = scrub(pair);

      assertThat(findings.damaged()).isEmpty();
      assertThat(findings.notes())
          .contains(
              "event_journal point|new1/1 was only in db1; copied to db2",
              "event_journal point|new2/1 was only in db2; copied to db1");
      assertThat(pair.differing()).isEmpty();
    }
  }
}
