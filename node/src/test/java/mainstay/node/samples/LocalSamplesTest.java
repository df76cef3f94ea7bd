package mainstay.node.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.SampleBucket;
import mainstay.protocol.query.SampleQueries;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class LocalSamplesTest {
  private static final ActorTestKit KIT =
      ActorTestKit.create(ConfigFactory.load("provisioning-test"));
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
  private static final int STORED = 2_500;

  /** A sample each second from noon on. */
  private static final class EachSecond implements SampleQueries {
    @Override
    public CompletionStage<Optional<Sample>> latest(String series) {
      return CompletableFuture.completedFuture(Optional.of(at(STORED - 1)));
    }

    @Override
    public CompletionStage<List<Sample>> range(String series, Instant from, Instant to, int limit) {
      assertThat(limit).isBetween(1, LocalSamples.PAGE);
      return CompletableFuture.completedFuture(IntStream.range(0, STORED)
          .mapToObj(EachSecond::at)
          .filter(sample -> !sample.time().isBefore(from) && sample.time().isBefore(to))
          .limit(limit)
          .toList());
    }

    @Override
    public CompletionStage<List<SampleBucket>> buckets(
        String series, Instant from, Instant to, Duration step) {
      assertThat(Duration.between(from, to).dividedBy(step)).isLessThanOrEqualTo(LocalSamples.PAGE);
      return CompletableFuture.completedFuture(List.of(
          new SampleBucket(from, 0, 1, 0.5, 2), new SampleBucket(to.minus(step), 0, 1, 0.5, 2)));
    }

    private static Sample at(int second) {
      return new Sample(
          "cpu", NOON.plusSeconds(second), Optional.of((double) second), Quality.GOOD);
    }
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void moreThanFitsIntoOneMessageComesInPages() {
    var samples = reading(Optional.of(new EachSecond()));

    var all = samples
        .range("cpu", NOON, NOON.plusSeconds(9_000), 9_000)
        .toCompletableFuture()
        .join();
    var some = samples
        .range("cpu", NOON, NOON.plusSeconds(9_000), 1_500)
        .toCompletableFuture()
        .join();
    var few = samples
        .range("cpu", NOON, NOON.plusSeconds(9_000), 7)
        .toCompletableFuture()
        .join();

    assertThat(all).hasSize(STORED).doesNotHaveDuplicates();
    assertThat(some).hasSize(1_500).isEqualTo(all.subList(0, 1_500));
    assertThat(few).hasSize(7);
    assertThat(samples.latest("cpu").toCompletableFuture().join()).contains(all.get(STORED - 1));
  }

  @Test
  void stepsComeInPagesThatBeginAtAStep() {
    var steps = reading(Optional.of(new EachSecond()))
        .buckets("cpu", NOON, NOON.plusSeconds(15_000), Duration.ofSeconds(10))
        .toCompletableFuture()
        .join();

    assertThat(steps)
        .extracting(step -> Duration.between(NOON, step.time()).toSeconds())
        .containsExactly(0L, 9_990L, 10_000L, 14_990L);
  }

  @Test
  void aServerWithoutALocalDatabaseSaysSo() {
    var samples = reading(Optional.empty());

    assertThatThrownBy(() -> samples.latest("cpu").toCompletableFuture().join())
        .hasMessageContaining("it has no mainstay.sample-databases.local");
  }

  @Test
  void aQueryThatFailsIsAnswered() {
    var samples = reading(Optional.of(new SampleQueries() {
      @Override
      public CompletionStage<Optional<Sample>> latest(String series) {
        return CompletableFuture.failedStage(new IllegalStateException("local1 is away"));
      }

      @Override
      public CompletionStage<List<Sample>> range(String s, Instant from, Instant to, int limit) {
        return CompletableFuture.failedStage(new IllegalStateException("local1 is away"));
      }

      @Override
      public CompletionStage<List<SampleBucket>> buckets(
          String s, Instant from, Instant to, Duration step) {
        return CompletableFuture.failedStage(new IllegalStateException("local1 is away"));
      }
    }));

    assertThatThrownBy(() -> samples.latest("cpu").toCompletableFuture().join())
        .hasMessageContaining("local1 is away");
  }

  @Test
  void everythingThatIsSentSurvivesSerialization() {
    var answers = KIT.<LocalSamples.Answer>createTestProbe().ref();
    var end = NOON.plusMillis(1);

    for (Object message : List.of(
        new LocalSamples.Latest("cpu", answers),
        new LocalSamples.Range("cpu", NOON, end, 10, answers),
        new LocalSamples.Steps("cpu", NOON, end, Duration.ofMillis(1_500), answers),
        new LocalSamples.Samples(
            List.of(EachSecond.at(1), new Sample("cpu", end, Optional.empty(), Quality.BAD))),
        new LocalSamples.Buckets(List.of(new SampleBucket(NOON, 0, 1, 0.1 + 0.2, 2))),
        new LocalSamples.Failed("why"))) {
      KIT.serializationTestKit().verifySerialization(message, true);
    }
  }

  private static RemoteSamples reading(Optional<SampleQueries> local) {
    return new RemoteSamples(
        KIT.spawn(LocalSamplesActor.create(local)).narrow(),
        Duration.ofSeconds(5),
        KIT.system().scheduler());
  }
}
