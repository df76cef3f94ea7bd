package mainstay.node.provisioning;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import java.util.Set;
import mainstay.node.host.Entity;
import mainstay.node.provisioning.core.ConfigurationStateModel;
import mainstay.node.provisioning.core.Outcome;
import mainstay.node.provisioning.core.PointEvent;
import mainstay.node.provisioning.core.PointState;
import mainstay.node.provisioning.core.RequestContext;
import mainstay.protocol.message.Points.SetValue;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceRequest;

/** The value of one manual point. Whether the point exists and what its limits are is checked before it is asked. */
public final class PointActor extends EntityActor<PointEvent, PointState> {
  private final String point;

  private PointActor(
      String point,
      ActorContext<Entity.Message> context,
      EntityContext entity,
      EventAdapter<PointEvent, ?> adapter) {
    super(ConfigurationStateModel.pointPersistenceId(point), context, entity, adapter);
    this.point = point;
  }

  public static Behavior<Entity.Message> create(
      String point, EntityContext entity, EventAdapter<PointEvent, ?> adapter) {
    return Behaviors.setup(context ->
        EventSourcedBehavior.start(new PointActor(point, context, entity, adapter), context));
  }

  @Override
  PointState initialState() {
    return PointState.initial();
  }

  @Override
  Class<PointState> stateType() {
    return PointState.class;
  }

  @Override
  public EventHandler<PointState, PointEvent> eventHandler() {
    return newEventHandlerBuilder().forAnyState().onAnyEvent(PointState::apply);
  }

  @Override
  Outcome<PointEvent, ServiceReply> decide(
      PointState state, ServiceRequest.Write request, RequestContext circumstances) {
    if (request instanceof SetValue set && set.point().equals(point)) {
      return state.decide(set, circumstances);
    }
    throw new IllegalStateException(
        "stream " + persistenceId().id() + " cannot execute " + request);
  }

  @Override
  RequestContext.Allowed allowed() {
    return new RequestContext.Allowed(Set.of(), Set.of());
  }
}
