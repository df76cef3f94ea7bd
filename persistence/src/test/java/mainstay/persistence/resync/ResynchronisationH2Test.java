package mainstay.persistence.resync;

import static mainstay.persistence.resync.Pair.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.List;
import mainstay.persistence.databases.Database;
import mainstay.persistence.resync.Scrub.Damaged;
import mainstay.persistence.testing.H2;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The walks over the tables of databases in memory. */
class ResynchronisationH2Test {
  private static final String SETTINGS = "mainstay.persistence.resync { settle = 20 ms, "
      + "unacknowledged-age = 50 ms, chunk-rows = 20, piece-rows = 60, small-remainder = 10 }";

  private H2 server;
  private Pair pair;

  @BeforeEach
  void start() throws Exception {
    server = H2.start();
    pair = new Pair(List.of(server, server), SETTINGS);
  }

  @AfterEach
  void stop() throws Exception {
    pair.close();
    server.close();
  }

  /** What it lacks, what it has too much, what is damaged; and of terms the higher one. */
  @Test
  void oneThatWasAwayBecomesIdentical() throws Exception {
    Content.streams(pair, 4, 60, pair.db(1));
    Content.small(pair, pair.db(1));
    Content.streams(pair, 3, 40, pair.db(2));
    pair.execute(pair.db(2), """
        update event_journal set event_payload = X'00' where persistence_id = 'point|s1' and sequence_number < 5;
        delete from event_journal where persistence_id = 'point|s2' and sequence_number between 10 and 20;
        insert into event_journal (persistence_id, sequence_number, writer, event_ser_id, event_ser_manifest, event_payload)
          select 'zz|beyond', x, 'old', 1, 'm', X'01' from system_range(1, 30);
        delete from event_tag where event_id in (select ordering from event_journal where persistence_id = 'point|s0');
        insert into service_term values ('configuration', 2, 'bravo', 'b0')
        """);
    var resynchronisation = new Resynchronisation(pair.db(1), pair.db(2), pair.settings());

    await(resynchronisation.copy());
    pair.join(resynchronisation, 2);
    await(resynchronisation.complete(pair.barrier()));

    assertThat(pair.differing()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', textBlock = """
      1; update event_journal set event_payload = X'00' where persistence_id = 'point|s2' and sequence_number = 17
      2; update event_journal set event_payload = X'00' where persistence_id = 'point|s2' and sequence_number = 17
      2; delete from event_journal where persistence_id = 'point|s1' and sequence_number > 30
      1; update sample set val = 1000 where ts_ms = (select max(ts_ms) from sample)
      """)
  void theDamagedCopyIsNamed(int number, String change) throws Exception {
    Content.streams(pair, 3, 40, pair.databases().toArray(Database[]::new));
    pair.execute(pair.db(number), change);

    var findings = await(
        new ContentScrub(pair.settings(), Clock.systemUTC()).run(pair.databases(), pair.barrier()));

    assertThat(findings.damaged()).extracting(Damaged::database).containsExactly("db" + number);
  }
}
