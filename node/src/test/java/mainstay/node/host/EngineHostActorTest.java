package mainstay.node.host;

import static org.assertj.core.api.Assertions.assertThat;

import akka.Done;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import mainstay.node.dge.DgeEngine;
import mainstay.node.failover.TermsInMemory;
import mainstay.node.provisioning.LocalConfiguration;
import mainstay.protocol.message.ClusterOverview;
import mainstay.protocol.message.FailoverAgent;
import mainstay.protocol.message.FailoverAgent.HandOverResult;
import mainstay.protocol.message.ServiceHost;
import mainstay.protocol.message.ServiceHost.AcceptService;
import mainstay.protocol.message.ServiceHost.ServiceAccepted;
import mainstay.protocol.message.ServiceHost.State;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A planned move, as the server that gives the service away lives through it: what its agent is told, in which order. */
class EngineHostActorTest {
  private static final ServerId ALPHA = new ServerId("alpha");
  private static final ServerId BRAVO = new ServerId("bravo");
  private static final ServiceName ENGINE = ServiceName.dge("main");
  private static final String RUN = "alpha-1";
  private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");

  private final ActorTestKit kit = ActorTestKit.create();
  private final TestProbe<ClusterOverview.Message> agent = kit.createTestProbe();
  private final TestProbe<ServiceHost.Message> successor = kit.createTestProbe();
  private final TestProbe<HandOverResult> supervisor = kit.createTestProbe();
  private final TermsInMemory terms = new TermsInMemory(NOON);
  private final ActorRef<ServiceHost.Message> host = kit.spawn(EngineHostActor.create(
      ENGINE,
      new HostEnvironment(
          ALPHA,
          terms,
          Clock.fixed(NOON, ZoneOffset.UTC),
          HostEnvironment.Settings.from(kit.system().settings().config())),
      agent.ref(),
      new LocalConfiguration(),
      (activation, listener) -> engine()));

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void theAgentLearnsWhoFollowsBeforeItLearnsThatThisServerHasStopped() {
    drainedInTermOne();

    host.tell(new ServiceAccepted(true, 2, "took over"));

    assertThat(agent.receiveMessage())
        .isEqualTo(new HostControl.Superseded(new Activation(ENGINE, 2, BRAVO, "")));
    assertThat(report().state()).isEqualTo(State.SYNCHRONISING);
    assertThat(supervisor.receiveMessage().done()).isTrue();
  }

  @Test
  void aServiceThatTheSuccessorRefusesGoesOnWhereItWasWhenTheTermIsConfirmed() {
    drainedInTermOne();

    host.tell(new ServiceAccepted(false, 1, "bravo is behind"));

    assertThat(report().why()).contains("bravo is behind");
    assertThat(supervisor.receiveMessage().done()).isFalse();
    assertThat(reported(State.ACTIVE).term()).isEqualTo(1);
  }

  private void drainedInTermOne() {
    terms.take(ENGINE, 0, ALPHA, RUN, "first", false);
    host.tell(new HostControl.Activate(new Activation(ENGINE, 1, ALPHA, RUN), "first", 1, false));
    host.tell(new HostControl.MoveTo(
        new FailoverAgent.HandOver(
            "one", ENGINE, 1, BRAVO, "switchover by admin", 0, true, supervisor.ref()),
        successor.ref()));
    reported(State.DRAINING);
    successor.expectMessageClass(AcceptService.class);
  }

  private ServiceHost.Report report() {
    return agent.expectMessageClass(HostControl.HostReport.class).report();
  }

  private ServiceHost.Report reported(State state) {
    while (true) {
      var report = report();
      if (report.state() == state) {
        return report;
      }
    }
  }

  /** An engine that has nothing to finish. */
  private static Behavior<DgeEngine.Command> engine() {
    return Behaviors.receive(DgeEngine.Command.class)
        .onMessage(DgeEngine.Stop.class, stop -> {
          stop.replyTo().tell(Done.getInstance());
          return Behaviors.stopped();
        })
        .onAnyMessage(other -> Behaviors.same())
        .build();
  }
}
