package mainstay.node.routing;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import com.typesafe.config.Config;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mainstay.node.failover.AgentControl;
import mainstay.node.host.HostControl;
import mainstay.protocol.message.ServiceHost;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.message.ServiceRequest;
import mainstay.protocol.message.ServiceRouter.Answer;
import mainstay.protocol.message.ServiceRouter.Ask;
import mainstay.protocol.message.ServiceRouter.Command;
import mainstay.protocol.message.ServiceRouter.Consistency;
import mainstay.protocol.message.ServiceRouter.Message;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/**
 * Brings requests to the active server of their service. While nobody is active they wait, bounded in number and
 * time. After a move everything unanswered is sent again, with its id, to the new active server and never twice to the
 * same activation, so that repetitions do not pile up there.
 */
public final class ServiceRouterActor extends AbstractBehavior<Message> {
  /** @param maximumPending unanswered requests per service; one more is refused as busy */
  public record Settings(int maximumPending, Duration deadlineCheck) {
    public static Settings from(Config config) {
      var section = config.getConfig("mainstay.router");
      return new Settings(section.getInt("maximum-pending"), section.getDuration("deadline-check"));
    }
  }

  /** One activation of a service; {@code generation} grows when it begins to accept again. */
  private record Location(
      ServerId server, long term, long generation, ActorRef<ServiceHost.Message> host) {}

  private record Located(ServiceName service, Optional<Location> location) implements Message {}

  private record LocalHost(ServiceName service, ActorRef<ServiceHost.Message> host)
      implements Message {}

  private record Returned(ServiceHost.Delivered delivered) implements Message {}

  private record DeadlineCheck() implements Message {}

  private record End() implements Message {}

  private static final class Pending {
    private final Ask first;
    private final long deadlineNanos;
    private final List<ActorRef<Answer>> replyTo = new ArrayList<>();
    private Optional<Location> sentTo = Optional.empty();
    private boolean everSent;

    Pending(Ask ask) {
      this.first = ask;
      this.deadlineNanos = System.nanoTime() + ask.patience().toNanos();
      this.replyTo.add(ask.replyTo());
    }

    void answer(ServiceReply reply) {
      var answer = new Answer(reply, 0);
      replyTo.forEach(ref -> ref.tell(answer));
    }
  }

  private final Settings settings;
  private final Map<ServiceName, Location> locations = new HashMap<>();
  private final Map<ServiceName, ActorRef<ServiceHost.Message>> localHosts = new HashMap<>();
  private final Map<ServiceName, Map<String, Pending>> pending = new HashMap<>();
  private final ActorRef<ServiceHost.Delivered> returned;
  private boolean ended;

  private ServiceRouterActor(
      ActorContext<Message> context, TimerScheduler<Message> timers, Settings settings) {
    super(context);
    this.settings = settings;
    this.returned = context.messageAdapter(ServiceHost.Delivered.class, Returned::new);
    timers.startTimerWithFixedDelay(new DeadlineCheck(), settings.deadlineCheck());
  }

