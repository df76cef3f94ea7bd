package mainstay.persistence.journal;

import akka.dispatch.Futures;
import akka.persistence.AtomicWrite;
import akka.persistence.PersistentRepr;
import akka.persistence.journal.Tagged;
import akka.persistence.journal.japi.AsyncWriteJournal;
import akka.serialization.SerializationExtension;
import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import mainstay.persistence.databases.ConnectionLimits;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.SqlWork;
import mainstay.persistence.journal.core.Chain;
import mainstay.persistence.journal.core.FenceStamp;
import mainstay.persistence.journal.core.StreamEnd;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;
import scala.util.Try;

/**
 * Journal plugin on the tables of Akka Persistence JDBC in all written databases; each write transaction first checks that
 * its term and its epoch are current. Reads go to the active database with the least to do, after the ends of the
 * stream have been made equal.
 *
 * <p>A failed write carries one of these causes, which a host finds under {@code JournalFailureException}:
 * {@link mainstay.persistence.term.StaleTermException} (step down), {@link SupersededWriterException} (this actor is
 * not the only writer), {@link mainstay.persistence.databases.DatabaseUnavailableException} (says whether the events may
 * have been stored). An event that cannot be serialized, or claims no term, is rejected: nothing of its atomic batch is
 * stored. Refusals of one actor never concern the others of its group.
 */
public final class FencedJournal extends AsyncWriteJournal {
  private static final ExecutionContext DIRECTLY = ExecutionContext.parasitic$.MODULE$;

  private final JournalSettings settings;
  private final Databases databases;
  private final EventCodec codec;
  private final JournalSql sql;
  private final Tails tails;
  private final List<WriteLane> lanes;
  private final ConcurrentHashMap<String, Future<Void>> running = new ConcurrentHashMap<>();
  private final StreamEnds ends;

  /** @throws IllegalArgumentException naming the keys of {@code mainstay.persistence.journal} that are wrong */
  public static void checkSettings(Config config) {
    JournalSettings.from(config.getConfig("mainstay.persistence.journal"))
        .requireFewerLanesThan(ConnectionLimits.from(config).writers());
  }

  /** Called by Akka with section {@code mainstay.persistence.journal}. */
  public FencedJournal(Config section) {
    var system = context().system();
    settings = JournalSettings.from(section);
    databases = Databases.get(system);
    codec = new EventCodec(SerializationExtension.get(system));
    sql = new JournalSql(codec);
    var health = JournalHealth.get(system);
    tails = new Tails(databases, health);
    ends = StreamEnds.get(system);
    settings.requireFewerLanesThan(databases.limits().writers());
    var store = new GroupStore(sql);
    lanes = IntStream.range(0, settings.lanes())
        .mapToObj(lane -> new WriteLane(databases, store, settings, health))
        .toList();
  }

  @Override
  public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(
      Iterable<AtomicWrite> messages) {
    var verdicts = new ArrayList<Optional<Exception>>();
    var rows = new ArrayList<JournalWrite.Row>();
    var stamps = new ArrayList<Optional<FenceStamp>>();
    String persistenceId = null;
    for (AtomicWrite message : messages) {
      persistenceId = message.persistenceId();
      try {
        List<PersistentRepr> events = CollectionConverters.asJava(message.payload());
        var encoded = events.stream().map(this::row).toList();
        events.forEach(event -> stamps.add(stamp(event)));
        rows.addAll(encoded);
        verdicts.add(Optional.empty());
      } catch (Exception e) { // serializers throw what they like
        verdicts.add(Optional.of(e));
      }
    }
    if (rows.isEmpty()) {
      return Futures.successful(verdicts);
    }
    if (stamps.stream().distinct().count() > 1) {
      return Futures.failed(new IllegalStateException("stream " + persistenceId
          + " writes in several terms at once: " + stamps.stream().distinct().toList()));
    }
    var write = JournalWrite.of(
        persistenceId,
        stamps.get(0),
        rows,
        System.nanoTime() + settings.writeTimeout().toNanos());
    store(write);
    return write.done().future().map(stored -> verdicts, DIRECTLY);
  }

  @Override
  public Future<Void> doAsyncReplayMessages(
      String persistenceId, long from, long to, long max, Consumer<PersistentRepr> replayCallback) {
    if (max <= 0 || from > to) {
      return Futures.successful(null);
    }
    SqlWork<Void> replay = session ->
        sql.replay(session, persistenceId, from, to, max, settings.fetchSize(), replayCallback);
    var operation = "replay " + persistenceId;
    // Not repeated on another database: the callback has been told already what came before the
    // failure.
    return scala(
        databases.reader().read(operation, replay.inTransaction())); // a cursor needs a transaction
  }

