package mainstay.multijvm.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import mainstay.multijvm.workload.KeyValueStore.Answer;
import org.junit.jupiter.api.Test;

class BoundedStoreTest {
  private static final Answer OK = new Answer(200, "1", 1, 1, "");

  private final Silent silent = new Silent();
  private final BoundedStore store = new BoundedStore(silent, 2);

  @Test
  void asManyAreUnderWayAsThereAreConnectionsAndTheOthersFollowInTheirOrder() {
    var answers = List.of(read("a"), read("b"), read("c"), read("d"));
    assertThat(silent.asked).containsExactly("bravo a", "bravo b");

    silent.open.get(1).complete(OK);
    assertThat(silent.asked).containsExactly("bravo a", "bravo b", "bravo c");
    silent.open.get(0).completeExceptionally(new IOException("reset"));

    assertThat(silent.asked).endsWith("bravo c", "bravo d");
    assertThat(answers.get(0)).isCompletedExceptionally();
    assertThat(answers.get(1)).isCompletedWithValue(OK);
    assertThat(answers.get(2)).isNotDone();
  }

  @Test
  void aServerThatDoesNotAnswerHoldsUpNoOther() {
    read("a");
    read("b");
    read("c");

    store.write("charlie", "d", "1", Operation.UNKNOWN, "key", Duration.ofSeconds(1));

    assertThat(silent.asked).endsWith("charlie d");
  }

  @Test
  void allConnectionsAreOpenWhenAsManyReadsHaveAnOutcome() {
    var opened = store.open("bravo", "a", Duration.ofSeconds(1));
    assertThat(silent.asked).containsExactly("bravo a", "bravo a");

    silent.open.get(0).complete(OK);
    assertThat(opened).isNotDone();
    silent.open.get(1).completeExceptionally(new IOException("refused"));

    assertThat(opened).isCompleted();
  }

  private CompletableFuture<Answer> read(String key) {
    return store.read("bravo", key, Duration.ofSeconds(1));
  }

  /** Answers when the test says so. */
  private static final class Silent implements KeyValueStore {
    private final List<String> asked = new ArrayList<>();
    private final List<CompletableFuture<Answer>> open = new ArrayList<>();

    @Override
    public CompletableFuture<Answer> write(
        String server, String key, String value, long expected, String requestId, Duration limit) {
      return read(server, key, limit);
    }

    @Override
    public CompletableFuture<Answer> read(String server, String key, Duration limit) {
      asked.add(server + " " + key);
      open.add(new CompletableFuture<>());
      return open.get(open.size() - 1);
    }
  }
}
