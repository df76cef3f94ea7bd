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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import mainstay.node.failover.AgentControl;
import mainstay.node.failover.core.Decision;
import mainstay.node.failover.core.FailoverPolicy;
import mainstay.node.failover.core.ServiceView;
import mainstay.node.supervisor.core.Drill;
import mainstay.node.supervisor.core.DrillCourse;
import mainstay.node.supervisor.core.DrillPlan;
import mainstay.node.supervisor.core.DrillReporting;
import mainstay.node.supervisor.core.DrillRules;
import mainstay.node.supervisor.core.SupervisorEvent;
import mainstay.node.supervisor.core.SupervisorEvent.DrillBegun;
import mainstay.node.supervisor.core.SupervisorEvent.DrillFinished;
import mainstay.node.supervisor.core.SupervisorEvent.DrillStarted;
import mainstay.node.supervisor.core.SupervisorEvent.DrillTermSeen;
import mainstay.node.supervisor.core.SupervisorEvent.MoveFinished;
import mainstay.node.supervisor.core.SupervisorEvent.MoveStarted;
import mainstay.node.supervisor.core.SupervisorState;
import mainstay.node.supervisor.core.SwitchoverRules;
import mainstay.persistence.term.TermStore;
import mainstay.protocol.message.ClusterOverview;
import mainstay.protocol.message.ClusterStatus;
import mainstay.protocol.message.ClusterSupervisor.Command;
import mainstay.protocol.message.ClusterSupervisor.DrillReply;
import mainstay.protocol.message.ClusterSupervisor.DrillReports;
import mainstay.protocol.message.ClusterSupervisor.GetDrill;
import mainstay.protocol.message.ClusterSupervisor.GetDrills;
import mainstay.protocol.message.ClusterSupervisor.GetOperation;
import mainstay.protocol.message.ClusterSupervisor.GetTerms;
import mainstay.protocol.message.ClusterSupervisor.Message;
import mainstay.protocol.message.ClusterSupervisor.OperationReply;
import mainstay.protocol.message.ClusterSupervisor.StartDrill;
import mainstay.protocol.message.ClusterSupervisor.Switchover;
import mainstay.protocol.message.ClusterSupervisor.Term;
import mainstay.protocol.message.ClusterSupervisor.Terms;
import mainstay.protocol.message.FailoverAgent;
import mainstay.protocol.message.LiveEvent;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.DrillKind;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster's one head, a singleton among the voters: carries out planned moves, failback and drills. The history of terms is
 * not its own: it only reads {@link TermStore#history}. Nothing waits for it in a crash. Its journal is fenced by a term
 * of its own, so a second one that a cut left behind can store nothing.
 */
public final class ClusterSupervisorActor
    extends EventSourcedBehavior<Message, SupervisorEvent, SupervisorState> {
  private static final Logger log = LoggerFactory.getLogger("mainstay.supervisor");
  private static final Duration ASK_CRASH = Duration.ofSeconds(2);
  /** Of one drill that are looked up at a time; there is hardly ever more than one. */
  private static final long MOST_TERMS = 100;

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

  /**
   * @param agentOf the failover agent of any server, by name
   * @param databases the databases as this server knows them
   */
  public record Environment(
      ServerId self,
      String incarnation,
      TermStore terms,
      ActorRef<ClusterOverview.Message> localAgent,
      Function<ServerId, Optional<ActorRef<ClusterOverview.Message>>> agentOf,
      Function<Activation, EventAdapter<SupervisorEvent, Object>> fencing,
      Supplier<List<ClusterStatus.Database>> databases,
      Settings settings,
      DrillCourse.Limits drillLimits,
      Clock clock) {}

  private record Views(AgentControl.Views views) implements Message {}

  private record MoveAnswered(FailoverAgent.HandOverResult result) implements Message {}

  private record MoveTimedOut(String operation) implements Message {}

  private record CrashAnswered(StartDrill request, Optional<String> refusal) implements Message {}

  private record DrillTermsRead(
      String drill,
      DrillCourse.Step.LookUpTerm wanted,
      List<TermStore.HistoryEntry> entries,
      Throwable failure)
      implements Message {}

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

  private boolean lookingUpTerms;

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
        .onCommand(StartDrill.class, this::onStartDrill)
        .onCommand(CrashAnswered.class, this::onCrashAnswered)
        .onCommand(DrillTermsRead.class, this::onDrillTermsRead)
        .onCommand(GetDrill.class, this::onGetDrill)
        .onCommand(GetDrills.class, (state, get) -> {
          get.replyTo()
              .tell(new DrillReports(state.drills(get.service(), get.limit()).stream()
                  .map(DrillReporting::of)
                  .toList()));
          return Effect().none();
        })
        .onCommand(MoveAnswered.class, this::onMoveAnswered)
        .onCommand(MoveTimedOut.class, this::onMoveTimedOut)
        .build();
  }

  /** Read where every term is noted in the transaction that takes it, so that none can be missing. */
  private Effect<SupervisorEvent, SupervisorState> onGetTerms(SupervisorState state, GetTerms get) {
    environment.terms().history(get.service(), get.limit()).whenComplete((entries, failure) -> {
      if (failure == null) {
        get.replyTo().tell(new Terms(terms(entries)));
      } else {
        log.warn(
            "service={} the history of terms could not be read: {}",
            get.service(),
            failure.toString());
      }
    });
    return Effect().none();
  }

  private static List<Term> terms(List<TermStore.HistoryEntry> entries) {
    return entries.stream()
        .map(entry -> new Term(
            entry.activation().term(), entry.activation().server(), entry.at(), entry.why()))
        .toList();
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
      if (decision(state, view) instanceof Decision.HandOver handOver
          && state.running(service).isEmpty()
          && view.view().lastTerm() >= movedTo.getOrDefault(service, 0L)
          && now - retryAtNanos.getOrDefault(service, now) >= 0) {
        var from = view.view().active().orElseThrow();
        var started = moveOfOurOwn(view.view(), from, handOver.successor(), handOver.why());
        events.add(started);
        moves.add(order(started, handOver.rule(), false));
      }
    }
    return events.isEmpty() && state.runningDrill().isPresent()
        ? proceed(state, state.runningDrill().get())
        : Effect().persist(events).thenRun(stored -> moves.forEach(this::send));
  }

  private MoveStarted moveOfOurOwn(ServiceView view, ServerId from, ServerId to, String why) {
    return new MoveStarted(
        UUID.randomUUID().toString(),
        view.service(),
        from,
        to,
        view.lastTerm(),
        why,
        "",
        "",
        environment.clock().instant());
  }

  /** While a drill wants the service where it is, the rules of failback see it as held there. */
  private Decision decision(SupervisorState state, AgentControl.View view) {
    boolean kept = state
        .runningDrill()
        .filter(drill -> drill.service().equals(view.view().service())
            && drill.keepsFromReturning(environment.clock().instant()))
        .isPresent();
    return kept ? FailoverPolicy.decide(view.view().asHeld()) : view.decision();
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
      request.replyTo().tell(refused(unseen(request.service())));
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

  private Rejected unseen(ServiceName service) {
    return views.isEmpty()
        ? Rejected.of(
            Reason.NO_ACTIVE_SERVER,
            "the supervisor has just begun on " + environment.self()
                + " and sees no service yet; ask again in a moment")
        : Rejected.of(Reason.NOT_FOUND, "there is no service " + service);
  }

  // ---- drills

  private Effect<SupervisorEvent, SupervisorState> onStartDrill(
      SupervisorState state, StartDrill request) {
    return startDrill(state, request, request.request().kind() == DrillKind.CRASH);
  }

  private Effect<SupervisorEvent, SupervisorState> onCrashAnswered(
      SupervisorState state, CrashAnswered answer) {
    if (answer.refusal().isPresent()) {
      answer
          .request()
          .replyTo()
          .tell(noDrill(Rejected.of(Reason.REFUSED_BY_RULE, answer.refusal().get())));
      return Effect().none();
    }
    return startDrill(state, answer.request(), false);
  }

  /** @param ask whether the server that is to die has to be asked first; what it said is checked with all the rest */
  private Effect<SupervisorEvent, SupervisorState> startDrill(
      SupervisorState state, StartDrill start, boolean ask) {
    var request = start.request();
    var known = state.drillByRequest(start.requestId());
    if (known.isPresent()) {
      start
          .replyTo()
          .tell(DrillRules.sameDrill(known.get(), request)
              .map(ClusterSupervisorActor::noDrill)
              .orElseGet(() -> report(known.get())));
      return Effect().none();
    }
    var view = views.get(request.service());
    if (view == null) {
      start.replyTo().tell(noDrill(unseen(request.service())));
      return Effect().none();
    }
    var situation = new DrillRules.Situation(
        view.view(),
        state.running().stream().map(move -> move.operation().service().value()).toList(),
        state.runningDrill(),
        environment.databases().get());
    var ruling =
        DrillRules.rule(request, situation, start.requestId(), start.principal().name());
    if (ruling.plan().isEmpty()) {
      start.replyTo().tell(new DrillReply(Optional.empty(), ruling.refusal()));
      return Effect().none();
    }
    var plan = ruling.plan().get();
    if (ask) {
      askCrash(start, plan);
      return Effect().none();
    }
    var started =
        new DrillStarted(UUID.randomUUID().toString(), plan, environment.clock().instant());
    return Effect().persist(started).thenRun(stored -> {
      log.info(
          "service={} drill={} kind={} from={} to={} by {}",
          plan.service(),
          started.drill(),
          request.kind().word(),
          plan.before(),
          plan.to(),
          plan.requestedBy());
      start.replyTo().tell(report(stored.drill(started.drill()).orElseThrow()));
    });
  }

  private void askCrash(StartDrill start, DrillPlan plan) {
    environment
        .agentOf()
        .apply(plan.before())
        .ifPresentOrElse(
            agent -> context.ask(
                FailoverAgent.CrashAnswer.class,
                agent,
                ASK_CRASH,
                replyTo -> new FailoverAgent.AskCrash(plan.service(), plan.term(), replyTo),
                (answer, failure) -> new CrashAnswered(
                    start,
                    failure == null
                        ? answer.refusal()
                        : Optional.of(plan.before() + " did not say within " + ASK_CRASH.toMillis()
                            + " ms whether its process may die"))),
            () -> context
                .getSelf()
                .tell(new CrashAnswered(
                    start, Optional.of(plan.before() + " is not there any more"))));
  }

  private Effect<SupervisorEvent, SupervisorState> proceed(SupervisorState state, Drill drill) {
    var seen = views.get(drill.service());
    if (seen == null) {
      return views.isEmpty()
          ? Effect().none()
          : finish(
              drill,
              new DrillCourse.Step.Finish(
                  false, "there is no service " + drill.service() + " any more"));
    }
    var view = seen.view();
    var sight = new DrillCourse.Sight(
        view,
        decision(state, seen),
        seen.activeSince(),
        mayNotMoveYet(state, view),
        drill.operation().flatMap(state::operation),
        environment.databases().get());
    var now = environment.clock().instant();
    var step = DrillCourse.next(drill, sight, environment.drillLimits(), now);
    if (step instanceof DrillCourse.Step.Move move) {
      return moveInDrill(drill, view, move);
    }
    if (step instanceof DrillCourse.Step.Crash) {
      return Effect()
          .persist(new DrillBegun(drill.id(), Optional.empty(), now))
          .thenRun(stored -> letDie(drill));
    }
    if (step instanceof DrillCourse.Step.LookUpTerm wanted) {
      lookUpTerms(drill, wanted);
      return Effect().none();
    }
    return step instanceof DrillCourse.Step.Finish end
        ? finish(drill, end)
        : Effect().none();
  }

  /** What was seen before a move that is done, or too soon after one that failed, is no ground for the next. */
  private boolean mayNotMoveYet(SupervisorState state, ServiceView view) {
    var service = view.service();
    long now = System.nanoTime();
    return state.running(service).isPresent()
        || view.lastTerm() < movedTo.getOrDefault(service, 0L)
        || now - retryAtNanos.getOrDefault(service, now) < 0;
  }

  private Effect<SupervisorEvent, SupervisorState> moveInDrill(
      Drill drill, ServiceView view, DrillCourse.Step.Move move) {
    boolean first = drill.begunAt().isEmpty();
    var started = moveOfOurOwn(
        view,
        view.active().orElseThrow(),
        move.to(),
        (first ? "drill by " : "end of the drill by ") + drill.plan().requestedBy());
    var events = new ArrayList<SupervisorEvent>(List.of(started));
    if (first) {
      events.add(new DrillBegun(drill.id(), Optional.of(started.operation()), started.at()));
    }
    return Effect().persist(events).thenRun(stored -> send(order(started, 0, move.held())));
  }

  private void letDie(Drill drill) {
    var plan = drill.plan();
    log.info(
        "service={} drill={} the process of {} dies", plan.service(), drill.id(), plan.before());
    environment
        .agentOf()
        .apply(plan.before())
        .ifPresent(agent -> agent.tell(new FailoverAgent.Crash(
            plan.service(), plan.term(), "drill by " + plan.requestedBy())));
  }

  private void lookUpTerms(Drill drill, DrillCourse.Step.LookUpTerm wanted) {
    if (lookingUpTerms) {
      return;
    }
    lookingUpTerms = true;
    int limit = (int) Math.min(MOST_TERMS, wanted.term() - drill.lastTerm());
    context.pipeToSelf(
        environment.terms().history(drill.service(), limit),
        (entries, failure) -> new DrillTermsRead(drill.id(), wanted, entries, failure));
  }

  /** If the database did not tell, the next look asks again. */
  private Effect<SupervisorEvent, SupervisorState> onDrillTermsRead(
      SupervisorState state, DrillTermsRead read) {
    lookingUpTerms = false;
    var drill = state.drill(read.drill()).filter(Drill::running);
    if (read.failure() != null || drill.isEmpty()) {
      return Effect().none();
    }
    var now = environment.clock().instant();
    return Effect()
        .persist(DrillCourse.termsSince(drill.get(), read.wanted(), terms(read.entries())).stream()
            .<SupervisorEvent>map(term -> new DrillTermSeen(drill.get().id(), term, now))
            .toList());
  }

  private Effect<SupervisorEvent, SupervisorState> finish(
      Drill drill, DrillCourse.Step.Finish end) {
    log.info(
        "service={} drill={} {} why=\"{}\"",
        drill.service(),
        drill.id(),
        end.passed() ? "passed" : "failed",
        end.why());
    return Effect()
        .persist(new DrillFinished(
            drill.id(), end.passed(), end.why(), environment.clock().instant()));
  }

  private Effect<SupervisorEvent, SupervisorState> onGetDrill(SupervisorState state, GetDrill get) {
    get.replyTo()
        .tell(state
            .drill(get.drill())
            .filter(drill -> drill.service().equals(get.service()))
            .map(ClusterSupervisorActor::report)
            .orElseGet(() -> noDrill(Rejected.of(
                Reason.NOT_FOUND,
                "no drill " + get.drill() + " of service " + get.service() + " among the newest "
                    + SupervisorState.DRILLS))));
    return Effect().none();
  }

  private static DrillReply report(Drill drill) {
    return new DrillReply(Optional.of(DrillReporting.of(drill)), Optional.empty());
  }

  private static DrillReply noDrill(Rejected refusal) {
    return new DrillReply(Optional.empty(), Optional.of(refusal));
  }

  // ---- planned moves

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
