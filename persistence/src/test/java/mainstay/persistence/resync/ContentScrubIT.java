package mainstay.persistence.resync;

import static mainstay.persistence.resync.Pair.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.Collections;
import java.util.List;
import mainstay.persistence.databases.Database;
import mainstay.persistence.resync.Scrub.Damaged;
import mainstay.persistence.resync.Scrub.Findings;
import mainstay.persistence.testing.Postgres;
import mainstay.persistence.testing.SharedPostgres;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(SharedPostgres.class)
class ContentScrubIT {
  private static final String[] SETTINGS = {
    "mainstay.persistence.resync { settle = 100 ms, unacknowledged-age = 500 ms, chunk-rows = 40, piece-rows = 40 }"
  };

  private interface Damage {
    void to(Pair pair, Database database) throws Exception;
  }

  private static Pair pair(Postgres postgres, int databases) throws Exception {
    var pair = new Pair(Collections.nCopies(databases, postgres), SETTINGS);
    fill(pair);
    return pair;
  }

  private static void fill(Pair pair) throws Exception {
    Content.streams(pair, 5, 50, pair.databases().toArray(Database[]::new));
    for (var database : pair.databases()) {
      Content.small(pair, database);
      pair.execute(
          database,
          "insert into database_identity values (1, 'cluster', '" + database.name() + "')");
    }
  }

  private static Findings scrub(Pair pair) {
    return await(
        new ContentScrub(pair.settings(), Clock.systemUTC()).run(pair.databases(), pair.barrier()));
  }

  private static void blames(Postgres postgres, int number, Damage damage) throws Exception {
    try (var pair = pair(postgres, 2)) {
      var name = pair.db(number).name();
      damage.to(pair, pair.db(number));

      var findings = scrub(pair);

      assertThat(findings.damaged()).extracting(Damaged::database).containsExactly(name);
    }
  }

