package mainstay.node.host;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.ReceiveBuilder;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import mainstay.protocol.message.ClusterOverview;
import mainstay.protocol.message.FailoverAgent.HandOverResult;
import mainstay.protocol.message.ServiceHost.AcceptService;
import mainstay.protocol.message.ServiceHost.Deliver;
import mainstay.protocol.message.ServiceHost.Delivered;
import mainstay.protocol.message.ServiceHost.Message;
import mainstay.protocol.message.ServiceHost.Report;
import mainstay.protocol.message.ServiceHost.ServiceAccepted;
import mainstay.protocol.message.ServiceHost.State;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.Position;
import mainstay.protocol.model.ServiceName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one service on one server. What the service does is the subclass's; when it may do it is decided here.
 *
 * <pre>
 * SYNCHRONISING, STANDBY: Activate -> ACTIVATING; AcceptService at an equal position -> (term taken) Activate
 * ACTIVATING: state up to date -> ACTIVE
 * ACTIVE: MoveTo -> DRAINING; Suspend, failed write -> SUSPENDED; newer term -> SYNCHRONISING
 * DRAINING: accepted -> SYNCHRONISING; refused or no answer -> SUSPENDED and Resume
 * SUSPENDED: Resume and the database confirms the term -> ACTIVATING in the same term, next generation;
 *            the database has a newer term -> SYNCHRONISING
 * </pre>
 */
abstract class ServiceHostActor extends AbstractBehavior<Message> {
  private static final Logger log = LoggerFactory.getLogger("mainstay.service");
  private static final String VERIFY_TIMER = "verify-term";
  private static final String HAND_OVER_TIMER = "hand-over";

  protected final ServiceName service;
  protected final HostEnvironment environment;
  private final ActorRef<ClusterOverview.Message> agent;
  protected final TimerScheduler<Message> timers;

  private State state = State.SYNCHRONISING;
  private Optional<Activation> activation = Optional.empty();
  private long knownTerm;
  private long generation;
  private String why = "";
  private String stateReason = "";
  private int rule;
  private boolean held;
  private boolean mayAct = true;
  private Instant since;
  private Optional<HandingOver> handingOver = Optional.empty();
  private Optional<AcceptService> accepting = Optional.empty();

  private record HandingOver(HostControl.MoveTo move, long startedNanos) {}

  private record VerifyTerm() implements Message {}

  private record TermRead(Activation asked, Optional<Activation> stored, Throwable failure)
      implements Message {}

  private record HandOverTimedOut(String operation) implements Message {}

  protected ServiceHostActor(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      ServiceName service,
      HostEnvironment environment,
      ActorRef<ClusterOverview.Message> agent) {
    super(context);
    this.timers = timers;
    this.service = service;
    this.environment = environment;
    this.agent = agent;
    this.since = environment.clock().instant();
  }

  // ---- what a service does

  /** Brings the state up to date with the journal, then calls {@link #caughtUp}. The term is held already. */
  protected abstract void catchUp(Activation activation);

  protected abstract void startWork(Activation activation);

  /** Stops at once; what runs may still be stored, but nothing is acknowledged. */
  protected abstract void stopWork();

  /** Finishes what runs, accepts nothing more, then calls {@link #drained}. */
  protected abstract void drain();

  protected abstract Position position();

  /** 0 synchronised, 1 following but behind, 2 loading. Asked only while this server does not serve. */
  protected abstract int synchronisationMode();

  protected abstract long behind();

  /** A request while this server is active. */
  protected abstract void serve(Deliver request);

  /** Another server is active in a term that is not this one's. */
  protected abstract void follow(HostControl.ActiveServer active);

  protected abstract void unfollow();

  /** What the service cannot do although this server may; {@link #report} when it changes. */
  protected Optional<String> complaint() {
    return Optional.empty();
  }

  // ---- life

  protected ReceiveBuilder<Message> life() {
    return newReceiveBuilder()
        .onMessage(Deliver.class, this::onDeliver)
        .onMessage(HostControl.Activate.class, this::onActivate)
        .onMessage(HostControl.Suspend.class, this::onSuspend)
        .onMessage(HostControl.Resume.class, resume -> onResume())
        .onMessage(HostControl.ActiveServer.class, this::onActiveServer)
        .onMessage(HostControl.ActiveGone.class, gone -> onActiveGone())
        .onMessage(HostControl.MoveTo.class, this::onMoveTo)
        .onMessage(HostControl.TermRefused.class, this::onTermRefused)
        .onMessage(AcceptService.class, this::onAcceptService)
        .onMessage(ServiceAccepted.class, this::onServiceAccepted)
        .onMessage(VerifyTerm.class, verify -> onVerifyTerm())
        .onMessage(TermRead.class, this::onTermRead)
        .onMessage(HandOverTimedOut.class, this::onHandOverTimedOut)
        .onSignal(PostStop.class, stopped -> {
          stopWork();
          return this;
        });
  }

  @Override
  public Receive<Message> createReceive() {
    return life().build();
  }

  protected final State state() {
    return state;
  }

