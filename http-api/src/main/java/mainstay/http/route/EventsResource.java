package mainstay.http.route;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.pattern.Patterns;
import akka.stream.BoundedSourceQueue;
import akka.stream.KillSwitches;
import akka.stream.SharedKillSwitch;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import mainstay.http.error.ProblemException;
import mainstay.http.error.ProblemKind;
import mainstay.protocol.model.Role;

/**
 * {@code /events}: what happens, as server-sent events. Each client has a buffer of limited length; what a slow client
 * misses is counted and told to it in an event {@code dropped}.
 */
public final class EventsResource {
  private static final ContentType EVENT_STREAM = ContentTypes.create(MediaTypes.TEXT_EVENT_STREAM);
  private static final ByteString OPENING = ByteString.fromString("retry: 1000\n\n");
  private static final ByteString HEARTBEAT = ByteString.fromString(": heartbeat\n\n");
  private static final int MAXIMUM_TYPES = 50;
  private static final Duration LAST_CHUNKS = Duration.ofMillis(250);

  private final ActorSystem<?> system;
  private final Duration heartbeat;
  private final int buffer;
  private final int maximumClients;
  private final AtomicInteger clients = new AtomicInteger();
  private final SharedKillSwitch open = KillSwitches.shared("event-streams");

  /**
   * @param heartbeat pause after which a comment is sent, so that nobody on the way takes the connection for dead
   * @param buffer events that wait for one client
   * @param maximumClients at a time
   */
  public EventsResource(ActorSystem<?> system, Duration heartbeat, int buffer, int maximumClients) {
    this.system = system;
    this.heartbeat = heartbeat;
    this.buffer = buffer;
    this.maximumClients = maximumClients;
  }

  public List<Endpoint> endpoints() {
    return List.of(Endpoint.of("GET", "/api/v1/events", Role.VIEWER, this::events));
  }

  /** Number of streams that are open now. */
  public int clients() {
    return clients.get();
  }

  /**
   * Ends all streams, so that a stopping server need not wait for their clients. Completes when the last chunks have had
   * a moment to leave; what closes the connections may come after that.
   */
  public CompletionStage<Done> close() {
    boolean followed = clients() > 0;
    open.shutdown();
    return followed
        ? Patterns.after(
            LAST_CHUNKS,
            system.classicSystem(),
            () -> CompletableFuture.completedFuture(Done.getInstance()))
        : CompletableFuture.completedFuture(Done.getInstance());
  }

  private CompletionStage<HttpResponse> events(Call call) {
    var types = call.query("types").text("types").map(EventsResource::types).orElse(Set.of());
    if (clients.get() >= maximumClients) {
      throw ProblemException.of(
          ProblemKind.BUSY,
          maximumClients
              + " clients follow the events of this server already (mainstay.http.events.maximum-clients)");
    }
    var stream = Source.<ByteString>queue(buffer)
        .mapMaterializedValue(queue -> subscribe(queue, types))
        .watchTermination((subscriber, end) -> {
          end.whenCompleteAsync(
              (done, failure) -> unsubscribe(subscriber), system.executionContext());
          return subscriber;
        })
        .prepend(Source.single(OPENING))
        .keepAlive(heartbeat, () -> HEARTBEAT)
        .via(open.flow());
    return Responses.now(HttpResponse.create()
        .addHeader(RawHeader.create("Cache-Control", "no-store"))
        .addHeader(RawHeader.create("X-Accel-Buffering", "no"))
        .withEntity(HttpEntities.createChunked(EVENT_STREAM, stream)));
  }

  private ActorRef<EventSubscriber.Message> subscribe(
      BoundedSourceQueue<ByteString> queue, Set<String> types) {
    clients.incrementAndGet();
    return system.systemActorOf(
        EventSubscriber.create(queue, types), EventSubscriber.nextName(), Props.empty());
  }

  private void unsubscribe(ActorRef<EventSubscriber.Message> subscriber) {
    clients.decrementAndGet();
    subscriber.tell(EventSubscriber.STOP);
  }

  private static Set<String> types(String list) {
    String[] types = list.split(",", -1);
    if (types.length > MAXIMUM_TYPES || !list.matches("[a-z0-9-]{1,64}(,[a-z0-9-]{1,64})*")) {
      throw QueryParameters.malformed(
          "types",
          "must name 1 to " + MAXIMUM_TYPES
              + " types of events with commas between them, such as service-activated,point-value",
          list);
    }
    return Set.of(Arrays.stream(types).distinct().toArray(String[]::new));
  }
}
