package mainstay.http.route;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.eventstream.EventStream;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.stream.BoundedSourceQueue;
import akka.util.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import mainstay.http.json.Json;
import mainstay.protocol.message.LiveEvent;

/** Takes the events of this node for one client into its buffer, and counts those for which there is no room. */
final class EventSubscriber extends AbstractBehavior<EventSubscriber.Message> {
  sealed interface Message {}

  private record Observed(LiveEvent event) implements Message {}

  private enum Signal implements Message {
    STOP,
    TELL_DROPPED
  }

  private record EventJson(String type, Instant at, Map<String, String> fields) {}

  static final Message STOP = Signal.STOP;

  private static final Duration NEXT_ATTEMPT = Duration.ofMillis(500);
  private static final AtomicLong NAMES = new AtomicLong();

  private final BoundedSourceQueue<ByteString> queue;
  private final Set<String> types;
  private final TimerScheduler<Message> timers;
  private long dropped;

  private EventSubscriber(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      BoundedSourceQueue<ByteString> queue,
      Set<String> types) {
    super(context);
    this.queue = queue;
    this.types = types;
    this.timers = timers;
    ActorRef<LiveEvent> observer = context.messageAdapter(LiveEvent.class, Observed::new);
    context.getSystem().eventStream().tell(new EventStream.Subscribe<>(LiveEvent.class, observer));
  }

  /** @param types that the client wants; empty for all */
  static Behavior<Message> create(BoundedSourceQueue<ByteString> queue, Set<String> types) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> new EventSubscriber(context, timers, queue, types)));
  }

  static String nextName() {
    return "http-events-" + NAMES.incrementAndGet();
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder()
        .onMessage(Observed.class, this::onObserved)
        .onMessageEquals(Signal.TELL_DROPPED, this::onTellDropped)
        .onMessageEquals(Signal.STOP, Behaviors::stopped)
        .build();
  }

  private Behavior<Message> onObserved(Observed observed) {
    var event = observed.event();
    if (types.isEmpty() || types.contains(event.type())) {
      boolean room = dropped == 0 || tellDropped();
      if (!room || !offer(event.type(), new EventJson(event.type(), event.at(), event.fields()))) {
        dropped++;
        timers.startSingleTimer(Signal.TELL_DROPPED, NEXT_ATTEMPT);
      }
    }
    return this;
  }

  private Behavior<Message> onTellDropped() {
    if (dropped > 0 && !tellDropped()) {
      timers.startSingleTimer(Signal.TELL_DROPPED, NEXT_ATTEMPT);
    }
    return this;
  }

  private boolean tellDropped() {
    boolean told = offer("dropped", Map.of("count", dropped));
    dropped = told ? 0 : dropped;
    return told;
  }

  private boolean offer(String type, Object data) {
    var frame = ByteString.fromString("event: " + type + "\ndata: ")
        .concat(ByteString.fromArrayUnsafe(Json.bytes(data)))
        .concat(ByteString.fromString("\n\n"));
    return queue.offer(frame).isEnqueued();
  }
}