  protected final Optional<Activation> activation() {
    return activation;
  }

  protected final boolean serving() {
    return state == State.ACTIVE;
  }

  private Behavior<Message> onDeliver(Deliver request) {
    if (serving()) {
      serve(request);
    } else {
      refuse(request.requestId(), request.replyTo());
    }
    return this;
  }

  protected final void refuse(String requestId, ActorRef<Delivered> replyTo) {
    replyTo.tell(new Delivered(service, requestId, false, null));
  }

  private Behavior<Message> onActivate(HostControl.Activate order) {
    if (order.activation().term() <= knownTerm && activation.isPresent()) {
      throw new IllegalStateException(service + " was to be activated in term "
          + order.activation().term() + " but holds " + knownTerm);
    }
    stopWork();
    unfollow();
    activation = Optional.of(order.activation());
    knownTerm = order.activation().term();
    generation = 0;
    why = order.why();
    rule = order.rule();
    held = order.held();
    become(State.ACTIVATING, why);
    if (mayAct) {
      catchUp(order.activation());
    } else {
      become(State.SUSPENDED, "activated without the right to act");
    }
    return this;
  }

  /** The state is as the journal has it in this term: serve. */
  protected final void caughtUp(Activation in) {
    if (state != State.ACTIVATING || activation.filter(in::equals).isEmpty()) {
      return;
    }
    generation++;
    startWork(in);
    become(State.ACTIVE, why);
    accepting.ifPresent(order -> {
      order.predecessor().tell(new ServiceAccepted(true, in.term(), "took over"));
      accepting = Optional.empty();
    });
  }

  /** The journal could not be read or written: nothing is accepted until the database confirms the term. */
  protected final void suspendAndVerify(String reason) {
    if (activation.isEmpty()) {
      return;
    }
    stopWork();
    become(State.SUSPENDED, reason);
    timers.startSingleTimer(
        VERIFY_TIMER, new VerifyTerm(), environment.settings().verifyInterval());
  }

  private Behavior<Message> onSuspend(HostControl.Suspend order) {
    mayAct = false;
    if (activation.isPresent()) {
      stopWork();
      timers.cancel(VERIFY_TIMER);
      become(State.SUSPENDED, order.why());
    }
    return this;
  }

  private Behavior<Message> onResume() {
    mayAct = true;
    if (state == State.SUSPENDED) {
      onVerifyTerm();
    }
    return this;
  }

  private Behavior<Message> onVerifyTerm() {
    if (state == State.SUSPENDED && mayAct) {
      var asked = activation.orElseThrow();
      getContext()
          .pipeToSelf(
              environment.terms().current(service),
              (stored, failure) ->
                  new TermRead(asked, stored == null ? Optional.empty() : stored, failure));
    }
    return this;
  }

  private Behavior<Message> onTermRead(TermRead read) {
    if (state != State.SUSPENDED
        || !mayAct
        || activation.filter(read.asked()::equals).isEmpty()) {
      return this;
    }
    if (read.failure() != null) {
      timers.startSingleTimer(
          VERIFY_TIMER, new VerifyTerm(), environment.settings().verifyInterval());
    } else if (read.stored().filter(read.asked()::equals).isPresent()) {
      become(State.ACTIVATING, "the database confirms term " + read.asked().term());
      catchUp(read.asked());
    } else {
      superseded(read.stored()
          .orElseThrow(() -> new IllegalStateException("the databases hold no term of " + service
              + ", but this server holds " + read.asked().term())));
    }
    return this;
  }

  /** The databases hold a newer term: this server's is over. */
  protected final void superseded(Activation newer) {
    agent.tell(new HostControl.Superseded(newer));
    if (activation.isPresent()) {
      stepDown("superseded by " + newer.server() + " in term " + newer.term(), newer.term());
    }
  }

  private void stepDown(String reason, long newTerm) {
    stopWork();
    handingOver.ifPresent(move -> finishHandOver(move, false, 0, reason));
    timers.cancel(VERIFY_TIMER);
    activation = Optional.empty();
    knownTerm = Math.max(knownTerm, newTerm);
    held = false;
    become(State.SYNCHRONISING, reason);
  }

  private Behavior<Message> onActiveServer(HostControl.ActiveServer active) {
    if (active.term() < knownTerm || active.server().equals(environment.self())) {
      return this;
    }
    if (activation.isPresent() && active.term() > knownTerm) {
      // The successor's announcement may overtake its answer.
      handingOver
          .filter(move ->
              move.move().order().to().equals(active.server()) && active.term() == knownTerm + 1)
          .ifPresent(
              move -> finishHandOver(move, true, active.term(), "moved to " + active.server()));
      stepDown("superseded by " + active.server() + " in term " + active.term(), active.term());
    }
    if (activation.isEmpty()) {
      knownTerm = active.term();
      follow(active);
      copyChanged();
    }
    return this;
  }

  private Behavior<Message> onActiveGone() {
    if (activation.isEmpty()) {
      unfollow();
      copyChanged();
    }
    return this;
  }

  // ---- planned moves