  @Test
  void equalDatabasesAreSoundWhileServicesWrite(Postgres postgres) throws Exception {
    try (var pair = pair(postgres, 2)) {
      for (var database : pair.databases()) {
        pair.execute(database, "update active_set set epoch = 2");
      }
      var scrub = new ContentScrub(pair.settings(), Clock.systemUTC());
      try (var writer = new PairWriter(pair, 4)) {
        for (int i = 0; i < 3; i++) {
          var findings = await(scrub.run(pair.databases(), pair.barrier()));
          assertThat(findings.damaged()).isEmpty();
          assertThat(findings.rows()).isGreaterThan(1_000);
        }
        assertThat(writer.written()).isPositive();
      }
      var findings = await(scrub.run(pair.databases(), pair.barrier()));

      assertThat(findings.damaged()).isEmpty();
      assertThat(findings.notes()).isEmpty();
      assertThat(findings.journalHash().get("db1"))
          .isNotEmpty()
          .isEqualTo(findings.journalHash().get("db2"));
      assertThat(pair.differing()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aChangedEventIsFound(int number, Postgres postgres) throws Exception {
    blames(
        postgres,
        number,
        (pair, database) -> pair.execute(
            database,
            "update event_journal set event_payload = 'changed' where persistence_id = 'point|s2' and sequence_number = 17"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aChangedEventWithAChangedHashIsFound(int number, Postgres postgres) throws Exception {
    blames(postgres, number, (pair, database) -> pair.execute(database, """
        update event_journal e set event_payload = 'changed', chain = substring(sha256(b.chain || int8send(17) || int4send(1)
            || 'm'::bytea || '\\x00' || e.meta_payload || '\\x00' || 'changed'::bytea) for 16)
          from event_journal b where e.persistence_id = 'point|s2' and e.sequence_number = 17
            and b.persistence_id = 'point|s2' and b.sequence_number = 16
        """));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void tenDeletedLastEventsAreFound(int number, Postgres postgres) throws Exception {
    blames(
        postgres,
        number,
        (pair, database) -> pair.execute(
            database,
            "delete from event_journal where persistence_id = 'point|s3' and sequence_number > 40"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aChangedSampleIsFound(int number, Postgres postgres) throws Exception {
    blames(
        postgres,
        number,
        (pair, database) -> pair.execute(
            database,
            "update sample set val = 1000 where ts_ms = (select max(ts_ms) from sample)"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void anOlderStateOfTheWholeDatabaseIsFound(int number, Postgres postgres) throws Exception {
    blames(postgres, number, (pair, database) -> {
      pair.execute(
          database,
          "truncate event_journal, event_tag, snapshot, sample, sample_series, service_term, service_term_history");
      Content.streams(pair, 4, 30, database);
      pair.execute(database, "insert into service_term values ('configuration', 2, 'bravo', 'b1')");
    });
  }

  @Test
  void swappedDatabasesAreFound(Postgres postgres) throws Exception {
    try (var pair = pair(postgres, 2)) {
      pair.execute(pair.db(1), "update database_identity set name = 'db2'");
      pair.execute(pair.db(2), "update database_identity set name = 'db1'");

      assertThat(scrub(pair).damaged())
          .extracting(Damaged::database)
          .containsExactlyInAnyOrder("db1", "db2");
    }
  }

  @Test
  void aFlippedBitOnDiskIsFound(Postgres first) throws Exception {
    try (var second = Postgres.start();
        var pair = new Pair(List.of(first, second), SETTINGS)) {
      fill(pair);
      pair.flipBit(second, 2, "sample");

      var findings = scrub(pair);

      assertThat(findings.damaged()).extracting(Damaged::database).containsExactly("db2");
      assertThat(findings.damaged().get(0).why())
          .contains("cannot be read")
          .contains("invalid page");
      assertThat(findings.journalHash()).containsOnlyKeys("db1");
    }
  }

  @Test
  void aLastEventThatNobodyWasPromisedIsRolledForward(Postgres postgres) throws Exception {
    try (var pair = pair(postgres, 2)) {
      try (var session = pair.connect(pair.db(2))) {
        session.setAutoCommit(false);
        var stream = new PairWriter.Stream("point|new", System.currentTimeMillis() + 10_000);
        stream.next().event(session);
        session.commit();
      }

      var findings = scrub(pair);

      assertThat(findings.damaged()).isEmpty();
      assertThat(findings.notes())
          .contains("event_journal point|new/1 was only in db2; copied to db1");
      assertThat(pair.differing()).isEmpty();
    }
  }

  @Test
  void ofTwoSoundCopiesNeitherIsBlamedAndOfThreeTheMajorityIsRight(Postgres postgres)
      throws Exception {
    var change =
        "update snapshot set snapshot_payload = 'changed' where persistence_id = 'point|s1'";
    try (var pair = pair(postgres, 2)) {
      pair.execute(pair.db(2), change);

      var findings = scrub(pair);

      assertThat(findings.damaged()).isEmpty();
      assertThat(findings.notes()).isNotEmpty().allMatch(note -> note.contains("differs between"));
    }
    try (var pair = pair(postgres, 3)) {
      pair.execute(pair.db(1), change);

      assertThat(scrub(pair).damaged()).extracting(Damaged::database).containsExactly("db1");
    }
  }

  @Test
  void ofOneDatabaseTheChainAndTheCheckSumsAreVerified(Postgres postgres) throws Exception {
    try (var pair = pair(postgres, 1)) {
      var scrub = new ContentScrub(pair.settings(), Clock.systemUTC());
      assertThat(await(scrub.run(pair.databases(), pair.barrier())).damaged()).isEmpty();
      pair.execute(
          pair.db(1),
          "delete from event_journal where persistence_id = 'point|s1' and sequence_number = 20");

      assertThat(await(scrub.run(pair.databases(), pair.barrier())).damaged())
          .containsExactly(
              new Damaged("db1", "event_journal point|s1/21 does not match its own check"));
    }
  }
}
