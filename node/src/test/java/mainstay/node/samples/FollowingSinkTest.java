package mainstay.node.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mainstay.protocol.model.Fence;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.ServiceName;
import org.junit.jupiter.api.Test;

class FollowingSinkTest {
  private static final Fence FENCE = new Fence(ServiceName.dge("main"), 3);
  private static final List<Sample> BATCH =
      List.of(new Sample("cpu", Instant.EPOCH, Optional.of(1.0), Quality.GOOD));

  private final List<String> done = new ArrayList<>();
  private final List<CompletableFuture<Void>> raises = new ArrayList<>();
  private final FollowingSink sink = new FollowingSink(this::raise, (fence, batch) -> {
    done.add("write");
    return CompletableFuture.completedFuture(null);
  });

  @Test
  void nothingIsWrittenBeforeTheTermIsRaisedAndItIsRaisedOnce() {
    var first = sink.write(FENCE, BATCH);
    assertThat(done).containsExactly("raise");
    assertThat(first.toCompletableFuture()).isNotDone();

    raises.get(0).complete(null);
    assertThat(first.toCompletableFuture()).isCompleted();
    sink.write(FENCE, BATCH);

    assertThat(done).containsExactly("raise", "write", "write");
  }

  @Test
  void aTermThatCouldNotBeRaisedIsRaisedByTheNextWriteWhichEndsWhatStandsInTheWay() {
    var first = sink.write(FENCE, BATCH);
    raises.get(0).completeExceptionally(new IllegalStateException("away"));
    assertThat(first.toCompletableFuture()).isCompletedExceptionally();

    sink.write(FENCE, BATCH);
    raises.get(1).complete(null);

    assertThat(done).containsExactly("raise", "raise, ending sessions", "write");
  }

  private CompletionStage<Void> raise(boolean endPreviousSessions) {
    done.add(endPreviousSessions ? "raise, ending sessions" : "raise");
    raises.add(new CompletableFuture<>());
    return raises.get(raises.size() - 1);
  }
}
