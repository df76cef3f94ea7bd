package mainstay.persistence.resync;

import static mainstay.persistence.resync.Pair.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import mainstay.persistence.testing.Postgres;
import mainstay.persistence.testing.SharedPostgres;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(SharedPostgres.class)
class ResynchronisationIT {
  private static final String PATIENT =
      "mainstay.persistence.resync { settle = 300 ms, unacknowledged-age = 1500 ms }";
  private static final String SMALL =
      "mainstay.persistence.resync { chunk-rows = 500, piece-rows = 2000, small-remainder = 50 }";
  // The limit of a barrier; how short it is on a machine that does nothing else says the benchmark.
  private static final Duration PAUSE_LIMIT = Duration.ofSeconds(2);

  @Test
  void aDatabaseThatWasAwayBecomesIdenticalWhileServicesWrite(Postgres postgres) throws Exception {
    try (var pair = new Pair(List.of(postgres, postgres), PATIENT, SMALL)) {
      Content.streams(pair, 20, 300, pair.db(1));
      Content.bulk(pair, pair.db(1), 10_000, 20_000);
      Content.small(pair, pair.db(1));
      fillBadly(pair);

      synchronise(pair);
    }
  }

  @Test
  void anEmptyDatabaseIsFilled(Postgres postgres) throws Exception {
    try (var pair = new Pair(List.of(postgres, postgres), PATIENT, SMALL)) {
      Content.streams(pair, 5, 100, pair.db(1));
      Content.bulk(pair, pair.db(1), 5_000, 30_000);
      Content.small(pair, pair.db(1));

      synchronise(pair);
    }
  }

  @Test
  void whatIsLeftForTheEndMayBeMuch(Postgres postgres) throws Exception {
    var tight = "mainstay.persistence.resync { barrier-rows = 20, passes = 1 }";
    try (var pair = new Pair(List.of(postgres, postgres), tight, PATIENT, SMALL)) {
      var barrier = pair.barrier();
      try (var writer = new PairWriter(pair, 4)) {
        Content.streams(pair, 10, 100, pair.db(1));
        var resynchronisation = new Resynchronisation(pair.db(1), pair.db(2), pair.settings());
        await(resynchronisation.copy());
        Content.bulk(pair, pair.db(1), 3_000, 3_000); // before it joins
        fillBadly(pair);
        pair.join(resynchronisation, 2);
        await(resynchronisation.complete(barrier));
        assertThat(writer.written()).isPositive();
      }

      assertThat(pair.differing()).isEmpty();
      assertThat(barrier.holds()).isPositive();
      assertThat(barrier.longest()).isLessThan(PAUSE_LIMIT);
    }
  }