  /** Waits for a write of the same stream that runs, so that what follows a crash of its actor sees it. */
  @Override
  public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long from) {
    var write = running.get(persistenceId);
    if (write != null) {
      return write
          .transform(anyOutcome -> Try.apply(() -> null), DIRECTLY)
          .flatMap(ended -> scala(compareEnds(persistenceId)), DIRECTLY);
    }
    var compared = ends.takeCompared(persistenceId);
    return compared.isPresent()
        ? Futures.successful(compared.get().sequence())
        : scala(compareEnds(persistenceId));
  }

  private CompletableFuture<Long> compareEnds(String persistenceId) {
    return tails.align(List.of(persistenceId)).thenApply(found -> {
      var end = found.get(persistenceId);
      ends.put(persistenceId, end);
      return end.sequence();
    });
  }

  @Override
  public Future<Void> doAsyncDeleteMessagesTo(String persistenceId, long to) {
    var operation = "delete events of " + persistenceId;
    SqlWork<Void> delete = session -> sql.delete(session, persistenceId, to);
    return scala(databases
        .replicator()
        .onWritten(
            operation, (database, epoch) -> database.write(operation, delete.inTransaction()))
        .thenApply(done -> null));
  }

  private void store(JournalWrite write) {
    var id = write.persistenceId();
    var future = write.done().future();
    running.put(id, future);
    future.onComplete(
        outcome -> {
          if (outcome.isSuccess()) {
            ends.written(id);
          } else {
            ends.forget(id);
          }
          return running.remove(id, future);
        },
        DIRECTLY);
    var end = ends.at(id, write.firstSequence() - 1);
    if (end.isPresent()) {
      chain(write, end.get());
    } else {
      lookUp(id, write.firstSequence() - 1).whenComplete((found, failure) -> {
        if (failure == null) {
          chain(write, found);
        } else {
          write.fail(failure instanceof Exception e ? e : new IllegalStateException(failure));
        }
      });
    }
  }

  private void chain(JournalWrite write, StreamEnd end) {
    var chained = write.chainedTo(end.chain());
    ends.put(write.persistenceId(), new StreamEnd(chained.lastSequence(), chained.lastChain()));
    lanes.get(Math.floorMod(write.persistenceId().hashCode(), lanes.size())).add(chained);
  }

  private CompletableFuture<StreamEnd> lookUp(String persistenceId, long sequence) {
    if (sequence == 0) {
      return CompletableFuture.completedFuture(StreamEnd.none());
    }
    var operation = "read the last event of " + persistenceId;
    return databases
        .replicator()
        .onReader(
            operation,
            (database, epoch) ->
                database.read(operation, session -> sql.chain(session, persistenceId, sequence)))
        .thenApply(chain -> new StreamEnd(sequence, chain));
  }

  private JournalWrite.Row row(PersistentRepr event) {
    Object payload = untagged(event);
    if (payload instanceof Fenced fenced) {
      payload = fenced.event();
    } else if (!settings.acceptUnfenced()) {
      throw new IllegalArgumentException("event " + payload.getClass().getName() + " of "
          + event.persistenceId() + " claims no term; its actor needs a FencingAdapter");
    }
    return new JournalWrite.Row(
        event.sequenceNr(),
        event.writerUuid(),
        event.timestamp(),
        event.manifest(),
        codec.encode(payload),
        tags(event),
        Chain.start());
  }

  private static Optional<FenceStamp> stamp(PersistentRepr event) {
    return untagged(event) instanceof Fenced fenced
        ? Optional.of(fenced.stamp())
        : Optional.empty();
  }

  private static Object untagged(PersistentRepr event) {
    return event.payload() instanceof Tagged tagged ? tagged.payload() : event.payload();
  }

  private static Set<String> tags(PersistentRepr event) {
    return event.payload() instanceof Tagged tagged
        ? CollectionConverters.asJava(tagged.tags())
        : Set.of();
  }

  /** Completes on the thread of the database; Akka's plugins move on to their actor themselves. */
  static <T> Future<T> scala(CompletableFuture<T> future) {
    scala.concurrent.Promise<T> promise = Futures.promise();
    future.whenComplete((value, failure) -> {
      if (failure == null) {
        promise.success(value);
      } else {
        promise.failure(
            failure instanceof java.util.concurrent.CompletionException
                    && failure.getCause() != null
                ? failure.getCause()
                : failure);
      }
    });
    return promise.future();
  }
}
