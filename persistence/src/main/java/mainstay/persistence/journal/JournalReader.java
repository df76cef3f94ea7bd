package mainstay.persistence.journal;

import akka.actor.ActorSystem;
import akka.serialization.SerializationExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import mainstay.persistence.databases.Database;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.SqlWork;

/** Reads events of many streams at once for standby copies: by primary key, in pieces of bounded size. */
public final class JournalReader {
  /** Events of one piece at most. */
  public static final int CHUNK_EVENTS = 2_000;
  /** Bytes of events after which a piece ends. */
  public static final long CHUNK_BYTES = 8L << 20;

  private static final int FETCH_SIZE = 500;
  private static final String QUERY = """
      select w.pid, j.sequence_number, j.meta_payload, j.event_ser_id, j.event_ser_manifest, j.event_payload
        from unnest(?::varchar[], ?::bigint[]) as w(pid, after)
          cross join lateral (
            select * from event_journal e
              where e.persistence_id = w.pid and e.sequence_number > w.after and not e.deleted
              order by e.sequence_number limit ?) as j
        limit ?
      """;

  private final Database database;
  private final EventCodec codec;

  public JournalReader(ActorSystem system) {
    this.database = Databases.get(system).only();
    this.codec = new EventCodec(SerializationExtension.get(system));
  }

  /**
   * One piece of what was asked for.
   *
   * @param events each stream's in the order of its sequence numbers and without gaps, unless events were deleted
   * @param more there may be more: ask again, after the last of these
   */
  public record Chunk(List<StoredEvent> events, boolean more) {
    /** What to ask for next: the given position of each stream, advanced over these events. */
    public Map<String, Long> advance(Map<String, Long> after) {
      var next = new HashMap<>(after);
      events.forEach(event -> next.put(event.persistenceId(), event.sequence()));
      return next;
    }
  }

  /**
   * The next events of streams, all as of one moment.
   *
   * @param afterByPersistenceId for each stream the last sequence number that is known already, 0 for none
   */
  public CompletionStage<Chunk> read(Map<String, Long> afterByPersistenceId) {
    var after = Map.copyOf(afterByPersistenceId);
    SqlWork<Chunk> read = session -> read(session, after);
    return database.read("read events of " + after.size() + " streams", read.inTransaction());
  }

  /** The event itself, as its actor persisted it. */
  public Object deserialize(StoredEvent event) {
    return codec.decode(event.form());
  }

  /** An event in exactly the form in which the journal stores it, so that bytes and hashes of copies can be compared. */
  public StoredForm encode(Object event) {
    return codec.encode(event);
  }

  private static Chunk read(Connection session, Map<String, Long> after) throws SQLException {
    try (var query = session.prepareStatement(QUERY)) {
      var streams = after.keySet().toArray(String[]::new);
      var positions = new Long[streams.length];
      for (int i = 0; i < streams.length; i++) {
        positions[i] = after.get(streams[i]);
      }
      query.setArray(1, session.createArrayOf("varchar", streams));
      query.setArray(2, session.createArrayOf("int8", positions));
      query.setInt(3, CHUNK_EVENTS);
      query.setInt(4, CHUNK_EVENTS);
      query.setFetchSize(FETCH_SIZE);
      var events = new ArrayList<StoredEvent>();
      long bytes = 0;
      try (var row = query.executeQuery()) {
        while (bytes < CHUNK_BYTES && row.next()) {
          var form = new StoredForm(row.getInt(4), row.getString(5), row.getBytes(6));
          events.add(new StoredEvent(
              row.getString(1), row.getLong(2), JournalSql.text(row.getBytes(3)), form));
          bytes += form.payload().length;
        }
      }
      return new Chunk(events, events.size() == CHUNK_EVENTS || bytes >= CHUNK_BYTES);
    }
  }
}
