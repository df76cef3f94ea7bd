package mainstay.node.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mainstay.node.samples.core.Place;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.SampleBucket;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.query.Found;
import mainstay.protocol.query.SampleQueries;
import org.junit.jupiter.api.Test;

class MergedHistoryTest {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
  private static final Place ALPHA = new Place.Server(new ServerId("alpha"));
  private static final Place BRAVO = new Place.Server(new ServerId("bravo"));
  private static final Place PLANT = new Place.Cluster("plant");
  private static final Duration LIMIT = Duration.ofMillis(200);

  /** One place with one sample, or with an answer of its own. */
  private record At(CompletableFuture<List<Sample>> answer) implements SampleQueries {
    static At sample(int seconds) {
      return new At(CompletableFuture.completedFuture(List.of(at(seconds))));
    }

    @Override
    public CompletionStage<Optional<Sample>> latest(String series) {
      return answer.thenApply(list -> list.stream().findFirst());
    }

    @Override
    public CompletionStage<List<Sample>> range(String series, Instant from, Instant to, int limit) {
      return answer;
    }

    @Override
    public CompletionStage<List<SampleBucket>> buckets(
        String series, Instant from, Instant to, Duration step) {
      return answer.thenApply(
          list -> list.stream().map(s -> new SampleBucket(from, 1, 1, 1, 1)).toList());
    }
  }

  @Test
  void allPlacesAreAskedAndTheirAnswersAreMerged() {
    var history = history(Map.of(ALPHA, At.sample(1), BRAVO, At.sample(2)), ALPHA, BRAVO);

    assertThat(range(history)).isEqualTo(new Found<>(List.of(at(1), at(2)), List.of()));
    assertThat(history.latest("cpu").toCompletableFuture().join().value()).contains(at(2));
    assertThat(history
            .buckets("cpu", NOON, NOON.plusSeconds(9), Duration.ofSeconds(9))
            .toCompletableFuture()
            .join()
            .value())
        .containsExactly(new SampleBucket(NOON, 1, 1, 1, 2));
  }

  @Test
  void whoFailsOrIsSilentIsNamed() {
    var history = history(
        Map.of(
            ALPHA, At.sample(1),
            BRAVO, new At(new CompletableFuture<>()),
            PLANT, new At(CompletableFuture.failedFuture(new IllegalStateException("away")))),
        ALPHA,
        BRAVO,
        PLANT);

    assertThat(range(history))
        .isEqualTo(new Found<>(List.of(at(1)), List.of("server bravo", "cluster plant")));
  }

  @Test
  void aPlaceThatThisServerDoesNotKnowIsNamedToo() {
    var history = new MergedHistory(
        series -> List.of(PLANT, ALPHA),
        place -> {
          if (place.equals(PLANT)) {
            throw new IllegalStateException("not in the file");
          }
          return At.sample(1);
        },
        LIMIT);

    assertThat(range(history)).isEqualTo(new Found<>(List.of(at(1)), List.of("cluster plant")));
  }

  @Test
  void itFailsWhereNobodyAnswers() {
    var silent = history(
        Map.of(
            ALPHA, new At(new CompletableFuture<>()),
            BRAVO, new At(CompletableFuture.failedFuture(new IllegalStateException("away")))),
        ALPHA,
        BRAVO);

    assertThatThrownBy(() -> range(silent))
        .hasMessageContaining("none of server alpha, server bravo answered");
  }

  @Test
  void aSinglePlaceMayTakeLongerAndFailsInItsOwnWords() {
    var answer = new CompletableFuture<List<Sample>>();
    var asked = history(Map.of(ALPHA, new At(answer)), ALPHA)
        .range("cpu", NOON, NOON.plusSeconds(9), 9)
        .toCompletableFuture();

    CompletableFuture.delayedExecutor(
            2 * LIMIT.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS)
        .execute(() -> answer.completeExceptionally(new IllegalStateException("db1 is away")));

    assertThatThrownBy(asked::join).hasMessageContaining("db1 is away");
  }

  private static MergedHistory history(Map<Place, At> answers, Place... places) {
    return new MergedHistory(series -> List.of(places), answers::get, LIMIT);
  }

  private static Found<List<Sample>> range(MergedHistory history) {
    return history
        .range("cpu", NOON, NOON.plusSeconds(9), 9)
        .toCompletableFuture()
        .join();
  }

  private static Sample at(int seconds) {
    return new Sample("cpu", NOON.plusSeconds(seconds), Optional.of(1.0), Quality.GOOD);
  }
}
