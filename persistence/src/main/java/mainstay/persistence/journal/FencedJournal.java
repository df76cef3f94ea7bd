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
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.SqlWork;
import mainstay.persistence.journal.core.Chain;
import mainstay.persistence.journal.core.FenceStamp;
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
  private final ConcurrentHashMap<String, Head> heads = new ConcurrentHashMap<>();

  /** The last event of a stream that this server has written or looked up. */
  private record Head(long sequence, byte[] chain) {}

  /** Called by Akka with section {@code mainstay.persistence.journal}. */
  public FencedJournal(Config section) {
    var system = context().system();
    settings = JournalSettings.from(section);
    databases = Databases.get(system);
    codec = new EventCodec(SerializationExtension.get(system));
    sql = new JournalSql(codec);
    var health = JournalHealth.get(system);
    tails = new Tails(databases);
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
    var write = running.getOrDefault(persistenceId, Futures.successful(null));
    return write
        .transform(anyOutcome -> Try.apply(() -> null), DIRECTLY)
        .flatMap(
            ended -> scala(tails
                .align(List.of(persistenceId))
                .thenCompose(last -> lookUp(persistenceId, last.get(persistenceId)))
                .thenApply(Head::sequence)),
            DIRECTLY);
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
          if (outcome.isFailure()) {
            heads.remove(id); // what stands there now is not known
          }
          return running.remove(id, future);
        },
        DIRECTLY);
    var head = heads.get(id);
    if (head != null && head.sequence() == write.firstSequence() - 1) {
      chain(write, head);
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

  private void chain(JournalWrite write, Head head) {
    var chained = write.chainedTo(head.chain());
    heads.put(write.persistenceId(), new Head(chained.lastSequence(), chained.lastChain()));
    lanes.get(Math.floorMod(write.persistenceId().hashCode(), lanes.size())).add(chained);
  }

  private CompletableFuture<Head> lookUp(String persistenceId, long sequence) {
    if (sequence == 0) {
      var head = new Head(0, Chain.start());
      heads.put(persistenceId, head);
      return CompletableFuture.completedFuture(head);
    }
    var operation = "read the last event of " + persistenceId;
    return databases
        .replicator()
        .onReader(
            operation,
            (database, epoch) ->
                database.read(operation, session -> sql.chain(session, persistenceId, sequence)))
        .thenApply(chain -> {
          var head = new Head(sequence, chain);
          heads.put(persistenceId, head);
          return head;
        });
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
