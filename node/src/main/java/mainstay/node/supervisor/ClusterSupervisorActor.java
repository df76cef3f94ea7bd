package mainstay.node.supervisor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.eventstream.EventStream;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.RecoveryCompleted;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.RetentionCriteria;
import akka.persistence.typed.javadsl.SignalHandler;
import com.typesafe.config.Config;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import mainstay.node.failover.AgentControl;
import mainstay.node.failover.core.Decision;
import mainstay.node.supervisor.core.SupervisorEvent;
import mainstay.node.supervisor.core.SupervisorEvent.MoveFinished;
import mainstay.node.supervisor.core.SupervisorEvent.MoveStarted;
import mainstay.node.supervisor.core.SupervisorState;
import mainstay.node.supervisor.core.SwitchoverRules;
import mainstay.persistence.term.TermStore;
import mainstay.protocol.message.ClusterOverview;
import mainstay.protocol.message.ClusterSupervisor.Command;
import mainstay.protocol.message.ClusterSupervisor.GetOperation;
import mainstay.protocol.message.ClusterSupervisor.GetTerms;
import mainstay.protocol.message.ClusterSupervisor.Message;
import mainstay.protocol.message.ClusterSupervisor.OperationReply;
import mainstay.protocol.message.ClusterSupervisor.Switchover;
import mainstay.protocol.message.ClusterSupervisor.Term;
import mainstay.protocol.message.ClusterSupervisor.Terms;
import mainstay.protocol.message.FailoverAgent;
import mainstay.protocol.message.LiveEvent;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster's one head, a singleton among the voters: carries out planned moves and failback. The history of terms is
 * not its own: it only reads {@link TermStore#history}. Nothing waits for it in a crash. Its journal is fenced by a term
 * of its own, so a second one that a cut left behind can store nothing.
 */
public final class ClusterSupervisorActor
    extends EventSourcedBehavior<Message, SupervisorEvent, SupervisorState> {
  private static final Logger log = LoggerFactory.getLogger("mainstay.supervisor");
  private static final PersistenceId ID = PersistenceId.ofUniqueId("supervisor|main");

  /**
   * Section {@code mainstay.supervisor}.
   *
   * @param moveTimeout after which a move whose servers say nothing counts as failed; longer than a hand-over
   * @param moveRetry between a failed move and the next attempt that the rules ask for
   * @param restart between two attempts to begin, while the database does not answer
   */
  public record Settings(Duration moveTimeout, Duration moveRetry, Duration restart) {
    public static Settings from(Config config) {
      var section = config.getConfig("mainstay.supervisor");
      return new Settings(
          section.getDuration("move-timeout"),
          section.getDuration("move-retry"),
          section.getDuration("restart"));
    }
  }

  /** @param agentOf the failover agent of any server, by name */
  public record Environment(
      ServerId self,
      String incarnation,
      TermStore terms,
      ActorRef<ClusterOverview.Message> localAgent,
      Function<ServerId, Optional<ActorRef<ClusterOverview.Message>>> agentOf,
      Function<Activation, EventAdapter<SupervisorEvent, Object>> fencing,
      Settings settings,
      Clock clock) {}

  private record Views(AgentControl.Views views) implements Message {}

  private record MoveAnswered(FailoverAgent.HandOverResult result) implements Message {}

  private record MoveTimedOut(String operation) implements Message {}

  private record TermTaken(TermStore.Take result, Throwable failure) implements Message {}

  private record CurrentTerm(Optional<Activation> current, Throwable failure) implements Message {}

  private record TryAgain() implements Message {}

  private final ActorContext<Message> context;
  private final TimerScheduler<Message> timers;
  private final Environment environment;
  private final Activation activation;
  private final Map<ServiceName, AgentControl.View> views = new HashMap<>();
  private final Map<ServiceName, Long> retryAtNanos = new HashMap<>();
  /** Terms that finished moves have reached; what the agent saw before them asks for nothing. */
  private final Map<ServiceName, Long> movedTo = new HashMap<>();

  private ClusterSupervisorActor(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      Environment environment,
      Activation activation) {
    super(ID);
    this.context = context;
    this.timers = timers;
    this.environment = environment;
    this.activation = activation;
  }

  /** Takes the supervisor's next term, then works in it; begins again whenever the journal refuses or fails. */
  public static Behavior<Command> create(Environment environment) {
    var begin = Behaviors.<Message>setup(context ->
        Behaviors.withTimers(timers -> Behaviors.withStash(1_000, stash -> {
          askForTerm(context, environment);
          return Behaviors.receive(Message.class)
              .onMessage(CurrentTerm.class, read -> {
                if (read.failure() != null) {
                  timers.startSingleTimer(new TryAgain(), environment.settings().restart());
                } else {
                  long current = read.current().map(Activation::term).orElse(0L);
                  context.pipeToSelf(
                      environment
                          .terms()
                          .take(
                              ServiceName.SUPERVISOR,
                              current,
                              environment.self(),
                              environment.incarnation(),
                              "cluster singleton",
                              false),
                      TermTaken::new);
                }
                return Behaviors.same();
              })
              .onMessage(TermTaken.class, taken -> {
                if (taken.result() instanceof TermStore.Taken won) {
                  log.info(
                      "server={} term={} is the cluster's supervisor",
                      environment.self(),
                      won.activation().term());
                  var work = context.spawnAnonymous(working(environment, won.activation()));
                  context.watch(work);
                  return stash.unstashAll(forwarding(work));
                }
                timers.startSingleTimer(new TryAgain(), environment.settings().restart());
                return Behaviors.same();
              })
              .onMessage(TryAgain.class, again -> {
                askForTerm(context, environment);
                return Behaviors.same();
              })
              .onAnyMessage(message -> {
                if (!stash.isFull()) {
                  stash.stash(message);
                }
                return Behaviors.same();
              })
              .build();
        })));
    return Behaviors.supervise(begin)
        .onFailure(SupervisorStrategy.restartWithBackoff(
            environment.settings().restart(),
            environment.settings().restart().multipliedBy(8),
            0.1))
        .<Command>narrow();
  }

  private static void askForTerm(ActorContext<Message> context, Environment environment) {
    context.pipeToSelf(
        environment.terms().current(ServiceName.SUPERVISOR),
        (current, failure) ->
            new CurrentTerm(current == null ? Optional.empty() : current, failure));
  }

  /** The worker's end is the end of its term here: not handled, so it restarts all of this. */
  private static Behavior<Message> forwarding(ActorRef<Message> work) {
    return Behaviors.receive(Message.class)
        .onAnyMessage(message -> {
          work.tell(message);
          return Behaviors.same();
        })
        .build();
  }

  private static Behavior<Message> working(Environment environment, Activation activation) {
    return Behaviors.setup(context -> Behaviors.withTimers(
        timers -> new ClusterSupervisorActor(context, timers, environment, activation)));
  }

  @Override
  public SupervisorState emptyState() {
    return SupervisorState.EMPTY;
  }

  @Override
  public EventHandler<SupervisorState, SupervisorEvent> eventHandler() {
    return SupervisorState::apply;
  }

  @Override
  public EventAdapter<SupervisorEvent, ?> eventAdapter() {
    return environment.fencing().apply(activation);
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(200, 2);
  }

  @Override
  public SignalHandler<SupervisorState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), state -> {
          state.running().forEach(move -> awaitEnd(move.operation().id()));
          environment
              .localAgent()
              .tell(new AgentControl.Watch(
                  context.messageAdapter(AgentControl.Views.class, Views::new)));
        })
        .build();
  }

  @Override
  public CommandHandler<Message, SupervisorEvent, SupervisorState> commandHandler() {
    return newCommandHandlerBuilder()
        .forAnyState()
        .onCommand(Views.class, this::onViews)
        .onCommand(Switchover.class, this::onSwitchover)
        .onCommand(GetOperation.class, (state, get) -> {
          get.replyTo()
              .tell(state
                  .operation(get.operation())
                  .map(operation -> new OperationReply(Optional.of(operation), Optional.empty()))
                  .orElseGet(() -> refused(Rejected.of(
                      Reason.NOT_FOUND,
                      "no operation " + get.operation() + " among the newest "
                          + SupervisorState.OPERATIONS))));
          return Effect().none();
        })
        .onCommand(GetTerms.class, this::onGetTerms)
        .onCommand(MoveAnswered.class, this::onMoveAnswered)
        .onCommand(MoveTimedOut.class, this::onMoveTimedOut)
        .build();
  }

  /** Read where every term is noted in the transaction that takes it, so that none can be missing. */
  private Effect<SupervisorEvent, SupervisorState> onGetTerms(SupervisorState state, GetTerms get) {
    environment.terms().history(get.service(), get.limit()).whenComplete((entries, failure) -> {
      if (failure == null) {
        get.replyTo()
            .tell(new Terms(entries.stream()
                .map(entry -> new Term(
                    entry.activation().term(),
                    entry.activation().server(),
                    entry.at(),
                    entry.why()))
                .toList()));
      } else {
        log.warn(
            "service={} the history of terms could not be read: {}",
            get.service(),
            failure.toString());
      }
    });
    return Effect().none();
  }

  private static OperationReply refused(Rejected refusal) {
    return new OperationReply(Optional.empty(), Optional.of(refusal));
  }

  private Effect<SupervisorEvent, SupervisorState> onViews(SupervisorState state, Views message) {
    views.clear();
    var events = new ArrayList<SupervisorEvent>();
    var moves = new ArrayList<FailoverAgent.HandOver>();
    long now = System.nanoTime();
    for (var view : message.views().services()) {
      var service = view.view().service();
      views.put(service, view);
      if (view.decision() instanceof Decision.HandOver handOver
          && state.running(service).isEmpty()
          && view.view().lastTerm() >= movedTo.getOrDefault(service, 0L)
          && now - retryAtNanos.getOrDefault(service, now) >= 0) {
        var from = view.view().active().orElseThrow();
        var started = new MoveStarted(
            UUID.randomUUID().toString(),
            service,
            from,
            handOver.successor(),
            view.view().lastTerm(),
            handOver.why(),
            "",
            "",
            environment.clock().instant());
        events.add(started);
        moves.add(order(started, handOver.rule(), false));
      }
    }
    return Effect().persist(events).thenRun(stored -> moves.forEach(this::send));
  }

  private Effect<SupervisorEvent, SupervisorState> onSwitchover(
      SupervisorState state, Switchover request) {
    var known = state.byRequest(request.requestId());
    if (known.isPresent()) {
      request
          .replyTo()
          .tell(SwitchoverRules.sameMove(known.get(), request.service(), request.to())
              .map(ClusterSupervisorActor::refused)
              .orElseGet(() -> new OperationReply(known, Optional.empty())));
      return Effect().none();
    }
    var view = views.get(request.service());
    if (view == null) {
      request
          .replyTo()
          .tell(refused(
              views.isEmpty()
                  ? Rejected.of(
                      Reason.NO_ACTIVE_SERVER,
                      "the supervisor has just begun on " + environment.self()
                          + " and sees no service yet; ask again in a moment")
                  : Rejected.of(Reason.NOT_FOUND, "there is no service " + request.service())));
      return Effect().none();
    }
    var ruling = SwitchoverRules.rule(
        view.view(), request.to(), state.running(request.service()).isPresent());
    if (ruling.move().isEmpty()) {
      request.replyTo().tell(new OperationReply(Optional.empty(), ruling.refusal()));
      return Effect().none();
    }
    var move = ruling.move().get();
    var started = new MoveStarted(
        UUID.randomUUID().toString(),
        request.service(),
        move.from(),
        move.to(),
        view.view().lastTerm(),
        "switchover by " + request.principal().name(),
        request.requestId(),
        request.principal().name(),
        environment.clock().instant());
    return Effect().persist(started).thenRun(stored -> {
      request
          .replyTo()
          .tell(new OperationReply(stored.operation(started.operation()), Optional.empty()));
      send(order(started, 0, move.held()));
    });
  }

  private FailoverAgent.HandOver order(MoveStarted started, int rule, boolean held) {
    return new FailoverAgent.HandOver(
        started.operation(),
        started.service(),
        started.term(),
        started.to(),
        started.why(),
        rule,
        held,
        context.messageAdapter(FailoverAgent.HandOverResult.class, MoveAnswered::new));
  }

  private void send(FailoverAgent.HandOver order) {
    var from = views.get(order.service()).view().active();
    log.info(
        "service={} term={} moving {} to {} why=\"{}\"",
        order.service(),
        order.term(),
        from.map(ServerId::value).orElse("?"),
        order.to(),
        order.why());
    awaitEnd(order.operation());
    from.flatMap(environment.agentOf())
        .ifPresentOrElse(
            agent -> agent.tell(order),
            () -> context
                .getSelf()
                .tell(new MoveAnswered(new FailoverAgent.HandOverResult(
                    order.operation(),
                    false,
                    0,
                    0,
                    from.map(server -> server + " is not there any more")
                        .orElse("nobody is active any more")))));
  }

  private void awaitEnd(String operation) {
    timers.startSingleTimer(
        operation, new MoveTimedOut(operation), environment.settings().moveTimeout());
  }

  private Effect<SupervisorEvent, SupervisorState> onMoveAnswered(
      SupervisorState state, MoveAnswered answer) {
    var result = answer.result();
    timers.cancel(result.operation());
    if (result.done()) {
      state
          .operation(result.operation())
          .ifPresent(move -> movedTo.put(move.service(), result.term()));
    }
    return finish(state, result.operation(), result.done(), result.detail(), result.pauseMillis());
  }

  /** No answer: what happened is what can be seen. */
  private Effect<SupervisorEvent, SupervisorState> onMoveTimedOut(
      SupervisorState state, MoveTimedOut timeout) {
    var operation = state.operation(timeout.operation());
    boolean arrived = operation
        .filter(move -> Optional.ofNullable(views.get(move.service()))
            .flatMap(view -> view.view().active())
            .filter(move.to()::equals)
            .isPresent())
        .isPresent();
    return finish(
        state,
        timeout.operation(),
        arrived,
        arrived
            ? "moved; the predecessor did not say how long it took"
            : "no answer within " + environment.settings().moveTimeout().toMillis() + " ms",
        0);
  }

  private Effect<SupervisorEvent, SupervisorState> finish(
      SupervisorState state, String id, boolean done, String detail, long pauseMillis) {
    var operation = state.operation(id).filter(running -> running.state().equals("running"));
    if (operation.isEmpty()) {
      return Effect().none();
    }
    var service = operation.get().service();
    if (!done) {
      retryAtNanos.put(
          service, System.nanoTime() + environment.settings().moveRetry().toNanos());
    }
    log.info(
        "service={} move to {} {} pauseMillis={} detail=\"{}\"",
        service,
        operation.get().to(),
        done ? "done" : "failed",
        pauseMillis,
        detail);
    return Effect()
        .persist(
            new MoveFinished(id, done, detail, pauseMillis, environment.clock().instant()))
        .thenRun(stored -> context
            .getSystem()
            .eventStream()
            .tell(new EventStream.Publish<>(new LiveEvent(
                "operation-finished",
                environment.clock().instant(),
                Map.of(
                    "operation",
                    id,
                    "service",
                    service.value(),
                    "state",
                    done ? "done" : "failed",
                    "detail",
                    detail,
                    "pauseMillis",
                    Long.toString(pauseMillis))))));
  }
}
