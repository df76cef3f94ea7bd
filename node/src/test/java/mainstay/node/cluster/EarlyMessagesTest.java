package mainstay.node.cluster;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.Cluster;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a server receives at a path before anything is there must not spoil what it receives later. */
class EarlyMessagesTest {
  private static final Config ONE_SERVER =
      ConfigFactory.parseString("""
      akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
      akka.remote.artery.advanced.compression.actor-refs.advertisement-interval = 300 ms
      akka.cluster.downing-provider-class = ""
      """).withFallback(ConfigFactory.load());

  private final ActorTestKit late = ActorTestKit.create("early-messages", ONE_SERVER);
  private final ActorTestKit early = ActorTestKit.create("early-messages", ONE_SERVER);

  @AfterEach
  void stop() {
    early.shutdownTestKit();
    late.shutdownTestKit();
  }

  @Test
  void anActorThatStartsLateReceivesWhatIsSentToItsPath() throws Exception {
    ActorRef<String> path = ActorRefResolver.get(early.system())
        .resolveActorRef(Cluster.get(late.system()).selfMember().address() + "/system/late");
    tell(path, "too early", 10);
    TestProbe<String> received = late.createTestProbe();
    late.system()
        .systemActorOf(
            Behaviors.<String>receiveMessage(text -> {
              received.ref().tell(text);
              return Behaviors.same();
            }),
            "late",
            Props.empty());
    tell(path, "between", 15);

    path.tell("last");

    received.fishForMessage(
        Duration.ofSeconds(3),
        text ->
            text.equals("last") ? FishingOutcomes.complete() : FishingOutcomes.continueAndIgnore());
  }

  private static void tell(ActorRef<String> path, String text, int times)
      throws InterruptedException {
    for (int i = 0; i < times; i++) {
      path.tell(text);
      Thread.sleep(100);
    }
  }
}
