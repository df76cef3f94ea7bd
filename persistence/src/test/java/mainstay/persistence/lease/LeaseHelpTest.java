package mainstay.persistence.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mainstay.persistence.databases.SessionName;
import mainstay.persistence.lease.LeaseOrder.Kind;
import mainstay.protocol.model.ServerId;
import org.junit.jupiter.api.Test;

class LeaseHelpTest {
  private static final LeaseOrder ORDER = new LeaseOrder(
      Kind.ACQUIRE, "test", "alpha:1", new SessionName(new ServerId("alpha"), "a1"), 7, 1_000);
  private static final long NEVER = 60_000;
  private static final long AT_ONCE = 1;

  private final LeaseHelp help = new LeaseHelp();
  private final CompletableFuture<Boolean> own = new CompletableFuture<>();
  private final CompletableFuture<Boolean> others = new CompletableFuture<>();
  private final AtomicInteger asked = new AtomicInteger();

  private CompletableFuture<Boolean> answer(long alone) {
    help.offer(order -> {
      asked.incrementAndGet();
      return others;
    });
    return help.with(() -> own, ORDER, alone);
  }

  @Test
  void nobodyIsAskedWhoseHelpIsNotNeeded() {
    var answer = answer(NEVER);

    own.complete(false);

    assertThat(answer).isCompletedWithValue(false);
    assertThat(asked).hasValue(0);
  }

  @Test
  void othersAreAskedWhenThisServerHasFailed() {
    var answer = answer(NEVER);
    own.completeExceptionally(new IllegalStateException("db1"));
    assertThat(answer).isNotDone();

    others.complete(true);

    assertThat(answer).isCompletedWithValue(true);
    assertThat(asked).hasValue(1);
  }

  @Test
  void othersAreAskedWhenThisServerIsSlow() throws Exception {
    var answer = answer(AT_ONCE);

    others.complete(true);

    assertThat(answer.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(own).isNotDone();
  }

  @Test
  void thisServersAnswerCountsThoughItIsSlowIfOthersHaveNone() throws Exception {
    others.completeExceptionally(new IllegalStateException("nobody"));
    var answer = answer(AT_ONCE);

    own.completeOnTimeout(true, 100, TimeUnit.MILLISECONDS);

    assertThat(answer.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whatThisServerSaysOfItsFailureIsSaidIfNobodyHasAnAnswer() {
    var answer = answer(NEVER);
    own.completeExceptionally(new IllegalStateException("db1"));

    others.completeExceptionally(new IllegalStateException("nobody"));

    assertThat(answer)
        .failsWithin(java.time.Duration.ofSeconds(10))
        .withThrowableOfType(ExecutionException.class)
        .withMessageContaining("db1");
  }

  @Test
  void whoHasNoOthersIsAlone() {
    var answer = help.with(() -> own, ORDER, AT_ONCE);

    assertThat(answer).isSameAs(own);
    assertThat(Optional.of(ORDER.operation())).contains("acquire lease test");
  }
}
