package mainstay.node;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mainstay.node.host.HostControl;
import mainstay.node.host.HostEnvironment;
import mainstay.node.host.ReplicatedServiceHostActor;
import mainstay.node.host.ReplicatedServiceHostActor.Work;
import mainstay.node.host.core.StateModel;
import mainstay.node.host.core.Streams;
import mainstay.node.provisioning.core.ConfigurationStateModel;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.Rehearsal;
import mainstay.persistence.journal.JournalReader;
import mainstay.persistence.journal.ScratchStreams;
import mainstay.persistence.term.JdbcTermStore;
import mainstay.persistence.term.TermStore;
import mainstay.protocol.message.ClusterOverview;
import mainstay.protocol.message.Points;
import mainstay.protocol.message.Precondition;
import mainstay.protocol.message.ServiceHost;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceRequest;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.Principal;
import mainstay.protocol.model.Role;
import mainstay.protocol.model.ServiceName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a service of the server's own for a moment before it joins: takes a term, writes and reads through the same
 * host, entity, journal and term check that a takeover uses, removes what it wrote, and loses a session of each database.
 * Without it the first takeover of a server and the first death of a database cost hundreds of milliseconds more, and a
 * journal that refuses is found out only then.
 */
final class WarmUp {
  private static final Logger log = LoggerFactory.getLogger("mainstay.server");
  private static final Principal SYSTEM = new Principal("system", Role.ADMIN);
  private static final int READ_EVERY = 4;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private WarmUp() {}

  /** @throws ExecutionException if the journal does not take a write or the term is not to be had */
  static void run(ActorSystem<?> system, ServerSettings settings, String incarnation)
      throws ExecutionException, InterruptedException {
    int writes = settings.config().getInt("mainstay.server.warm-up-writes");
    if (writes == 0) {
      return;
    }
    long begun = System.nanoTime();
    var service = new ServiceName("warm-up/" + settings.self());
    var point = service.value().replace('/', '-') + "-" + incarnation;
    var terms = new JdbcTermStore(Databases.get(system), Clock.systemUTC());
    long term =
        terms.current(service).toCompletableFuture().get().map(Activation::term).orElse(0L);
    var take = terms
        .take(service, term, settings.self(), incarnation, "warm-up of " + incarnation, false)
        .toCompletableFuture()
        .get();
    if (!(take instanceof TermStore.Taken taken)) {
      throw new IllegalStateException(
          "another process runs as server " + settings.self() + ": " + take);
    }
    var done = new CompletableFuture<Done>();
    var actor = system.systemActorOf(
        Behaviors.<Step>setup(
            context -> serve(context, settings, taken.activation(), point, writes, done)),
        "warm-up",
        Props.empty());
    try {
      done.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "the warm-up did not end within " + LIMIT.toSeconds() + " s", e);
    } finally {
      actor.tell(new Stop());
    }
    new ScratchStreams(Databases.get(system))
        .remove(ConfigurationStateModel.pointPersistenceId(point))
        .toCompletableFuture()
        .get();
    new Rehearsal(Databases.get(system)).loseSessions().toCompletableFuture().get();
    log.info(
        "server={} warmed up with {} writes in {} ms",
        settings.self(),
        writes,
        Duration.ofNanos(System.nanoTime() - begun).toMillis());
  }

  private sealed interface Step {}

  private record HostSaid(ClusterOverview.Message message) implements Step {}

  private record Answered(ServiceHost.Delivered delivered) implements Step {}

  private record Stop() implements Step {}

  private static Behavior<Step> serve(
      ActorContext<Step> context,
      ServerSettings settings,
      Activation activation,
      String point,
      int writes,
      CompletableFuture<Done> done) {
    var clock = Clock.systemUTC();
    var configuration = new ConfigurationService(context.getSystem(), clock, settings.voters());
    var environment = new HostEnvironment(
        settings.self(),
        new JdbcTermStore(Databases.get(context.getSystem()), clock),
        clock,
        HostEnvironment.Settings.from(settings.config()));
    var work = new Work(
        new ScratchModel(point),
        new JournalReader(context.getSystem().classicSystem()),
        configuration.new Actors() {
          @Override
          public List<String> eager() {
            return List.of();
          }
        },
        (persistenceId, event, copy) -> {});
    var host = context.spawn(
        ReplicatedServiceHostActor.create(
            activation.service(),
            environment,
            context.messageAdapter(ClusterOverview.Message.class, HostSaid::new),
            work),
        "host");
    var answers = context.messageAdapter(ServiceHost.Delivered.class, Answered::new);
    host.tell(new HostControl.Activate(activation, "warm-up", 0, false));
    return new Rounds(host, answers, point, writes, done).behavior();
  }

  /** One request after the other, until all are answered. */
  private static final class Rounds {
    private final ActorRef<ServiceHost.Message> host;
    private final ActorRef<ServiceHost.Delivered> answers;
    private final String point;
    private final int writes;
    private final CompletableFuture<Done> done;
    private int round;

    Rounds(
        ActorRef<ServiceHost.Message> host,
        ActorRef<ServiceHost.Delivered> answers,
        String point,
        int writes,
        CompletableFuture<Done> done) {
      this.host = host;
      this.answers = answers;
      this.point = point;
      this.writes = writes;
      this.done = done;
    }

    Behavior<Step> behavior() {
      return Behaviors.receive(Step.class)
          .onMessage(HostSaid.class, said -> {
            if (round == 0
                && said.message() instanceof HostControl.HostReport report
                && report.report().state() == ServiceHost.State.ACTIVE) {
              next();
            }
            return Behaviors.same();
          })
          .onMessage(Answered.class, answered -> {
            if (!answered.delivered().active()) {
              done.completeExceptionally(
                  new IllegalStateException(
                      "the journal did not take the writes of the warm-up; the log before this line says why"));
            } else if (round == writes) {
              done.complete(Done.getInstance());
            } else {
              next();
            }
            return Behaviors.same();
          })
          .onMessage(Stop.class, stop -> Behaviors.stopped())
          .build();
    }

    private void next() {
      round++;
      ServiceRequest request = round % READ_EVERY == 0
          ? new Points.GetValue(point)
          : new Points.SetValue(point, round, Precondition.NONE);
      host.tell(new ServiceHost.Deliver("warm-up-" + round, SYSTEM, request, answers));
    }
  }

  /** One point without a configuration around it. */
  private static final class ScratchModel implements StateModel {
    private final StateModel model = new ConfigurationStateModel();
    private final String persistenceId;

    ScratchModel(String point) {
      this.persistenceId = ConfigurationStateModel.pointPersistenceId(point);
    }

    @Override
    public Set<String> persistenceIds(Streams known) {
      return Set.of(persistenceId);
    }

    @Override
    public Object initial(String id) {
      return model.initial(id);
    }

    @Override
    public Object apply(String id, Object state, Object event) {
      return model.apply(id, state, event);
    }

    @Override
    public String streamFor(ServiceRequest.Write request) {
      return persistenceId;
    }

    @Override
    public Optional<ServiceReply.Rejected> admit(ServiceRequest.Write request, Streams states) {
      return Optional.empty();
    }

    @Override
    public ServiceReply read(ServiceRequest.Read request, Streams states) {
      return new ServiceReply.PointDirectory(List.of());
    }
  }
}
