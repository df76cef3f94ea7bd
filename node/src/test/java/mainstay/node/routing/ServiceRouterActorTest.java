package mainstay.node.routing;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import java.time.Duration;
import mainstay.node.host.HostControl;
import mainstay.protocol.message.Points;
import mainstay.protocol.message.Precondition;
import mainstay.protocol.message.ServiceHost;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.message.ServiceRequest;
import mainstay.protocol.message.ServiceRouter;
import mainstay.protocol.message.ServiceRouter.Answer;
import mainstay.protocol.message.ServiceRouter.Consistency;
import mainstay.protocol.model.Principal;
import mainstay.protocol.model.Role;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ServiceRouterActorTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final ServiceName SERVICE = ServiceName.CONFIGURATION;
  private static final ServerId ALPHA = new ServerId("alpha");
  private static final ServerId BRAVO = new ServerId("bravo");
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final ServiceReply DONE = new ServiceReply.GatheredPoint("done");

  private final ActorRef<ServiceRouter.Message> router = KIT.spawn(
      ServiceRouterActor.create(new ServiceRouterActor.Settings(2, Duration.ofMillis(10))));
  private final TestProbe<ServiceHost.Message> alpha = KIT.createTestProbe();
  private final TestProbe<ServiceHost.Message> bravo = KIT.createTestProbe();
  private final TestProbe<Answer> client = KIT.createTestProbe();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void aRequestWaitsUntilSomebodyIsActive() {
    ask("one", set(1), LONG);
    locate(ALPHA, 1, 1, alpha);

    answer(alpha, "one");
    assertThat(client.receiveMessage().reply()).isEqualTo(DONE);
  }

  @Test
  void whatIsUnansweredGoesToTheNextActiveServerWithItsIdAndNeverTwiceToTheSameActivation() {
    locate(ALPHA, 1, 1, alpha);
    ask("one", set(1), LONG);
    delivered(alpha);
    locate(ALPHA, 1, 1, alpha);
    alpha.expectNoMessage(Duration.ofMillis(100));
    locate(BRAVO, 2, 1, bravo);

    answer(bravo, "one");
    assertThat(client.receiveMessage().reply()).isEqualTo(DONE);
  }

  @Test
  void anActivationThatAcceptsAgainIsAskedAgain() {
    locate(ALPHA, 1, 1, alpha);
    ask("one", set(1), LONG);
    var first = delivered(alpha);
    first.replyTo().tell(new ServiceHost.Delivered(SERVICE, "one", false, null));
    locate(ALPHA, 1, 2, alpha);

    answer(alpha, "one");
    assertThat(client.receiveMessage().reply()).isEqualTo(DONE);
  }

  @Test
  void aWriteThatWasSentAndNotAnsweredIsUnknownAndOneThatNobodyGotIsNot() {
    ask("never-sent", set(1), Duration.ofMillis(50));
    assertThat(refusal()).isEqualTo(Reason.NO_ACTIVE_SERVER);

    locate(ALPHA, 1, 1, alpha);
    ask("sent", set(1), Duration.ofMillis(50));
    assertThat(refusal()).isEqualTo(Reason.OUTCOME_UNKNOWN);

    ask("read", new Points.GetValue("p"), Duration.ofMillis(50));
    assertThat(refusal()).isEqualTo(Reason.NO_ACTIVE_SERVER);
  }

  @Test
  void whoWaitsAtANodeThatWasShutOutIsToldAtOnce() {
    locate(ALPHA, 1, 1, alpha);
    ask("write", set(1), LONG);
    ask("read", new Points.GetValue("p"), LONG);
    delivered(alpha);
    delivered(alpha);

    ServiceRouterActor.end(router);

    assertThat(refusal()).isEqualTo(Reason.OUTCOME_UNKNOWN);
    assertThat(refusal()).isEqualTo(Reason.NO_ACTIVE_SERVER);
    ask("late", set(1), LONG);
    assertThat(refusal()).isEqualTo(Reason.NO_ACTIVE_SERVER);
    alpha.expectNoMessage(Duration.ofMillis(100));
  }

  @Test
  void theSameRequestTwiceAtOnceIsSentOnceAndAnsweredTwice() {
    locate(ALPHA, 1, 1, alpha);
    ask("one", set(1), LONG);
    ask("one", set(1), LONG);
    ask("one", set(2), LONG);

    assertThat(refusal()).isEqualTo(Reason.INVALID);
    answer(alpha, "one");
    assertThat(client.receiveMessage().reply()).isEqualTo(DONE);
    assertThat(client.receiveMessage().reply()).isEqualTo(DONE);
    alpha.expectNoMessage(Duration.ofMillis(100));
  }

  @Test
  void moreThanTheLimitIsRefusedAsBusy() {
    ask("one", set(1), LONG);
    ask("two", set(1), LONG);
    ask("three", set(1), LONG);

    assertThat(refusal()).isEqualTo(Reason.BUSY);
  }

  @Test
  void aLocalReadGoesToTheHostOfThisServer() {
    ServiceRouterActor.locations(router).local(SERVICE, bravo.ref());
    locate(ALPHA, 1, 1, alpha);
    router.tell(new ServiceRouter.Ask(
        SERVICE,
        "one",
        new Principal("viewer", Role.VIEWER),
        new Points.GetValue("p"),
        Consistency.LOCAL,
        LONG,
        client.ref()));

    bravo.expectMessageClass(HostControl.ReadLocally.class).replyTo().tell(new Answer(DONE, 7));
    assertThat(client.receiveMessage().ageMillis()).isEqualTo(7);
  }

  private static Points.SetValue set(double value) {
    return new Points.SetValue("p", value, Precondition.NONE);
  }

  private void ask(String id, ServiceRequest request, Duration patience) {
    router.tell(new ServiceRouter.Ask(
        SERVICE,
        id,
        new Principal("operator", Role.OPERATOR),
        request,
        Consistency.LINEARIZABLE,
        patience,
        client.ref()));
  }

  private void locate(
      ServerId server, long term, long generation, TestProbe<ServiceHost.Message> host) {
    ServiceRouterActor.locations(router).active(SERVICE, server, term, generation, host.ref());
  }

  private static ServiceHost.Deliver delivered(TestProbe<ServiceHost.Message> host) {
    return host.expectMessageClass(ServiceHost.Deliver.class);
  }

  private static void answer(TestProbe<ServiceHost.Message> host, String id) {
    var request = delivered(host);
    assertThat(request.requestId()).isEqualTo(id);
    request.replyTo().tell(new ServiceHost.Delivered(SERVICE, id, true, DONE));
  }

  private Reason refusal() {
    return ((Rejected) client.receiveMessage().reply()).reason();
  }
}