  @Test
  void aSynchronisationThatWasKilledIsResumed(Postgres first) throws Exception {
    try (var second = Postgres.start();
        var pair = new Pair(List.of(first, second), PATIENT, SMALL)) {
      Content.bulk(pair, pair.db(1), 30_000, 100_000);
      var slow = new Pair.Slow(pair.settings(), 40_000).settings();
      var killed = new Resynchronisation(pair.db(1), pair.db(2), slow);
      var copying = killed.copy();
      awaitCopied(killed, 40_000);
      second.kill();
      assertThatThrownBy(() -> copying.toCompletableFuture().get(120, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("synchronise db2 from db1");
      second.restart();

      var resumed = new Resynchronisation(pair.db(1), pair.db(2), pair.settings());
      await(resumed.copy());

      assertThat(resumed.progress().orElseThrow().rowsCopied())
          .isPositive()
          .isLessThanOrEqualTo(130_000 - 38_000);
      assertThat(pair.differing()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"event_journal", "service_term", "sample"})
  void aTableThatCannotBeReadAnyMoreIsCopiedAnew(String table, Postgres first) throws Exception {
    try (var second = Postgres.start();
        var pair = new Pair(List.of(first, second), PATIENT, SMALL)) {
      for (var database : pair.databases()) {
        Content.streams(pair, 5, 100, database);
        Content.bulk(pair, database, 1_000, 1_000);
        Content.small(pair, database);
      }
      pair.flipBit(second, 2, table);
      try (var session = pair.connect(pair.db(2));
          var read = session.createStatement()) {
        assertThatThrownBy(() -> read.execute("select * from " + table))
            .hasMessageContaining("invalid page");
      }

      synchronise(pair);
    }
  }

  @Test
  void aCancelledSynchronisationEndsAndAnotherOneGoesOn(Postgres postgres) throws Exception {
    try (var pair = new Pair(List.of(postgres, postgres), PATIENT, SMALL)) {
      Content.bulk(pair, pair.db(1), 10_000, 10_000);
      var slow = new Pair.Slow(pair.settings(), 5_000).settings();
      var cancelled = new Resynchronisation(pair.db(1), pair.db(2), slow);
      var copying = cancelled.copy().toCompletableFuture();
      awaitCopied(cancelled, 8_000); // pieces of 2000: the first of them does not wait for its pace
      var progress = cancelled.progress().orElseThrow();

      cancelled.cancel();

      assertThatThrownBy(() -> copying.get(60, TimeUnit.SECONDS))
          .isInstanceOf(CancellationException.class);
      assertThat(progress.phase()).isEqualTo("copying");
      assertThat(progress.percent()).isBetween(5, 95);
      assertThat(progress.rowsPerSecond()).isBetween(1L, 8_000L);
      await(new Resynchronisation(pair.db(1), pair.db(2), pair.settings()).copy());
      assertThat(pair.differing()).isEmpty();
    }
  }

  private static void awaitCopied(Resynchronisation resynchronisation, long rows) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(120))
        .until(() -> resynchronisation
            .progress()
            .filter(progress -> progress.rowsCopied() >= rows)
            .isPresent());
  }

  private static void synchronise(Pair pair) throws Exception {
    var barrier = pair.barrier();
    try (var writer = new PairWriter(pair, 4)) {
      Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> writer.written() > 100);
      var resynchronisation = new Resynchronisation(pair.db(1), pair.db(2), pair.settings());
      await(resynchronisation.copy());
      pair.join(resynchronisation, 2);
      long before = writer.written();
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> writer.written() > before + 100);
      await(resynchronisation.complete(barrier));
      assertThat(resynchronisation.progress()).isEmpty();
    }

    assertThat(pair.differing()).isEmpty();
    assertThat(barrier.longest()).isLessThan(PAUSE_LIMIT);
  }

  /** The target as a database that was away may be: older, with writes that nobody acknowledged, and damaged. */
  private static void fillBadly(Pair pair) throws Exception {
    Content.streams(pair, 10, 150, pair.db(2));
    pair.execute(pair.db(2), """
        insert into event_journal (persistence_id, sequence_number, writer, write_timestamp, adapter_manifest,
            event_ser_id, event_ser_manifest, event_payload)
          select 'point|s' || s, 150 + n, 'old', 5, '', 1, 'm', 'divergent'
          from generate_series(0, 9) s, generate_series(1, 20) n;
        insert into event_journal (persistence_id, sequence_number, writer, write_timestamp, adapter_manifest,
            event_ser_id, event_ser_manifest, event_payload)
          select 'zz|beyond', n, 'old', 5, '', 1, 'm', 'extra' from generate_series(1, 700) n;
        update event_journal set event_payload = 'damaged' where persistence_id = 'point|s3' and sequence_number < 20;
        delete from event_journal where persistence_id = 'point|s4' and sequence_number between 40 and 60;
        delete from event_tag where event_id in (select ordering from event_journal where persistence_id = 'point|s5');
        insert into event_tag select ordering, 'extra' from event_journal where persistence_id = 'point|s6';
        insert into snapshot values ('point|s7', 17, 1, 1, 'm', 'extra', null, null, null);
        update sample set val = 0 where ts_ms between 10 and 20;
        insert into sample values (9223372036854775807, 1, 1, 0, null);
        insert into service_term values ('configuration', 9, 'charlie', 'c9') on conflict (service) do update set term = 9;
        insert into service_term_history values ('configuration', 9, 'charlie', 'c9', 'alone', now());
        insert into written_off values ('alpha', 'a0');
        """);
  }
}
