package mainstay.persistence.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.journal.core.StreamEnd;
import mainstay.protocol.model.Failures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the ends of streams equal in all databases. A writer that died in the middle may have left events on some of them
 * and not on others: these are rolled forward, so that whatever a reader has seen on one is on all. Harmless while
 * others write: what is copied is what they are about to store there themselves.
 */
final class Tails {
  private static final Logger log = LoggerFactory.getLogger("mainstay.journal");
  private static final String OPERATION = "compare the ends of streams";
  /** A writer that died leaves less than this; more is a database that has lost something. */
  private static final long LONGEST = 10_000;

  private static final String ROWS =
      "select sequence_number, deleted, writer, write_timestamp, adapter_manifest, event_ser_id, "
          + "event_ser_manifest, event_payload, meta_ser_id, meta_ser_manifest, meta_payload, chain "
          + "from event_journal where persistence_id = ? and sequence_number > ? order by sequence_number";
  private static final String INSERT =
      "insert into event_journal (persistence_id, sequence_number, deleted, writer, write_timestamp, adapter_manifest, "
          + "event_ser_id, event_ser_manifest, event_payload, meta_ser_id, meta_ser_manifest, meta_payload, chain) "
          + "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  private final Databases databases;
  private final JournalHealth health;

  Tails(Databases databases, JournalHealth health) {
    this.databases = databases;
    this.health = health;
  }

  /** One event as it stands in a database, whole but for its local number. */
  private record Row(
      String persistenceId,
      long sequence,
      boolean deleted,
      String writer,
      Long timestamp,
      String adapterManifest,
      int serializer,
      String manifest,
      byte[] payload,
      Integer metaSerializer,
      String metaManifest,
      byte[] meta,
      byte[] chain) {

    private void set(PreparedStatement insert, int first) throws SQLException {
      int next = first;
      insert.setString(next++, persistenceId);
      insert.setLong(next++, sequence);
      insert.setBoolean(next++, deleted);
      insert.setString(next++, writer);
      insert.setObject(next++, timestamp);
      insert.setString(next++, adapterManifest);
      insert.setInt(next++, serializer);
      insert.setString(next++, manifest);
      insert.setBytes(next++, payload);
      insert.setObject(next++, metaSerializer);
      insert.setString(next++, metaManifest);
      insert.setBytes(next++, meta);
      insert.setBytes(next, chain);
    }
  }

  /** @return the end of each stream, which every written database now has */
  CompletableFuture<Map<String, StreamEnd>> align(Collection<String> persistenceIds) {
    var streams = List.copyOf(new HashSet<>(persistenceIds));
    if (streams.isEmpty()) {
      return CompletableFuture.completedFuture(Map.of());
    }
    return databases
        .replicator()
        .onActive(
            OPERATION,
            (database, epoch) ->
                database.control(OPERATION, session -> database.dialect().ends(session, streams)))
        .thenCompose(this::align);
  }

  private CompletableFuture<Map<String, StreamEnd>> align(
      Map<String, Map<String, StreamEnd>> byDatabase) {
    var highest = new HashMap<String, StreamEnd>();
    byDatabase
        .values()
        .forEach(ends -> ends.forEach((stream, end) ->
            highest.merge(stream, end, (a, b) -> a.sequence() >= b.sequence() ? a : b)));
    var lowest = new HashMap<String, Long>(); // of those that are not equal
    byDatabase
        .values()
        .forEach(ends -> ends.forEach((stream, end) -> {
          if (end.sequence() < highest.get(stream).sequence()) {
            lowest.merge(stream, end.sequence(), Math::min);
          }
        }));
    if (lowest.isEmpty()) {
      return CompletableFuture.completedFuture(Map.copyOf(highest));
    }
    for (var stream : lowest.entrySet()) {
      long last = highest.get(stream.getKey()).sequence();
      if (last - stream.getValue() > LONGEST) {
        return CompletableFuture.failedFuture(new IllegalStateException("stream " + stream.getKey()
            + " ends at " + stream.getValue() + " in one database and at "
            + last + " in another: " + byDatabase.keySet()
            + "; more than " + LONGEST
            + " events are missing, so one of them must be taken out and synchronised"));
      }
    }
    var copies = byDatabase.entrySet().stream()
        .map(entry -> read(entry.getKey(), lowest, highest, entry.getValue()))
        .toList();
    return CompletableFuture.allOf(copies.toArray(CompletableFuture[]::new))
        .thenCompose(
            all -> store(copies.stream().flatMap(copy -> copy.join().stream()).toList()))
        .thenApply(stored -> {
          log.info("streams={} rolled forward to the same end in all databases", lowest.keySet());
          return Map.copyOf(highest);
        });
  }

  private CompletableFuture<List<Row>> read(
      String database,
      Map<String, Long> lowest,
      Map<String, StreamEnd> highest,
      Map<String, StreamEnd> own) {
    return databases.named(database).control(OPERATION, session -> {
      var rows = new ArrayList<Row>();
      for (var stream : lowest.entrySet()) {
        if (own.get(stream.getKey()).sequence() == highest.get(stream.getKey()).sequence()) {
          read(session, stream.getKey(), stream.getValue(), rows);
        }
      }
      return rows;
    });
  }

  private static void read(Connection session, String stream, long after, List<Row> target)
      throws SQLException {
    try (var query = session.prepareStatement(ROWS)) {
      query.setString(1, stream);
      query.setLong(2, after);
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          target.add(new Row(
              stream,
              row.getLong(1),
              row.getBoolean(2),
              row.getString(3),
              row.getObject(4, Long.class),
              row.getString(5),
              row.getInt(6),
              row.getString(7),
              row.getBytes(8),
              row.getObject(9, Integer.class),
              row.getString(10),
              row.getBytes(11),
              row.getBytes(12)));
        }
      }
    }
  }

  private CompletableFuture<Void> store(List<Row> rows) {
    return databases
        .replicator()
        .onWritten(
            "roll events forward",
            (database, epoch) -> database.control("roll events forward", session -> {
              var dialect = database.dialect();
              var insert = INSERT + dialect.orNothing("sequence_number");
              for (var row : rows) {
                dialect.write(session, epoch, insert, row::set);
              }
              return null;
            }))
        .whenComplete((done, failure) -> count(failure))
        .thenApply(done -> null);
  }

  /** Before it has succeeded nothing else is written, so its failures are all that is heard of a server that cannot write. */
  private void count(Throwable failure) {
    if (failure != null && !databases.complain()) {
      health.failed(Failures.cause(failure));
    }
  }
}
