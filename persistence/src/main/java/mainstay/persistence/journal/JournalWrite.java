package mainstay.persistence.journal;

import akka.dispatch.Futures;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import mainstay.persistence.databases.dialect.EventRow;
import mainstay.persistence.journal.core.Chain;
import mainstay.persistence.journal.core.FenceStamp;
import scala.concurrent.Promise;

/**
 * What one persistent actor wants stored as a whole: all of it or nothing.
 *
 * @param stamp the same for all rows; empty only where unfenced events are accepted
 * @param deadline by {@link System#nanoTime()}; not attempted after it
 * @param done completed once the databases have answered
 */
record JournalWrite(
    String persistenceId,
    Optional<FenceStamp> stamp,
    List<Row> rows,
    long bytes,
    long deadline,
    Promise<Void> done) {

  static JournalWrite of(
      String persistenceId, Optional<FenceStamp> stamp, List<Row> rows, long deadline) {
    long bytes = rows.stream().mapToLong(row -> row.form().payload().length).sum();
    return new JournalWrite(persistenceId, stamp, rows, bytes, deadline, Futures.promise());
  }

  /** @param chain empty until the write is chained to what stands before it */
  record Row(
      long sequence,
      String writer,
      long timestamp,
      String adapterManifest,
      StoredForm form,
      Set<String> tags,
      byte[] chain) {}

  long firstSequence() {
    return rows.get(0).sequence();
  }

  long lastSequence() {
    return rows.get(rows.size() - 1).sequence();
  }

  byte[] lastChain() {
    return rows.get(rows.size() - 1).chain();
  }

  /** @param previous hash of the event before the first of these */
  JournalWrite chainedTo(byte[] previous) {
    var fence = stamp.map(FenceStamp::text).orElse("").getBytes(StandardCharsets.UTF_8);
    var chained = new ArrayList<Row>(rows.size());
    byte[] last = previous;
    for (var row : rows) {
      last = Chain.next(
          last,
          row.sequence(),
          row.form().serializerId(),
          row.form().manifest(),
          fence,
          row.form().payload());
      chained.add(new Row(
          row.sequence(),
          row.writer(),
          row.timestamp(),
          row.adapterManifest(),
          row.form(),
          row.tags(),
          last));
    }
    return new JournalWrite(persistenceId, stamp, chained, bytes, deadline, done);
  }

  Stream<EventRow> events() {
    return rows.stream()
        .map(row -> new EventRow(
            persistenceId,
            row.sequence(),
            row.writer(),
            row.timestamp(),
            row.adapterManifest(),
            row.form().serializerId(),
            row.form().manifest(),
            row.form().payload(),
            stamp,
            row.tags(),
            row.chain()));
  }

  void succeed() {
    done.trySuccess(null);
  }

  void fail(Exception cause) {
    done.tryFailure(cause);
  }
}