  public static Behavior<Message> create(Settings settings) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> new ServiceRouterActor(context, timers, settings)));
  }

  /** How the failover agent of this node tells its router where services are. */
  public static AgentControl.Locations locations(ActorRef<Message> router) {
    return new AgentControl.Locations() {
      @Override
      public void active(
          ServiceName service,
          ServerId server,
          long term,
          long generation,
          ActorRef<ServiceHost.Message> host) {
        router.tell(
            new Located(service, Optional.of(new Location(server, term, generation, host))));
      }

      @Override
      public void none(ServiceName service) {
        router.tell(new Located(service, Optional.empty()));
      }

      @Override
      public void local(ServiceName service, ActorRef<ServiceHost.Message> host) {
        router.tell(new LocalHost(service, host));
      }
    };
  }

  /** Nobody will answer this node any more: whoever waits is told so at once, instead of at the deadline. */
  public static void end(ActorRef<Message> router) {
    router.tell(new End());
  }

  /** The part of the router that others may send to. */
  public static ActorRef<Command> commands(ActorRef<Message> router) {
    return router.narrow();
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder()
        .onMessage(Ask.class, this::onAsk)
        .onMessage(Returned.class, this::onReturned)
        .onMessage(Located.class, this::onLocated)
        .onMessage(LocalHost.class, local -> {
          localHosts.put(local.service(), local.host());
          return this;
        })
        .onMessage(DeadlineCheck.class, check -> onDeadlineCheck())
        .onMessage(End.class, end -> {
          ended = true;
          return onDeadlineCheck();
        })
        .build();
  }

  private Behavior<Message> onAsk(Ask ask) {
    if (ended) {
      new Pending(ask).answer(shutOut(ask.service()));
      return this;
    }
    if (ask.consistency() == Consistency.LOCAL
        && ask.request() instanceof ServiceRequest.Read read) {
      readLocally(ask, read);
      return this;
    }
    var ofService = pending.computeIfAbsent(ask.service(), service -> new LinkedHashMap<>());
    var same = ofService.get(ask.requestId());
    if (same != null) {
      if (same.first.request().equals(ask.request())) {
        same.replyTo.add(ask.replyTo());
      } else {
        ask.replyTo()
            .tell(new Answer(
                Rejected.of(
                    Reason.INVALID,
                    "request id " + ask.requestId()
                        + " belongs to another request that is still under way"),
                0));
      }
      return this;
    }
    if (ofService.size() >= settings.maximumPending()) {
      ask.replyTo()
          .tell(new Answer(
              Rejected.of(
                  Reason.BUSY,
                  settings.maximumPending() + " requests to service " + ask.service()
                      + " wait on this server already"),
              0));
      return this;
    }
    var entry = new Pending(ask);
    ofService.put(ask.requestId(), entry);
    send(entry);
    return this;
  }

  private void readLocally(Ask ask, ServiceRequest.Read read) {
    var host = localHosts.get(ask.service());
    if (host == null) {
      ask.replyTo()
          .tell(new Answer(
              Rejected.of(
                  Reason.NO_ACTIVE_SERVER, "this server has no copy of service " + ask.service()),
              0));
    } else {
      host.tell(new HostControl.ReadLocally(read, ask.replyTo()));
    }
  }

  private void send(Pending entry) {
    var location = locations.get(entry.first.service());
    if (location == null || entry.sentTo.filter(location::equals).isPresent()) {
      return;
    }
    entry.sentTo = Optional.of(location);
    entry.everSent = true;
    location
        .host()
        .tell(new ServiceHost.Deliver(
            entry.first.requestId(), entry.first.principal(), entry.first.request(), returned));
  }

  private Behavior<Message> onReturned(Returned message) {
    var delivered = message.delivered();
    if (delivered.active()) {
      var entry = pending.getOrDefault(delivered.service(), Map.of()).remove(delivered.requestId());
      if (entry != null) {
        entry.answer(delivered.reply());
      }
    }
    return this;
  }

  private Behavior<Message> onLocated(Located located) {
    located
        .location()
        .ifPresentOrElse(
            location -> locations.put(located.service(), location),
            () -> locations.remove(located.service()));
    pending.getOrDefault(located.service(), Map.of()).values().forEach(this::send);
    return this;
  }

  private Behavior<Message> onDeadlineCheck() {
    long now = System.nanoTime();
    for (var ofService : pending.values()) {
      for (Iterator<Pending> entries = ofService.values().iterator(); entries.hasNext(); ) {
        var entry = entries.next();
        if (ended || entry.deadlineNanos - now <= 0) {
          entries.remove();
          entry.answer(expired(entry));
        }
      }
    }
    return this;
  }

  private Rejected expired(Pending entry) {
    var ask = entry.first;
    boolean mayBeDone = entry.everSent && ask.request() instanceof ServiceRequest.Write;
    if (mayBeDone) {
      return Rejected.of(
          Reason.OUTCOME_UNKNOWN,
          (ended
                  ? "this server was shut out by the others before service " + ask.service()
                      + " answered"
                  : "service " + ask.service() + " did not answer within "
                      + ask.patience().toMillis() + " ms")
              + "; it is not known whether the request was carried out: repeat it with the same Idempotency-Key");
    }
    return ended
        ? shutOut(ask.service())
        : Rejected.of(
            Reason.NO_ACTIVE_SERVER,
            (entry.everSent
                    ? "the active server did not answer for service "
                    : "no server was active for service ")
                + ask.service() + " within " + ask.patience().toMillis() + " ms");
  }

  private static Rejected shutOut(ServiceName service) {
    return Rejected.of(
        Reason.NO_ACTIVE_SERVER,
        "this server was shut out by the others and returns in a moment: ask another one for service "
            + service);
  }
}
