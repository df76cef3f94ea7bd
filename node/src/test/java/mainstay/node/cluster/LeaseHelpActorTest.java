package mainstay.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import mainstay.node.cluster.LeaseHelpActor.Done;
import mainstay.node.cluster.LeaseHelpActor.Execute;
import mainstay.persistence.databases.SessionName;
import mainstay.persistence.lease.LeaseOrder;
import mainstay.persistence.lease.LeaseOrder.Kind;
import mainstay.protocol.model.ServerId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeaseHelpActorTest {
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final LeaseOrder ORDER = new LeaseOrder(
      Kind.RENEW,
      "mainstay-survivor",
      "bravo:25520",
      new SessionName(new ServerId("bravo"), "b1"),
      7,
      10_000);
  private static final Done FAILED = new Done(false, Optional.of("db1 is not there"));

  private final ActorTestKit kit = ActorTestKit.create(ConfigFactory.load("provisioning-test"));

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void everyMessageArrivesAsItWasSent() {
    var answers = kit.<Done>createTestProbe();

    for (var kind : Kind.values()) {
      var order =
          new LeaseOrder(kind, ORDER.lease(), ORDER.owner(), ORDER.run(), 8, ORDER.timeoutMillis());
      kit.serializationTestKit().verifySerialization(new Execute(order, answers.ref()), true);
    }
    kit.serializationTestKit().verifySerialization(FAILED, true);
    kit.serializationTestKit().verifySerialization(new Done(true, Optional.empty()), true);
  }

  @Test
  void theFirstWhoHasAnAnswerIsBelieved() {
    var helpers = LeaseHelpActor.among(
        kit.system(),
        List.of(
            kit.spawn(Behaviors.<Execute>ignore()),
            kit.spawn(saying(FAILED)),
            kit.spawn(saying(new Done(true, Optional.empty())))),
        LIMIT);

    assertThat(helpers.execute(ORDER)).succeedsWithin(LIMIT).isEqualTo(true);
  }

  @Test
  void noAnswerOfAnybodyIsAFailure() {
    var helpers = LeaseHelpActor.among(
        kit.system(),
        List.of(kit.spawn(Behaviors.<Execute>ignore()), kit.spawn(saying(FAILED))),
        SHORT);

    assertThat(helpers.execute(ORDER))
        .failsWithin(LIMIT)
        .withThrowableOfType(ExecutionException.class)
        .withMessageContaining("no other server could help: ");
    assertThat(LeaseHelpActor.among(kit.system(), List.of(), SHORT).execute(ORDER))
        .failsWithin(LIMIT)
        .withThrowableOfType(ExecutionException.class)
        .withMessageContaining("there is no other server");
  }

  private static Behavior<Execute> saying(Done done) {
    return Behaviors.receiveMessage(execute -> {
      execute.replyTo().tell(done);
      return Behaviors.same();
    });
  }
}
