package mainstay.persistence.journal;

import akka.dispatch.Futures;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import mainstay.persistence.journal.core.FenceStamp;
import scala.concurrent.Promise;

/**
 * What one persistent actor wants stored as a whole: all of it or nothing.
 *
 * @param stamp the same for all rows; empty only where unfenced events are accepted
 * @param deadline by {@link System#nanoTime()}; not attempted after it
 * @param done completed once the database has answered
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

  record Row(
      long sequence,
      String writer,
      long timestamp,
      String adapterManifest,
      StoredForm form,
      Set<String> tags) {}

  void succeed() {
    done.trySuccess(null);
  }

  void fail(Exception cause) {
    done.tryFailure(cause);
  }
}
