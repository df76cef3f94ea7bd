package mainstay.persistence.journal;

import akka.actor.ActorSystem;
import akka.serialization.SerializationExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.SqlWork;
import mainstay.persistence.databases.dialect.Dialect;

/** Reads events of many streams at once for standby copies: by primary key, in pieces of bounded size. */
public final class JournalReader {
  /** Events of one piece at most. */
  public static final int CHUNK_EVENTS = 2_000;
  /** Bytes of events after which a piece ends. */
  public static final long CHUNK_BYTES = 8L << 20;

  private static final int FETCH_SIZE = 500;

  private final Databases databases;
  private final Tails tails;
  private final StreamEnds ends;
  private final EventCodec codec;

  public JournalReader(ActorSystem system) {
    this.databases = Databases.get(system);
    this.tails = new Tails(databases, JournalHealth.get(system));
    this.ends = StreamEnds.get(system);
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
    var operation = "read events of " + after.size() + " streams";
    return databases.replicator().onReader(operation, (database, epoch) -> {
      SqlWork<Chunk> read = session -> read(session, database.dialect(), after);
      return database.read(operation, read.inTransaction());
    });
  }

  /**
   * Makes the ends of streams equal in all databases: what one of them alone holds is on all when this has completed. The
   * holder of a term asks for it before it writes, for an event that only one database has could be lost with it. The
   * actors of these streams, when they start for the first time after it, do not ask again.
   *
   * @return the last sequence number of each stream
   */
  public CompletionStage<Map<String, Long>> align(Collection<String> persistenceIds) {
    var comparison = ends.beginComparison(persistenceIds);
    return tails.align(persistenceIds).thenApply(found -> {
      ends.compared(comparison, found);
      return found.entrySet().stream()
          .collect(Collectors.toUnmodifiableMap(
              Map.Entry::getKey, end -> end.getValue().sequence()));
    });
  }

  /** The event itself, as its actor persisted it. */
  public Object deserialize(StoredEvent event) {
    return codec.decode(event.form());
  }

  /** An event in exactly the form in which the journal stores it, so that bytes and hashes of copies can be compared. */
  public StoredForm encode(Object event) {
    return codec.encode(event);
  }

  private static Chunk read(Connection session, Dialect dialect, Map<String, Long> after)
      throws SQLException {
    var events = new ArrayList<StoredEvent>();
    var bytes = new AtomicLong();
    dialect.readAfter(session, after, CHUNK_EVENTS, FETCH_SIZE, row -> {
      var form = new StoredForm(row.getInt(4), row.getString(5), row.getBytes(6));
      events.add(new StoredEvent(
          row.getString(1), row.getLong(2), JournalSql.text(row.getBytes(3)), form));
      return bytes.addAndGet(form.payload().length) < CHUNK_BYTES;
    });
    return new Chunk(events, events.size() == CHUNK_EVENTS || bytes.get() >= CHUNK_BYTES);
  }
}