  private Behavior<Message> onMoveTo(HostControl.MoveTo move) {
    var order = move.order();
    // A suspended host runs nothing, so it can hand over at once: its database may be the very
    // reason to move.
    if (!(serving() || state == State.SUSPENDED && mayAct) || order.term() != knownTerm) {
      order
          .replyTo()
          .tell(new HandOverResult(
              order.operation(),
              false,
              knownTerm,
              0,
              environment.self() + " is " + state + " in term " + knownTerm
                  + ", not active in term " + order.term()));
      return this;
    }
    handingOver = Optional.of(new HandingOver(move, System.nanoTime()));
    become(State.DRAINING, "moving to " + order.to() + ": " + order.why());
    timers.startSingleTimer(
        HAND_OVER_TIMER,
        new HandOverTimedOut(order.operation()),
        environment.settings().handOverTimeout());
    drain();
    return this;
  }

  /** Nothing runs any more: the successor may take over from exactly here. */
  protected final void drained() {
    if (state != State.DRAINING) {
      return;
    }
    var order = handingOver.orElseThrow().move();
    order
        .successor()
        .tell(new AcceptService(
            knownTerm,
            position(),
            order.order().why(),
            order.order().rule(),
            order.order().held(),
            getContext().getSelf()));
  }

  private Behavior<Message> onAcceptService(AcceptService order) {
    if (activation.isPresent()
        || order.term() != knownTerm
        || !order.position().equals(position())) {
      order
          .predecessor()
          .tell(new ServiceAccepted(
              false,
              knownTerm,
              environment.self() + " is " + state + " at "
                  + position() + " in term " + knownTerm + ", the predecessor at "
                  + order.position() + " in term "
                  + order.term()));
      return this;
    }
    accepting = Optional.of(order);
    agent.tell(
        new HostControl.TakeTerm(service, order.term(), order.why(), order.rule(), order.held()));
    return this;
  }

  private Behavior<Message> onTermRefused(HostControl.TermRefused refused) {
    accepting.ifPresent(
        order -> order.predecessor().tell(new ServiceAccepted(false, knownTerm, refused.detail())));
    accepting = Optional.empty();
    return this;
  }

  private Behavior<Message> onServiceAccepted(ServiceAccepted answer) {
    if (state != State.DRAINING) {
      return this;
    }
    var move = handingOver.orElseThrow();
    if (answer.accepted()) {
      finishHandOver(
          move, true, answer.term(), "moved to " + move.move().order().to());
      var successor = move.move().order().to();
      // First the successor, then that this server is no longer active: in between it would seem
      // that nobody is.
      agent.tell(new HostControl.Superseded(new Activation(service, answer.term(), successor, "")));
      stepDown("handed over to " + successor + " in term " + answer.term(), answer.term());
    } else {
      finishHandOver(move, false, knownTerm, answer.detail());
      suspendAndVerifyNow("the hand-over was refused: " + answer.detail());
    }
    return this;
  }

  private Behavior<Message> onHandOverTimedOut(HandOverTimedOut timeout) {
    handingOver
        .filter(move -> move.move().order().operation().equals(timeout.operation()))
        .ifPresent(move -> {
          String detail = move.move().order().to() + " did not accept within "
              + environment.settings().handOverTimeout().toMillis() + " ms";
          finishHandOver(move, false, knownTerm, detail);
          suspendAndVerifyNow(detail);
        });
    return this;
  }

  private void finishHandOver(HandingOver move, boolean done, long term, String detail) {
    timers.cancel(HAND_OVER_TIMER);
    handingOver = Optional.empty();
    var order = move.move().order();
    long pause = Duration.ofNanos(System.nanoTime() - move.startedNanos()).toMillis();
    order.replyTo().tell(new HandOverResult(order.operation(), done, term, pause, detail));
  }

  private void suspendAndVerifyNow(String reason) {
    suspendAndVerify(reason);
    timers.cancel(VERIFY_TIMER);
    onVerifyTerm();
  }

  // ---- reports

  /** The copy's synchronisation has changed. */
  protected final void copyChanged() {
    if (activation.isEmpty()) {
      var next = synchronisationMode() == 0 ? State.STANDBY : State.SYNCHRONISING;
      if (next == state) {
        report();
      } else {
        become(next, next == State.STANDBY ? "synchronised" : "synchronising");
      }
    }
  }

  private void become(State next, String reason) {
    stateReason = reason;
    if (next != state) {
      log.info(
          "service={} server={} term={} {}->{} why=\"{}\"",
          service,
          environment.self(),
          knownTerm,
          state,
          next,
          reason);
      state = next;
      since = environment.clock().instant();
    }
    report();
  }

  protected final void report() {
    agent.tell(new HostControl.HostReport(new Report(
        service,
        state,
        knownTerm,
        generation,
        position(),
        activation.isPresent() ? 0 : synchronisationMode(),
        activation.isPresent() ? 0 : behind(),
        state == State.SUSPENDED || state == State.DRAINING ? stateReason : why,
        rule,
        held,
        since,
        activation.flatMap(held -> complaint()),
        getContext().getSelf())));
  }
}
