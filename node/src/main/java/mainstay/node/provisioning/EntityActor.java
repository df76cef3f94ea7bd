package mainstay.node.provisioning;

import akka.actor.typed.javadsl.ActorContext;
import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.RecoveryCompleted;
import akka.persistence.typed.javadsl.CommandHandlerWithReply;
import akka.persistence.typed.javadsl.EventSourcedBehaviorWithEnforcedReplies;
import akka.persistence.typed.javadsl.Recovery;
import akka.persistence.typed.javadsl.ReplyEffect;
import akka.persistence.typed.javadsl.RetentionCriteria;
import akka.persistence.typed.javadsl.SignalHandler;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import mainstay.node.host.Entity;
import mainstay.node.provisioning.core.Outcome;
import mainstay.node.provisioning.core.RequestContext;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceRequest;

/**
 * Plumbing of an event-sourced actor that executes writes for a host. Stops when an event could not be stored; whether it
 * was is then not known.
 *
 * @param <E> events
 * @param <S> state
 */
abstract class EntityActor<E, S>
    extends EventSourcedBehaviorWithEnforcedReplies<Entity.Message, E, S> {
  private static final int EVENTS_PER_SNAPSHOT = 200;
  private static final int SNAPSHOTS_KEPT = 2;

  final ActorContext<Entity.Message> context;
  final EntityContext entity;
  private final EventAdapter<E, ?> adapter;

  EntityActor(
      String persistenceId,
      ActorContext<Entity.Message> context,
      EntityContext entity,
      EventAdapter<E, ?> adapter) {
    super(PersistenceId.ofUniqueId(persistenceId));
    this.context = context;
    this.entity = entity;
    this.adapter = adapter;
  }

  /** @throws IllegalStateException if the request is not one for this stream */
  abstract Outcome<E, ServiceReply> decide(
      S state, ServiceRequest.Write request, RequestContext circumstances);

  /** What an object of the configuration may name. */
  abstract RequestContext.Allowed allowed();

  /** Before the first event. */
  abstract S initialState();

  /** Checked, for it comes from a host that holds states of many types. */
  abstract Class<S> stateType();

  /** The state that recovery starts from; what the host knows already is not replayed. */
  @Override
  public final S emptyState() {
    return entity.state().map(stateType()::cast).orElseGet(this::initialState);
  }

  @Override
  public Recovery recovery() {
    return entity.state().isPresent() ? Recovery.disabled() : super.recovery();
  }

  @Override
  public SignalHandler<S> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), this::onRecovered)
        .build();
  }

  /** @throws IllegalStateException if the host's copy is not what the journal holds */
  void onRecovered(S state) {
    long stored = lastSequenceNumber(context);
    if (entity.state().isPresent() && stored != entity.sequence()) {
      throw new IllegalStateException(
          "stream " + persistenceId().id() + " was to go on after event " + entity.sequence()
              + ", but its last event in the journal is " + stored);
    }
  }

  @Override
  public CommandHandlerWithReply<Entity.Message, E, S> commandHandler() {
    return newCommandHandlerWithReplyBuilder()
        .forAnyState()
        .onCommand(Entity.Execute.class, this::onExecute)
        .build();
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(EVENTS_PER_SNAPSHOT, SNAPSHOTS_KEPT);
  }

  @Override
  public EventAdapter<E, ?> eventAdapter() {
    return adapter;
  }

  ReplyEffect<E, S> onExecute(S state, Entity.Execute execute) {
    var outcome = decide(state, execute.request(), circumstances(execute));
    return outcome.events().isEmpty()
        ? Effect().reply(execute.replyTo(), executed(execute.requestId(), outcome))
        : Effect()
            .persist(outcome.events())
            .thenReply(execute.replyTo(), stored -> executed(execute.requestId(), outcome));
  }

  /** To be called when the events are stored: they are then the last ones. */
  Entity.Executed executed(String requestId, Outcome<E, ServiceReply> outcome) {
    long before = lastSequenceNumber(context) - outcome.events().size();
    List<Entity.Stored> stored = new ArrayList<>();
    for (E event : outcome.events()) {
      stored.add(new Entity.Stored(before + stored.size() + 1, event));
    }
    return new Entity.Executed(
        persistenceId().id(), requestId, outcome.reply(), List.copyOf(stored));
  }

  Instant now() {
    return entity.clock().instant().truncatedTo(ChronoUnit.MILLIS);
  }

  private RequestContext circumstances(Entity.Execute execute) {
    return new RequestContext(
        execute.requestId(),
        execute.principal(),
        now(),
        entity.activation().term(),
        entity.activation().server(),
        allowed());
  }
}
