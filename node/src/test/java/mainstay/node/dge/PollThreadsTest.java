package mainstay.node.dge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PollThreadsTest {
  private final PollThreads threads = new PollThreads("few", 1, 1);
  private final CountDownLatch hanging = new CountDownLatch(1);

  @AfterEach
  void close() {
    hanging.countDown();
    threads.close();
  }

  @Test
  void givesUpATaskThatHangs() {
    var result = threads.run(this::hang, Duration.ofMillis(100));

    assertThatThrownBy(() -> result.get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(TimeoutException.class);
  }

  @Test
  void skipsATaskThatIsNotBegunInTime() throws Exception {
    var begun = new AtomicBoolean();
    threads.run(this::hang, Duration.ofSeconds(10));
    var late = threads.run(() -> begun.getAndSet(true), Duration.ofMillis(100));
    assertThatThrownBy(() -> late.get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(TimeoutException.class);

    hanging.countDown();

    var next = runWhenThereIsRoom();
    assertThat(next).isTrue();
    assertThat(begun).isFalse();
  }

  @Test
  void failsATaskThatFindsNoPlace() {
    threads.run(this::hang, Duration.ofSeconds(10));
    threads.run(this::hang, Duration.ofSeconds(10));

    var refused = threads.run(this::hang, Duration.ofSeconds(10));

    assertThatThrownBy(() -> refused.get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining("all 1 threads for few are busy and 1 polls wait for them");
  }

  private boolean runWhenThereIsRoom() {
    return org.awaitility.Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .ignoreExceptions()
        .until(
            () -> threads.run(() -> true, Duration.ofSeconds(10)).get(10, TimeUnit.SECONDS),
            done -> done);
  }

  private boolean hang() throws InterruptedException {
    hanging.await();
    return true;
  }
}
