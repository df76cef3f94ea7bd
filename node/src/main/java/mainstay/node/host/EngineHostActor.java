package mainstay.node.host;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.ReceiveBuilder;
import akka.actor.typed.javadsl.TimerScheduler;
import java.util.Optional;
import mainstay.node.dge.DgeEngine;
import mainstay.node.provisioning.LocalConfiguration;
import mainstay.node.provisioning.core.DgeConfiguration;
import mainstay.protocol.message.ClusterOverview;
import mainstay.protocol.message.ServiceHost.Deliver;
import mainstay.protocol.message.ServiceHost.Delivered;
import mainstay.protocol.message.ServiceHost.Message;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.Position;
import mainstay.protocol.model.ServiceName;

/**
 * Host of a data gathering engine. All that an engine needs to begin is its configuration, which this server's copy
 * has: it is given to the engine at its start, and every change of it at once.
 */
public final class EngineHostActor extends ServiceHostActor {
  /** Starts an engine in a term. */
  public interface Engines {
    Behavior<DgeEngine.Command> create(Activation activation, ActorRef<DgeEngine.Event> listener);
  }

  private record ConfigurationChanged(DgeConfiguration configuration) implements Message {}

  private record EngineSaid(DgeEngine.Event event) implements Message {}

  private record EngineRuns(DgeEngine.ConfigurationRunning running) implements Message {}

  private record EngineDrained(ActorRef<DgeEngine.Command> engine) implements Message {}

  private record EngineStopped(ActorRef<DgeEngine.Command> engine) implements Message {}

  private final Engines engines;
  private final ActorRef<DgeEngine.Event> listener;
  private final ActorRef<DgeEngine.ConfigurationRunning> running;
  private Optional<ActorRef<DgeEngine.Command>> engine = Optional.empty();
  private DgeConfiguration configuration;
  private Optional<String> writeFailure = Optional.empty();

  private EngineHostActor(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      ServiceName service,
      HostEnvironment environment,
      ActorRef<ClusterOverview.Message> agent,
      LocalConfiguration local,
      Engines engines) {
    super(context, timers, service, environment, agent);
    this.engines = engines;
    this.listener = context.messageAdapter(DgeEngine.Event.class, EngineSaid::new);
    this.running = context.messageAdapter(DgeEngine.ConfigurationRunning.class, EngineRuns::new);
    this.configuration = local.latest().dgeConfiguration(service.dgeIdentity());
    var self = context.getSelf();
    local.onChange(
        self,
        next -> self.tell(new ConfigurationChanged(next.dgeConfiguration(service.dgeIdentity()))));
    report();
  }

  public static Behavior<Message> create(
      ServiceName service,
      HostEnvironment environment,
      ActorRef<ClusterOverview.Message> agent,
      LocalConfiguration local,
      Engines engines) {
    return Behaviors.setup(context -> Behaviors.withTimers(timers ->
        new EngineHostActor(context, timers, service, environment, agent, local, engines)));
  }

  @Override
  protected ReceiveBuilder<Message> life() {
    return super.life()
        .onMessage(ConfigurationChanged.class, this::onConfigurationChanged)
        .onMessage(EngineSaid.class, this::onEngineSaid)
        .onMessage(EngineRuns.class, runs -> this)
        .onMessage(EngineDrained.class, this::onEngineDrained)
        .onMessage(EngineStopped.class, this::onEngineStopped);
  }

  private Behavior<Message> onConfigurationChanged(ConfigurationChanged change) {
    configuration = change.configuration();
    configure();
    return this;
  }

  private void configure() {
    engine.ifPresent(ref -> ref.tell(new DgeEngine.ApplyConfiguration(
        configuration.version(),
        configuration.devices(),
        configuration.tests(),
        configuration.performanceDatabase(),
        running)));
  }

  private Behavior<Message> onEngineSaid(EngineSaid said) {
    if (said.event() instanceof DgeEngine.Fenced fenced
        && activation().filter(fenced.activation()::equals).isPresent()) {
      engine = Optional.empty();
      suspendAndVerify(
          "the store refused samples of term " + fenced.activation().term());
    } else if (said.event() instanceof DgeEngine.Statistics statistics
        && engine.isPresent()
        && activation().filter(statistics.activation()::equals).isPresent()
        && !statistics.writeFailure().equals(writeFailure)) {
      writeFailure = statistics.writeFailure();
      report();
    }
    return this;
  }

  private Behavior<Message> onEngineStopped(EngineStopped stopped) {
    if (engine.filter(stopped.engine()::equals).isPresent()) {
      engine = Optional.empty();
      suspendAndVerify("the engine stopped");
    }
    return this;
  }

  @Override
  protected void catchUp(Activation activation) {
    caughtUp(activation);
  }

  @Override
  protected void startWork(Activation activation) {
    var ref = getContext().spawnAnonymous(engines.create(activation, listener));
    getContext().watchWith(ref, new EngineStopped(ref));
    engine = Optional.of(ref);
    configure();
  }

  @Override
  protected Optional<String> complaint() {
    return writeFailure.map(
        why -> "its samples wait in memory, because they cannot be stored: " + why);
  }

  @Override
  protected void stopWork() {
    writeFailure = Optional.empty();
    engine.ifPresent(getContext()::stop);
    engine = Optional.empty();
  }

  @Override
  protected void drain() {
    if (engine.isEmpty()) {
      drained();
      return;
    }
    var ref = engine.get();
    engine = Optional.empty();
    ActorRef<Done> ended = getContext().messageAdapter(Done.class, done -> new EngineDrained(ref));
    ref.tell(new DgeEngine.Stop(ended));
  }

  private Behavior<Message> onEngineDrained(EngineDrained ended) {
    drained();
    return this;
  }

  @Override
  protected Position position() {
    return Position.EMPTY;
  }

  /** The agent answers for it by the copy of the configuration. */
  @Override
  protected int synchronisationMode() {
    return 0;
  }

  @Override
  protected long behind() {
    return 0;
  }

  @Override
  protected void serve(Deliver request) {
    request
        .replyTo()
        .tell(new Delivered(
            service,
            request.requestId(),
            true,
            Rejected.of(Reason.INVALID, "service " + service + " takes no requests")));
  }

  @Override
  protected void follow(HostControl.ActiveServer active) {
    // A standby engine has nothing to fetch from the active one.
  }

  @Override
  protected void unfollow() {
    // See follow.
  }
}
