package mainstay.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import mainstay.protocol.model.ServerId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EngineWarmUpTest {
  private final ActorTestKit kit = ActorTestKit.create();

  @AfterEach
  void shutDown() {
    kit.shutdownTestKit();
  }

  @Test
  void anEngineGathersAndEnds() {
    var warm =
        EngineWarmUp.start(kit.system(), kit.system().settings().config(), new ServerId("a"), "1");

    assertThat(warm).succeedsWithin(Duration.ofSeconds(20));
  }

  @Test
  void aServerThatEndsMeanwhileIsNotWaitedFor() {
    var warm =
        EngineWarmUp.start(kit.system(), kit.system().settings().config(), new ServerId("a"), "1");

    kit.shutdownTestKit();

    assertThatThrownBy(() -> warm.get(20, TimeUnit.SECONDS))
        .hasMessageContaining("the warm-up of an engine did not end");
  }
}
