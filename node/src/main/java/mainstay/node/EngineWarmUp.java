package mainstay.node;

import akka.Done;
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
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import mainstay.node.dge.DgeEngine;
import mainstay.node.dge.DgeEngineActor;
import mainstay.node.dge.DgeSettings;
import mainstay.node.dge.PollResult;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.PerformanceDatabase;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import mainstay.protocol.model.TestDefinition;
import mainstay.protocol.model.TestKind;

/**
 * Lets an engine of the server's own gather for a moment and end, beside {@link WarmUp} and for the same reason. It polls
 * nothing and stores nowhere, so it needs no term.
 */
final class EngineWarmUp {
  private static final Duration INTERVAL = Duration.ofMillis(100);
  private static final Device DEVICE = new Device("warm-up", "warm-up", "warm-up", "", true);
  private static final TestDefinition TEST = new TestDefinition(
      "warm-up",
      DEVICE.id(),
      TestKind.HOST,
      "warm-up",
      INTERVAL,
      INTERVAL.dividedBy(2),
      "",
      true,
      Map.of());

  private EngineWarmUp() {}

  private sealed interface Step {}

  private record Said(DgeEngine.Event event) implements Step {}

  private record Configured(DgeEngine.ConfigurationRunning running) implements Step {}

  private record Stored() implements Step {}

  private record Ended(Done done) implements Step {}

  private record LimitOver() implements Step {}

  /** @return completed when the engine has stored a sample and has ended; fails with a sentence if it does not in time */
  static CompletableFuture<Done> start(
      ActorSystem<?> system, Config config, ServerId self, String incarnation) {
    var done = new CompletableFuture<Done>();
    var activation = new Activation(ServiceName.dge(DEVICE.dge()), 1, self, incarnation);
    system.systemActorOf(
        Behaviors.<Step>setup(context -> Behaviors.withTimers(timers -> {
          timers.startSingleTimer(new LimitOver(), WarmUp.LIMIT);
          return gather(context, activation, DgeSettings.from(config), done);
        })),
        "engine-warm-up",
        Props.empty());
    return done;
  }

  private static Behavior<Step> gather(
      ActorContext<Step> context,
      Activation activation,
      DgeSettings settings,
      CompletableFuture<Done> done) {
    var self = context.getSelf();
    var engine = context.spawn(
        DgeEngineActor.create(
            activation,
            settings,
            kind -> (device, test) -> CompletableFuture.completedFuture(new PollResult.Measured(0)),
            place -> (fence, batch) -> {
              self.tell(new Stored());
              return CompletableFuture.completedFuture(null);
            },
            failure -> false,
            context.messageAdapter(DgeEngine.Event.class, Said::new),
            Clock.systemUTC()),
        "engine");
    engine.tell(new DgeEngine.ApplyConfiguration(
        1,
        List.of(DEVICE),
        List.of(TEST),
        PerformanceDatabase.INSTALLATION,
        context.messageAdapter(DgeEngine.ConfigurationRunning.class, Configured::new)));
    var ended = context.messageAdapter(Done.class, Ended::new);
    return Behaviors.receive(Step.class)
        .onMessage(Said.class, said -> Behaviors.same())
        .onMessage(Configured.class, configured -> Behaviors.same())
        .onMessage(Stored.class, stored -> {
          engine.tell(new DgeEngine.Stop(ended));
          return Behaviors.same();
        })
        .onMessage(Ended.class, end -> {
          done.complete(Done.getInstance());
          return Behaviors.stopped();
        })
        .onMessage(LimitOver.class, over -> Behaviors.stopped())
        .onSignal(PostStop.class, stopped -> {
          done.completeExceptionally(
              new IllegalStateException("the warm-up of an engine did not end within "
                  + WarmUp.LIMIT.toSeconds() + " s; the log before this line may say why"));
          return Behaviors.same();
        })
        .build();
  }
}
