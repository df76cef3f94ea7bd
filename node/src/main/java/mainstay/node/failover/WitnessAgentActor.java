package mainstay.node.failover;

import akka.Done;
import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.ClusterEvent;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Subscribe;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import mainstay.node.failover.core.Lags;
import mainstay.protocol.message.ClusterOverview;
import mainstay.protocol.message.FailoverAgent;
import mainstay.protocol.model.ClockReading;
import mainstay.protocol.model.Fitness;
import mainstay.protocol.model.ServerId;

/**
 * Says for a witness what each server says of itself, so that a server which takes over finds it among those that have
 * spoken lately, and that its clock is one more by which those of the servers are judged. It decides nothing.
 */
public final class WitnessAgentActor extends AbstractBehavior<ClusterOverview.Message> {
  private static final long NO_CONFIGURATION = 0;

  /**
   * @param heard told where a report has come from
   * @param member told whether this witness is a full member, whenever the cluster changes
   */
  public record Environment(
      ServerId self,
      String incarnation,
      String version,
      FailoverSettings settings,
      Clock clock,
      Consumer<Address> heard,
      Consumer<Boolean> member) {}

  private record ClusterChanged() implements ClusterOverview.Message {}

  private record Tick() implements ClusterOverview.Message {}

  private final Environment environment;
  private final Cluster cluster;
  private final ActorRefResolver resolver;
  private final Lags lags;

  private WitnessAgentActor(
      ActorContext<ClusterOverview.Message> context,
      TimerScheduler<ClusterOverview.Message> timers,
      Environment environment) {
    super(context);
    this.environment = environment;
    this.cluster = Cluster.get(context.getSystem());
    this.resolver = ActorRefResolver.get(context.getSystem());
    this.lags = new Lags(environment.settings().clockWindow());
    var events = context.messageAdapter(
        ClusterEvent.ClusterDomainEvent.class, event -> new ClusterChanged());
    cluster.subscriptions().tell(Subscribe.create(events, ClusterEvent.ClusterDomainEvent.class));
    timers.startTimerWithFixedDelay(new Tick(), environment.settings().reportInterval());
  }

  /** Under {@link FailoverAgent#NAME}. */
  public static Behavior<ClusterOverview.Message> create(Environment environment) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> new WitnessAgentActor(context, timers, environment)));
  }

  @Override
  public Receive<ClusterOverview.Message> createReceive() {
    return newReceiveBuilder()
        .onMessage(FailoverAgent.Report.class, this::onReport)
        .onMessage(ClusterChanged.class, changed -> {
          environment.member().accept(cluster.selfMember().status() == MemberStatus.up());
          return report();
        })
        .onMessage(Tick.class, tick -> report())
        .onMessage(AgentControl.PrepareToLeave.class, prepare -> {
          prepare.replyTo().tell(Done.getInstance());
          return this;
        })
        .build();
  }

  private Behavior<ClusterOverview.Message> onReport(FailoverAgent.Report report) {
    var arrival = environment.clock().instant();
    report
        .clock()
        .ifPresent(reading -> lags.arrived(
            report.server(),
            report.incarnation(),
            Duration.between(reading.at(), arrival),
            System.nanoTime()));
    others()
        .filter(member -> ClusterMembers.server(member).equals(Optional.of(report.server())))
        .forEach(member -> environment.heard().accept(member.address()));
    return this;
  }

  private Behavior<ClusterOverview.Message> report() {
    var report = new FailoverAgent.Report(
        environment.self(),
        environment.incarnation(),
        environment.version(),
        Fitness.FIT,
        false,
        NO_CONFIGURATION,
        Optional.of(new ClockReading(environment.clock().instant(), lags.least(System.nanoTime()))),
        List.of());
    others().forEach(member -> agentOf(member).tell(report));
    return this;
  }

  private Stream<Member> others() {
    return StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
        .filter(member -> !member.equals(cluster.selfMember())
            && member.status() != MemberStatus.down()
            && member.status() != MemberStatus.removed());
  }

  private ActorRef<ClusterOverview.Message> agentOf(Member member) {
    return resolver.resolveActorRef(member.address() + "/user/" + FailoverAgent.NAME);
  }
}
