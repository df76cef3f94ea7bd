package mainstay.persistence.resync;

import static mainstay.persistence.resync.Pair.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import mainstay.persistence.testing.OnMariaDb;
import mainstay.persistence.testing.Postgres;
import mainstay.persistence.testing.SharedDatabase;
import mainstay.persistence.testing.SharedPostgres;
import mainstay.persistence.testing.TestDatabase;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Between vendors, in both directions, and between two of the second one. */
@OnMariaDb
@ExtendWith({SharedDatabase.class, SharedPostgres.class})
class ResynchronisationMariaDbIT {
  private static final String SETTINGS = "mainstay.persistence.resync { settle = 300 ms,"
      + " unacknowledged-age = 1500 ms, chunk-rows = 200, piece-rows = 500, small-remainder = 50 }";

  @Test
  void aMariaDbIsFilledFromAPostgreSql(Postgres postgres, TestDatabase mariaDb) throws Exception {
    synchronise(List.of(postgres, mariaDb), false);
  }

  @Test
  void aPostgreSqlIsFilledFromAMariaDb(Postgres postgres, TestDatabase mariaDb) throws Exception {
    synchronise(List.of(mariaDb, postgres), false);
  }

  @Test
  void aMariaDbThatWasAwayBecomesLikeAPostgreSql(Postgres postgres, TestDatabase mariaDb)
      throws Exception {
    synchronise(List.of(postgres, mariaDb), true);
  }

  @Test
  void aPostgreSqlThatWasAwayBecomesLikeAMariaDb(Postgres postgres, TestDatabase mariaDb)
      throws Exception {
    synchronise(List.of(mariaDb, postgres), true);
  }

  @Test
  void aMariaDbThatWasAwayBecomesLikeAnother(TestDatabase mariaDb) throws Exception {
    synchronise(List.of(mariaDb, mariaDb), true);
  }

  private static void synchronise(List<TestDatabase> databases, boolean away) throws Exception {
    try (var pair = new Pair(databases, SETTINGS)) {
      Content.streams(pair, 10, 100, pair.db(1));
      Content.small(pair, pair.db(1));
      if (away) {
        fillBadly(pair);
      }
      var barrier = pair.barrier();
      try (var writer = new PairWriter(pair, 3)) {
        awaitWrites(writer, 50);
        var resynchronisation = new Resynchronisation(pair.db(1), pair.db(2), pair.settings());
        await(resynchronisation.copy());
        pair.join(resynchronisation, 2);
        awaitWrites(writer, 50);
        await(resynchronisation.complete(barrier));
      }

      assertThat(pair.differing()).isEmpty();
    }
  }

  private static void awaitWrites(PairWriter writer, int more) {
    long before = writer.written();
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> writer.written() >= before + more);
  }

  /** The target as a database that was away may be: older, with writes that nobody acknowledged, and damaged. */
  private static void fillBadly(Pair pair) throws Exception {
    Content.streams(pair, 10, 60, pair.db(2));
    for (int i = 1; i <= 30; i++) {
      pair.execute(pair.db(2), """
          insert into event_journal (persistence_id, sequence_number, writer, write_timestamp, adapter_manifest,
              event_ser_id, event_ser_manifest, event_payload)
            values ('point|s%1$d', %2$d, 'old', 5, '', 1, 'm', 'divergent'), ('zz|beyond', %2$d, 'old', 5, '', 1, 'm', 'extra')
          """.formatted(i % 10, 60 + i));
    }
    pair.execute(pair.db(2), """
        update event_journal set event_payload = 'damaged' where persistence_id = 'point|s3' and sequence_number < 20;
        delete from event_journal where persistence_id = 'point|s4' and sequence_number between 40 and 60;
        delete from event_tag where event_id in (select ordering from event_journal where persistence_id = 'point|s5');
        insert into event_tag select ordering, 'extra' from event_journal where persistence_id = 'point|s6';
        insert into snapshot values ('point|s7', 17, 1, 1, 'm', 'extra', null, null, null);
        update sample set val = 0 where ts_ms between 10 and 20;
        insert into sample values (9223372036854775807, 1, 1, 0, null);
        insert into service_term values ('configuration', 9, 'charlie', 'c9');
        insert into service_term_history values ('configuration', 9, 'charlie', 'c9', 'alone', now());
        insert into written_off values ('alpha', 'a0')
        """);
  }
}
