package mainstay.node.provisioning;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.javadsl.CommandHandlerWithReply;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.ReplyEffect;
import java.util.List;
import java.util.Set;
import mainstay.node.host.Entity;
import mainstay.node.provisioning.core.Configuration;
import mainstay.node.provisioning.core.ConfigurationEvent;
import mainstay.node.provisioning.core.ConfigurationStateModel;
import mainstay.node.provisioning.core.Outcome;
import mainstay.node.provisioning.core.RequestContext;
import mainstay.protocol.message.Provisioning;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceRequest;
import mainstay.protocol.model.ServerList;

/**
 * The only writer of the configuration. States: <i>empty</i>: first settings stored -> <i>ready</i>; a request that
 * comes earlier waits in the stash.
 */
public final class ProvisioningAuthorityActor
    extends EntityActor<ConfigurationEvent, Configuration> {
  /** Sent to itself after a recovery that found nothing. */
  private enum Begin implements Entity.Message {
    NOW
  }

  private final ServerList voters;
  private final Set<String> sampleClusters;

  private ProvisioningAuthorityActor(
      ActorContext<Entity.Message> context,
      EntityContext entity,
      EventAdapter<ConfigurationEvent, ?> adapter,
      ServerList voters,
      Set<String> sampleClusters) {
    super(ConfigurationStateModel.CONFIGURATION_ID, context, entity, adapter);
    this.voters = voters;
    this.sampleClusters = sampleClusters;
  }

  /**
   * On the very first start it stores default settings and reports them to the host, with an empty request id.
   *
   * @param voters all servers that a server list may name, in their first order of preference
   * @param sampleClusters all that an engine may store its samples in
   */
  public static Behavior<Entity.Message> create(
      EntityContext entity,
      EventAdapter<ConfigurationEvent, ?> adapter,
      ServerList voters,
      Set<String> sampleClusters) {
    return Behaviors.setup(context -> EventSourcedBehavior.start(
        new ProvisioningAuthorityActor(context, entity, adapter, voters, sampleClusters), context));
  }

  @Override
  Configuration initialState() {
    return Configuration.initial();
  }

  @Override
  Class<Configuration> stateType() {
    return Configuration.class;
  }

  @Override
  public EventHandler<Configuration, ConfigurationEvent> eventHandler() {
    return newEventHandlerBuilder().forAnyState().onAnyEvent(Configuration::apply);
  }

  @Override
  public CommandHandlerWithReply<Entity.Message, ConfigurationEvent, Configuration>
      commandHandler() {
    var builder = newCommandHandlerWithReplyBuilder();
    builder
        .forState(configuration -> configuration.version() == 0)
        .onCommand(Begin.class, this::onBegin)
        .onCommand(Entity.Execute.class, early -> Effect().stash());
    builder.forAnyState().onCommand(Entity.Execute.class, this::onExecute);
    return builder.build();
  }

  @Override
  Outcome<ConfigurationEvent, ServiceReply> decide(
      Configuration configuration, ServiceRequest.Write request, RequestContext circumstances) {
    if (request instanceof Provisioning.Write write) {
      return configuration.decide(write, circumstances);
    }
    throw new IllegalStateException(
        "stream " + persistenceId().id() + " cannot execute " + request);
  }

  @Override
  RequestContext.Allowed allowed() {
    return new RequestContext.Allowed(Set.copyOf(voters.servers()), sampleClusters);
  }

  @Override
  void onRecovered(Configuration configuration) {
    super.onRecovered(configuration);
    if (configuration.version() == 0) {
      context.getSelf().tell(Begin.NOW);
    }
  }

  private ReplyEffect<ConfigurationEvent, Configuration> onBegin(Begin begin) {
    var first = Configuration.beginning(voters, now(), entity.activation().term());
    var reply = new ServiceReply.Written(1, 1, entity.activation().term(), true);
    return Effect()
        .persist(first)
        .thenReply(entity.host(), stored -> executed("", new Outcome<>(List.of(first), reply)))
        .thenUnstashAll();
  }
}
