package mainstay.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.eventstream.EventStream;
import akka.actor.typed.javadsl.Behaviors;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import mainstay.persistence.journal.JournalHealth;
import mainstay.protocol.message.ClusterOverview;
import mainstay.protocol.message.ClusterStatus;
import mainstay.protocol.message.LiveEvent;
import mainstay.protocol.model.ServerId;

/** What a server tells Prometheus of failover and journal; names begin with {@code mainstay_}. */
final class ServerMetrics {
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private sealed interface Message {}

  private record Ask() implements Message {}

  private record Status(ClusterStatus status) implements Message {}

  private record Happened(LiveEvent event) implements Message {}

  private ServerMetrics() {}

  static void register(
      MeterRegistry registry,
      ActorSystem<?> system,
      ServerId self,
      ActorRef<ClusterOverview.Message> agent) {
    journal(registry, JournalHealth.get(system));
    var active =
        gauge(registry, "mainstay.service.active", "1 if this server is active for the service");
    var terms = gauge(
        registry, "mainstay.service.term", "Highest term of the service that this server knows of");
    var warnings = gauge(
        registry, "mainstay.service.warnings", "Things that are missing for the next takeover");
    var behind = gauge(registry, "mainstay.server.behind", "Events that a server's copy lacks");
    var clocks = gauge(
        registry,
        "mainstay.server.clock.offset.seconds",
        "What a server's clock is ahead of the median of all; missing while that is not known");
    var counted = gauge(
        registry, "mainstay.database.active", "1 if the database is one that is written and read");
    var epochs = gauge(
        registry,
        "mainstay.database.epoch",
        "Epoch of the set of databases that this server knows of");
    var mayAct = new AtomicBoolean();
    Gauge.builder("mainstay.server.may.act", mayAct, right -> right.get() ? 1 : 0)
        .description("1 if this server's side has the right to act")
        .register(registry);
    var activations = registry.counter("mainstay.activations");
    system.systemActorOf(
        Behaviors.<Message>setup(context -> {
          var answers = context.messageAdapter(ClusterStatus.class, Status::new);
          context
              .getSystem()
              .eventStream()
              .tell(new EventStream.Subscribe<>(
                  LiveEvent.class, context.messageAdapter(LiveEvent.class, Happened::new)));
          context.getSelf().tell(new Ask());
          return Behaviors.receive(Message.class)
              .onMessage(Ask.class, ask -> {
                agent.tell(new ClusterOverview.Get(answers));
                return Behaviors.same();
              })
              .onMessage(Happened.class, happened -> {
                if (happened.event().type().equals("service-activated")) {
                  activations.increment();
                }
                return Behaviors.same();
              })
              .onMessage(Status.class, status -> {
                mayAct.set(status.status().quorum().mayAct());
                var services = status.status().services();
                active.register(
                    services.stream()
                        .map(service -> MultiGauge.Row.of(
                            Tags.of("service", service.name().value()),
                            service.state().equals("active")
                                    && service.active().filter(self::equals).isPresent()
                                ? 1
                                : 0))
                        .collect(Collectors.toList()),
                    true);
                terms.register(
                    services.stream()
                        .map(service -> MultiGauge.Row.of(
                            Tags.of("service", service.name().value()), service.term()))
                        .collect(Collectors.toList()),
                    true);
                warnings.register(
                    services.stream()
                        .map(service -> MultiGauge.Row.of(
                            Tags.of("service", service.name().value()),
                            service.warnings().size()))
                        .collect(Collectors.toList()),
                    true);
                behind.register(
                    status.status().servers().stream()
                        .map(server -> MultiGauge.Row.of(
                            Tags.of("server", server.name().value()), server.behind()))
                        .collect(Collectors.toList()),
                    true);
                clocks.register(
                    status.status().servers().stream()
                        .flatMap(server -> server
                            .clock()
                            .map(offset -> MultiGauge.Row.of(
                                Tags.of("server", server.name().value()),
                                offset.ahead().toMillis() / 1000.0))
                            .stream())
                        .collect(Collectors.toList()),
                    true);
                var databases = status.status().databases();
                counted.register(
                    databases.stream()
                        .map(database -> MultiGauge.Row.of(
                            Tags.of("database", database.name()), database.active() ? 1 : 0))
                        .collect(Collectors.toList()),
                    true);
                epochs.register(
                    databases.stream()
                        .limit(1)
                        .map(database -> MultiGauge.Row.of(Tags.empty(), database.epoch()))
                        .collect(Collectors.toList()),
                    true);
                context.scheduleOnce(INTERVAL, context.getSelf(), new Ask());
                return Behaviors.same();
              })
              .build();
        }),
        "metrics",
        akka.actor.typed.Props.empty());
  }

  private static MultiGauge gauge(MeterRegistry registry, String name, String description) {
    return MultiGauge.builder(name).description(description).register(registry);
  }

  private static void journal(MeterRegistry registry, JournalHealth health) {
    counter(
        registry,
        health,
        "mainstay.journal.commits",
        "Transactions that stored events",
        c -> c.commits());
    counter(registry, health, "mainstay.journal.events", "Events stored", c -> c.events());
    counter(
        registry,
        health,
        "mainstay.journal.stale.writes",
        "Writes refused because their term had passed",
        c -> c.staleWrites());
    counter(
        registry,
        health,
        "mainstay.journal.failed.writes",
        "Writes that failed for any other reason",
        c -> c.failedWrites());
  }

  private static void counter(
      MeterRegistry registry,
      JournalHealth health,
      String name,
      String description,
      ToDoubleFunction<JournalHealth.Counters> value) {
    FunctionCounter.builder(name, health, source -> value.applyAsDouble(source.counters()))
        .description(description)
        .register(registry);
  }
}
