package mainstay.node;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
import mainstay.protocol.model.Failures;
import mainstay.protocol.model.Principal;
import mainstay.protocol.model.Role;
import mainstay.protocol.model.ServiceName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a service of the server's own for a moment before it joins: takes a term, writes and reads points beside each
 * other through the same host, entities, journal and term check that a takeover uses, is activated anew over what it
 * wrote, lets every message of that cross a network, removes what it wrote, and loses a session of each database. Without
 * it the first takeover of a server and the first death of a database cost hundreds of milliseconds more. Where databases
 * fail meanwhile the server goes on without it: it may be the last one that there is.
 */
final class WarmUp {
  private static final Logger log = LoggerFactory.getLogger("mainstay.server");
  private static final Principal SYSTEM = new Principal("system", Role.ADMIN);
  private static final int READ_EVERY = 4;
  static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String REASON = "warm-up";

  /** Written beside each other, more than the journal has lanes, so that all of those and their sessions get work. */
  private static final int POINTS = 16;

  /** A process that has served before has compiled its code: it only opens its sessions again and asks the journal. */
  private static final int SHARE_OF_A_RETURN = 8;

  private WarmUp() {}

  /** @return how many requests a server makes before it joins; 0 for no warm-up at all */
  static int writes(Config config, boolean newProcess) {
    int writes = config.getInt("mainstay.server.warm-up-writes");
    return newProcess ? writes : (writes + SHARE_OF_A_RETURN - 1) / SHARE_OF_A_RETURN;
  }

  /**
   * With an {@link EngineWarmUp} beside it in a new process.
   *
   * @param writes as from {@link #writes}; every fourth is a read
   * @throws IllegalStateException if another process runs under the name of this server
   */
  static void run(
      ActorSystem<?> system,
      ServerSettings settings,
      String incarnation,
      int writes,
      boolean newProcess)
      throws InterruptedException {
    long begun = System.nanoTime();
    try {
      var engine = newProcess
          ? EngineWarmUp.start(system, settings.config(), settings.self(), incarnation)
          : CompletableFuture.completedFuture(Done.getInstance());
      serveAndLose(system, settings, incarnation, writes);
      engine.get();
      log.info(
          "server={} warmed up with {} writes in {} ms",
          settings.self(),
          writes,
          Duration.ofNanos(System.nanoTime() - begun).toMillis());
    } catch (ExecutionException | TimeoutException e) {
      log.warn(
          "server={} has not warmed up, so its first takeover will take longer: {}",
          settings.self(),
          e instanceof TimeoutException
              ? "it did not end within " + LIMIT.toSeconds() + " s"
              : Failures.message(e));
    }
  }

