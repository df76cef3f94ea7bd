package mainstay.persistence.resync;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import mainstay.persistence.journal.core.Chain;
import mainstay.persistence.samples.core.SampleRow;
import mainstay.persistence.term.TermFence;
import org.postgresql.PGConnection;

/**
 * Threads that write as the product does: events, tags, snapshots and samples, one transaction in each database that
 * counts, behind the shared lock and the epoch. Between the first and the second commit of a write there is often a
 * pause, so that rows are under way at any moment; a write whose second part finds its rows there is content.
 */
final class PairWriter implements AutoCloseable {
  private static final byte[] PAYLOAD = new byte[60];

  private final Pair pair;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong longestNanos = new AtomicLong();
  private volatile boolean stopping;
  private volatile Exception failure;

  PairWriter(Pair pair, int writers) {
    this.pair = pair;
    for (int i = 0; i < writers; i++) {
      int number = i;
      var thread = new Thread(() -> run(number), "writer-" + number);
      thread.start();
      threads.add(thread);
    }
  }

  long written() {
    return written.get();
  }

  /** Of one write, since the last call. */
  long longestMillis() {
    return longestNanos.getAndSet(0) / 1_000_000;
  }

  private void run(int number) {
    var random = new SplittableRandom(number);
    var stream = new Stream("point|w" + number, System.currentTimeMillis());
    try (var first = pair.connect(pair.db(1));
        var second = pair.connect(pair.db(2))) {
      first.setAutoCommit(false);
      second.setAutoCommit(false);
      while (!stopping) {
        long start = System.nanoTime();
        var write = stream.next();
        long epoch = write.into(first, -1);
        first.commit();
        if (epoch >= 2) {
          if (random.nextInt(4) == 0) {
            LockSupport.parkNanos(random.nextInt(3_000_000));
          }
          write.into(second, epoch);
          second.commit();
        }
        written.incrementAndGet();
        longestNanos.accumulateAndGet(System.nanoTime() - start, Math::max);
        LockSupport.parkNanos(500_000);
      }
    } catch (SQLException | RuntimeException e) {
      failure = e;
    }
  }

  /** Waits for the threads; a failure of one of them is one of the test. */
  @Override
  public void close() {
    stopping = true;
    for (var thread : threads) {
      try {
        thread.join(30_000);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    if (failure != null) {
      throw new AssertionError("a writer failed", failure);
    }
  }

  /** Events of one stream and samples of one series, made one after the other. */
  static final class Stream {
    private final String persistenceId;
    private final long firstMillis;
    private long sequence;
    private byte[] chain = Chain.start();

    /** @param firstMillis time of the first event; the others follow by a millisecond each */
    Stream(String persistenceId, long firstMillis) {
      this.persistenceId = persistenceId;
      this.firstMillis = firstMillis;
    }

    Write next() {
      sequence++;
      var payload = PAYLOAD.clone();
      payload[0] = (byte) sequence;
      chain = Chain.next(chain, sequence, 1, "m", fence(), payload);
      return new Write(persistenceId, sequence, payload, chain, firstMillis + sequence);
    }
  }

  private static byte[] fence() {
    return "configuration#1@alpha/a1".getBytes(StandardCharsets.UTF_8);
  }

  record Write(String persistenceId, long sequence, byte[] payload, byte[] chain, long now) {
    /** @return the epoch of the database */
    long into(Connection session, long epoch) throws SQLException {
      long found = epochLocked(session);
      if (epoch >= 0 && found != epoch) {
        throw new IllegalStateException("epoch " + found + " is not " + epoch);
      }
      event(session);
      if (sequence % 10 == 0) {
        tag(session);
        snapshot(session);
      }
      sample(session);
      return found;
    }

    private static long epochLocked(Connection session) throws SQLException {
      if (session.isWrapperFor(PGConnection.class)) {
        try (var statement = session.createStatement()) {
          statement.execute("select pg_advisory_xact_lock_shared(" + TermFence.EPOCH_LOCK + ")");
        }
      }
      try (var query = session.prepareStatement(
              "select epoch from active_set where id = 1" + rowLock(session));
          var row = query.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }

    /** Behind a query. */
    private static String rowLock(Connection session) throws SQLException {
      return switch (session.getMetaData().getURL().split(":", 3)[1]) {
        case "mariadb" -> " lock in share mode";
        case "h2" -> " for update";
        default -> "";
      };
    }

    /** Behind an insert: does nothing if there is a row of this key. */
    private static String orNothing(Connection session, String keyColumn) throws SQLException {
      return session.isWrapperFor(PGConnection.class)
          ? " on conflict do nothing"
          : " on duplicate key update " + keyColumn + " = " + keyColumn;
    }

    void event(Connection session) throws SQLException {
      try (var insert = session.prepareStatement(
          "insert into event_journal (persistence_id, sequence_number, deleted, writer, write_timestamp,"
              + " adapter_manifest, event_ser_id, event_ser_manifest, event_payload, meta_ser_id,"
              + " meta_ser_manifest, meta_payload, chain)"
              + " values (?, ?, false, 'w', ?, '', 1, 'm', ?, 2, '', ?, ?)"
              + orNothing(session, "sequence_number"))) {
        insert.setString(1, persistenceId);
        insert.setLong(2, sequence);
        insert.setLong(3, now);
        insert.setBytes(4, payload);
        insert.setBytes(5, fence());
        insert.setBytes(6, chain);
        insert.executeUpdate();
      }
    }

    private void tag(Connection session) throws SQLException {
      try (var insert = session.prepareStatement(
          "insert into event_tag select ordering, 'tenth' from event_journal"
              + " where persistence_id = ? and sequence_number = ?"
              + orNothing(session, "tag"))) {
        insert.setString(1, persistenceId);
        insert.setLong(2, sequence);
        insert.executeUpdate();
      }
    }

    private void snapshot(Connection session) throws SQLException {
      try (var insert = session.prepareStatement(
              "insert into snapshot values (?, ?, ?, 1, 'm', ?, null, null, null)"
                  + orNothing(session, "sequence_number"));
          var delete = session.prepareStatement(
              "delete from snapshot where persistence_id = ? and sequence_number < ?")) {
        insert.setString(1, persistenceId);
        insert.setLong(2, sequence);
        insert.setLong(3, now);
        insert.setBytes(4, payload);
        insert.executeUpdate();
        delete.setString(1, persistenceId);
        delete.setLong(2, sequence - 20);
        delete.executeUpdate();
      }
    }

    private void sample(Connection session) throws SQLException {
      long series = persistenceId.hashCode();
      try (var name = session.prepareStatement(
              "insert into sample_series values (?, ?)" + orNothing(session, "id"));
          var insert = session.prepareStatement(
              "insert into sample values (?, ?, ?, 0, ?)" + orNothing(session, "ts_ms"))) {
        name.setLong(1, series);
        name.setString(2, persistenceId);
        name.executeUpdate();
        Double value = sequence % 7 == 0 ? null : sequence / 3.0;
        insert.setLong(1, series);
        insert.setLong(2, sequence);
        insert.setObject(3, value, Types.DOUBLE);
        insert.setInt(4, new SampleRow(series, sequence, value, (short) 0).checkSum());
        insert.executeUpdate();
      }
    }
  }
}
