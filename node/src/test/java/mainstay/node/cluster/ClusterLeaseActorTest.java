package mainstay.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.coordination.lease.LeaseSettings;
import akka.coordination.lease.javadsl.Lease;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClusterLeaseActorTest {
  private static final Duration INTERVAL = Duration.ofMillis(10);
  private static final Duration PATIENCE = Duration.ofMillis(200);
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final ActorTestKit kit = ActorTestKit.create(ConfigFactory.load("provisioning-test"));
  private final OneLease lease = new OneLease();
  private final AtomicInteger ends = new AtomicInteger();

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void itTriesUntilItHasTheLeaseAndGivesItBackAtItsEnd() {
    lease.owner = "bravo:1";
    var actor = kit.spawn(ClusterLeaseActor.create(environment(Set.of("alpha:1", "bravo:1"))));
    await().pollDelay(PATIENCE.multipliedBy(2)).atMost(LIMIT).until(() -> lease.asked.get() > 3);
    assertThat(ends).hasValue(0);

    lease.owner = null;

    await().atMost(LIMIT).until(lease::checkLease);
    kit.stop(actor);
    await().atMost(LIMIT).until(() -> lease.owner == null);
  }

  @Test
  void aClusterWhoseLeaseAnotherOneKeepsEnds() {
    lease.owner = "bravo:1";

    kit.spawn(ClusterLeaseActor.create(environment(Set.of("alpha:1"))));

    await().atMost(LIMIT).until(() -> ends.get() > 0);
  }

  private ClusterLeaseActor.Environment environment(Set<String> members) {
    return new ClusterLeaseActor.Environment(
        lease,
        name -> CompletableFuture.completedStage(Optional.ofNullable(lease.owner)),
        () -> members,
        INTERVAL,
        PATIENCE,
        ends::incrementAndGet);
  }

  /** Alpha's view of it. */
  private static final class OneLease extends Lease {
    private final AtomicInteger asked = new AtomicInteger();
    private volatile String owner;

    @Override
    public LeaseSettings getSettings() {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Boolean> acquire() {
      asked.incrementAndGet();
      if (owner == null) {
        owner = "alpha:1";
      }
      return CompletableFuture.completedStage(checkLease());
    }

    @Override
    public CompletionStage<Boolean> acquire(Consumer<Optional<Throwable>> lost) {
      return acquire();
    }

    @Override
    public CompletionStage<Boolean> release() {
      if (checkLease()) {
        owner = null;
      }
      return CompletableFuture.completedStage(true);
    }

    @Override
    public boolean checkLease() {
      return "alpha:1".equals(owner);
    }
  }
}