  private static void serveAndLose(
      ActorSystem<?> system, ServerSettings settings, String incarnation, int writes)
      throws ExecutionException, InterruptedException, TimeoutException {
    var service = new ServiceName("warm-up/" + settings.self());
    var points = IntStream.range(0, POINTS)
        .mapToObj(i -> "warm-up-" + settings.self() + "-" + incarnation + "-" + i)
        .toList();
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
            context -> serve(context, settings, taken.activation(), points, writes, done)),
        "warm-up",
        Props.empty());
    try {
      done.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      actor.tell(new Stop());
    }
    var scratch = new ScratchStreams(Databases.get(system));
    for (var point : points) {
      scratch
          .remove(ConfigurationStateModel.pointPersistenceId(point))
          .toCompletableFuture()
          .get();
    }
    new Rehearsal(Databases.get(system)).loseSessions().toCompletableFuture().get();
  }

  private sealed interface Step {}

  private record HostSaid(ClusterOverview.Message message) implements Step {}

  /** What the host tells a standby. */
  private record Fed(ServiceHost.Message message) implements Step {}

  private record Answered(ServiceHost.Delivered delivered) implements Step {}

  private record Stop() implements Step {}

  private static Behavior<Step> serve(
      ActorContext<Step> context,
      ServerSettings settings,
      Activation activation,
      List<String> points,
      int writes,
      CompletableFuture<Done> done) {
    var clock = Clock.systemUTC();
    var configuration =
        new ConfigurationService(context.getSystem(), clock, settings.serverList(), Set.of());
    var environment = new HostEnvironment(
        settings.self(),
        new JdbcTermStore(Databases.get(context.getSystem()), clock),
        clock,
        HostEnvironment.Settings.from(settings.config()));
    var work = new Work(
        new ScratchModel(points),
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
    host.tell(new HostControl.Activate(activation, REASON, 0, false));
    return new Rounds(
            new Wire(context.getSystem()),
            activation.service(),
            host,
            context.messageAdapter(ServiceHost.Delivered.class, Answered::new),
            new ServiceHost.Follow(
                settings.self(),
                activation.term(),
                context.messageAdapter(ServiceHost.Message.class, Fed::new)),
            points,
            writes,
            done)
        .behavior();
  }

  /** As many requests under way as there are points, until all are answered; half way through, an activation anew. */
  private static final class Rounds {
    private final Wire wire;
    private final ServiceName service;
    private final ActorRef<ServiceHost.Message> host;
    private final ActorRef<ServiceHost.Delivered> answers;
    private final ServiceHost.Follow follow;
    private final List<String> points;
    private final int writes;
    private final CompletableFuture<Done> done;
    private long generation;
    private int asked;
    private int answered;

    Rounds(
        Wire wire,
        ServiceName service,
        ActorRef<ServiceHost.Message> host,
        ActorRef<ServiceHost.Delivered> answers,
        ServiceHost.Follow follow,
        List<String> points,
        int writes,
        CompletableFuture<Done> done) {
      this.wire = wire;
      this.service = service;
      this.host = host;
      this.answers = answers;
      this.follow = follow;
      this.points = points;
      this.writes = writes;
      this.done = done;
    }

    Behavior<Step> behavior() {
      return Behaviors.receive(Step.class)
          .onMessage(HostSaid.class, said -> {
            if (said.message() instanceof HostControl.HostReport report
                && report.report().state() == ServiceHost.State.ACTIVE
                && report.report().generation() > generation) {
              generation = report.report().generation();
              host.tell(wire.cross(follow));
              begin();
            }
            return Behaviors.same();
          })
          .onMessage(Fed.class, fed -> {
            wire.cross(fed.message());
            return Behaviors.same();
          })
          .onMessage(Answered.class, answer -> {
            wire.cross(answer.delivered());
            if (answer.delivered().active()) {
              answered();
            } else {
              done.completeExceptionally(new IllegalStateException(
                  "the journal did not take its writes; the log before this line says why"));
            }
            return Behaviors.same();
          })
          .onMessage(Stop.class, stop -> Behaviors.stopped())
          .onSignal(PostStop.class, stopped -> {
            done.completeExceptionally(
                new IllegalStateException("it failed; the log before this line says why"));
            return Behaviors.same();
          })
          .build();
    }

    private int until() {
      return generation == 1 ? writes / 2 : writes;
    }

    private void begin() {
      while (asked < until() && asked - answered < points.size()) {
        ask();
      }
      if (asked == answered) {
        ended();
      }
    }

    private void answered() {
      answered++;
      if (asked < until()) {
        ask();
      } else if (asked == answered) {
        ended();
      }
    }

    private void ended() {
      if (generation == 1) {
        host.tell(new HostControl.Suspend(REASON));
        host.tell(new HostControl.Resume());
      } else {
        wire.crossMessagesOfMoves(service, follow.term(), follow.server());
        done.complete(Done.getInstance());
      }
    }

    private void ask() {
      var point = points.get(asked % points.size());
      asked++;
      ServiceRequest request = asked % READ_EVERY == 0
          ? new Points.GetValue(point)
          : new Points.SetValue(point, asked, Precondition.NONE);
      host.tell(wire.cross(new ServiceHost.Deliver("warm-up-" + asked, SYSTEM, request, answers)));
    }
  }

  /** Points without a configuration around them. */
  private static final class ScratchModel implements StateModel {
    private final StateModel model = new ConfigurationStateModel();
    private final Set<String> persistenceIds;

    ScratchModel(List<String> points) {
      this.persistenceIds = points.stream()
          .map(ConfigurationStateModel::pointPersistenceId)
          .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Set<String> persistenceIds(Streams known) {
      return persistenceIds;
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
      return model.streamFor(request);
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
