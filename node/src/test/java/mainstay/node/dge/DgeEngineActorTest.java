package mainstay.node.dge;

import static org.assertj.core.api.Assertions.assertThat;

import akka.Done;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import mainstay.node.dge.DgeEngine.ApplyConfiguration;
import mainstay.node.dge.DgeEngine.ConfigurationRunning;
import mainstay.node.dge.DgeEngine.Fenced;
import mainstay.node.dge.DgeEngine.Statistics;
import mainstay.node.dge.DgeEngine.Stop;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.Fence;
import mainstay.protocol.model.PerformanceDatabase;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import mainstay.protocol.model.TestDefinition;
import mainstay.protocol.model.TestKind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Pollers and sink are queues here: the test answers when it wants to, so nothing depends on how fast things go. */
class DgeEngineActorTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final Activation ACTIVATION =
      new Activation(ServiceName.dge("main"), 7, new ServerId("bravo"), "incarnation-1");
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final String QUICK_WRITES =
      "mainstay.dge.samples { max-age = 10 ms, retry-shortest = 5 ms, retry-longest = 10 ms }\n";

  private final BlockingQueue<Asked> polls = new LinkedBlockingQueue<>();
  private final BlockingQueue<Batch> writes = new LinkedBlockingQueue<>();
  private final TestProbe<DgeEngine.Event> listener = KIT.createTestProbe();
  private final TestProbe<ConfigurationRunning> running = KIT.createTestProbe();
  private final TestProbe<Done> done = KIT.createTestProbe();

  private record Asked(Device device, TestDefinition test, CompletableFuture<PollResult> answer) {}

  private record Batch(
      PerformanceDatabase place,
      Fence fence,
      List<Sample> samples,
      CompletableFuture<Void> answer) {}

  private static final class TermIsOver extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @AfterAll
  static void shutDown() {
    KIT.shutdownTestKit();
  }

  @Test
  void gathersFromTheFirstConfigurationOn() throws Exception {
    var engine = engine(QUICK_WRITES);
    var before = Instant.now();

    apply(engine, 3, test("load", 100));
    next(polls).answer().complete(new PollResult.Measured(21.5));
    var batch = next(writes);

    assertThat(batch.fence()).isEqualTo(new Fence(ServiceName.dge("main"), 7));
    assertThat(batch.samples()).singleElement().satisfies(sample -> {
      assertThat(sample.series()).isEqualTo("load");
      assertThat(sample.value()).contains(21.5);
      assertThat(sample.quality()).isEqualTo(Quality.GOOD);
      assertThat(sample.time()).isBetween(before.minusMillis(1), Instant.now());
      assertThat(sample.time().getNano() % 1_000_000).isZero();
    });
    end(engine);
  }

  @Test
  void storesFailedPollsWithoutValue() throws Exception {
    var engine = engine(QUICK_WRITES);
    apply(engine, 1, test("load", 100));

    next(polls).answer().complete(new PollResult.Failed("no answer"));
    assertBad(next(writes));
    next(polls).answer().completeExceptionally(new IllegalStateException("broken"));

    var statistics = statistics(told -> told.failed() >= 2);
    assertThat(statistics.polls()).isEqualTo(statistics.failed());
    assertThat(statistics.configurationVersion()).isEqualTo(1);
    assertThat(statistics.tests()).isEqualTo(1);
    assertThat(statistics.pollFailure())
        .hasValueSatisfying(why -> assertThat(why).startsWith("test load: "));
    end(engine);
  }

  @Test
  void survivesAPollerThatThrows() throws Exception {
    var engine = KIT.spawn(DgeEngineActor.create(
        ACTIVATION,
        PollerFixture.settings(QUICK_WRITES),
        kind -> (device, test) -> {
          throw new IllegalArgumentException("parameter port is missing");
        },
        this::sink,
        TermIsOver.class::isInstance,
        listener.ref(),
        Clock.systemUTC()));
    apply(engine, 1, test("load", 100));

    assertBad(next(writes));
    end(engine);
  }

  @Test
  void givesUpAPollerThatHangs() throws Exception {
    var engine = engine(QUICK_WRITES);
    apply(engine, 1, test("load", 100));

    next(polls);

    assertBad(next(writes));
    assertThat(next(polls).test().id()).as("the test is polled again").isEqualTo("load");
    end(engine);
  }

  @Test
  void appliesAChangeAtOnceAndSaysWhichVersionRuns() throws Exception {
    var engine = engine(QUICK_WRITES);
    apply(engine, 3, test("old", 100));
    next(polls);

    engine.tell(new ApplyConfiguration(
        4, devices(), List.of(test("new", 100)), PerformanceDatabase.INSTALLATION, running.ref()));
    running.expectMessage(PATIENCE, new ConfigurationRunning(4));
    polls.clear();

    assertThat(next(polls).test().id()).isEqualTo("new");
    end(engine);
  }

  @Test
  void keepsTheNewerConfiguration() throws Exception {
    var engine = engine(QUICK_WRITES);
    apply(engine, 4, test("new", 100));

    engine.tell(new ApplyConfiguration(
        3, devices(), List.of(test("old", 100)), PerformanceDatabase.INSTALLATION, running.ref()));

    running.expectMessage(PATIENCE, new ConfigurationRunning(4));
    assertThat(next(polls).test().id()).isEqualTo("new");
    end(engine);
  }

  @Test
  void repeatsAFailedWriteWithTheSameSamples() throws Exception {
    var engine = engine(QUICK_WRITES);
    apply(engine, 1, test("load", 100));
    next(polls).answer().complete(new PollResult.Measured(1));

    var first = next(writes);
    first.answer().completeExceptionally(new IllegalStateException("database is away"));
    var second = next(writes);
    assertThat(second.samples()).startsWith(first.samples().get(0));
    assertThat(statistics(told -> told.writeFailure().isPresent()).writeFailure())
        .contains("IllegalStateException: database is away");

    second.answer().complete(null);
    var statistics = statistics(told -> told.written() > 0);
    assertThat(statistics.writeFailure()).isEmpty();
    assertThat(statistics.dropped()).isZero();
    end(engine);
  }

  @Test
  void repeatsAWriteThatHangs() throws Exception {
    var engine = engine(QUICK_WRITES + "mainstay.dge.samples.write-timeout = 50 ms");
    apply(engine, 1, test("load", 100));
    next(polls).answer().complete(new PollResult.Measured(1));

    var first = next(writes);

    assertThat(next(writes).samples()).startsWith(first.samples().get(0));
    end(engine);
  }

  @Test
  void holdsALimitedNumberOfSamplesAndCountsWhatItDrops() throws Exception {
    var engine = engine(
        QUICK_WRITES
            + "mainstay.dge.samples { batch-size = 1, capacity = 2 }\nmainstay.dge.drain.writes = 10 ms");
    apply(engine, 1, test("load", 100));
    for (int i = 0; i < 5; i++) {
      next(polls).answer().complete(new PollResult.Measured(i));
    }

    var statistics = statistics(told -> told.dropped() >= 3);

    assertThat(statistics.buffered()).isEqualTo(2);
    end(engine);
  }

  @Test
  void drainsWhenAskedToStop() throws Exception {
    var engine = engine(
        "mainstay.dge.samples.max-age = 1 h\nmainstay.dge.drain { polls = 1 h, writes = 1 h }");
    apply(engine, 1, test("first", 100, PATIENCE), test("second", 100, PATIENCE));
    var first = next(polls);
    first.answer().complete(new PollResult.Measured(1));
    var second = first.test().id().equals("first") ? pollOf("second") : pollOf("first");

    engine.tell(new Stop(done.ref()));
    engine.tell(new Stop(done.ref()));
    engine.tell(new ApplyConfiguration(
        2, devices(), List.of(), PerformanceDatabase.INSTALLATION, running.ref()));
    running.expectMessage(PATIENCE, new ConfigurationRunning(1));
    answerAll();
    second.answer().complete(new PollResult.Measured(2));

    var last = next(writes);
    assertThat(last.samples())
        .extracting(Sample::value)
        .contains(Optional.of(1.0), Optional.of(2.0));
    done.expectNoMessage();
    last.answer().complete(null);
    done.expectMessage(PATIENCE, Done.getInstance());
    done.expectMessage(PATIENCE, Done.getInstance());
    done.expectTerminated(engine, PATIENCE);
    assertThat(polls).isEmpty();
  }

  @Test
  void stopsInLimitedTimeWhenPollsAndStoreHang() throws Exception {
    var engine = engine(QUICK_WRITES + "mainstay.dge.drain { polls = 20 ms, writes = 20 ms }");
    apply(engine, 1, test("first", 100, PATIENCE), test("second", 100, PATIENCE));
    next(polls).answer().complete(new PollResult.Measured(1));
    next(writes);

    engine.tell(new Stop(done.ref()));

    done.expectMessage(PATIENCE, Done.getInstance());
    done.expectTerminated(engine, PATIENCE);
    assertThat(statistics(told -> told.buffered() > 0).written()).isZero();
  }

  @Test
  void endsAndSaysSoWhenItsTermIsOver() throws Exception {
    var engine = engine(QUICK_WRITES);
    apply(engine, 1, test("load", 100));
    next(polls).answer().complete(new PollResult.Measured(1));

    var batch = next(writes);
    batch
        .answer()
        .completeExceptionally(
            new CompletionException(new IllegalStateException(new TermIsOver())));

    done.expectTerminated(engine, PATIENCE);
    var fenced = fenced();
    assertThat(fenced.activation()).isEqualTo(ACTIVATION);
    assertThat(fenced.unwritten()).isGreaterThanOrEqualTo(batch.samples().size());
    polls.clear();
    assertThat(polls.poll(300, TimeUnit.MILLISECONDS)).as("polls after the end").isNull();
  }

  @Test
  void confirmsAStopThatMeetsTheEndOfTheTerm() throws Exception {
    var engine = engine(QUICK_WRITES + "mainstay.dge.drain { polls = 1 h, writes = 1 h }");
    apply(engine, 1, test("load", 100));
    next(polls).answer().complete(new PollResult.Measured(1));
    var batch = next(writes);

    engine.tell(new Stop(done.ref()));
    batch.answer().completeExceptionally(new TermIsOver());

    done.expectMessage(PATIENCE, Done.getInstance());
    assertThat(fenced().unwritten()).isPositive();
  }

  @Test
  void itsSamplesGoWhereTheConfigurationSaysAndThoseThatFailedBeforeToo() throws Exception {
    var engine = engine(QUICK_WRITES);
    apply(engine, 1, test("load", 100));
    next(polls).answer().complete(new PollResult.Measured(1));
    var first = next(writes);

    engine.tell(new ApplyConfiguration(
        2,
        devices(),
        List.of(test("load", 100)),
        PerformanceDatabase.cluster("plant"),
        running.ref()));
    running.expectMessage(PATIENCE, new ConfigurationRunning(2));
    first.answer().completeExceptionally(new IllegalStateException("the database is away"));
    var again = next(writes);

    assertThat(first.place()).isEqualTo(PerformanceDatabase.INSTALLATION);
    assertThat(again.place()).isEqualTo(PerformanceDatabase.cluster("plant"));
    assertThat(again.samples()).containsAll(first.samples());
    again.answer().complete(null);
    end(engine);
  }

  private ActorRef<DgeEngine.Command> engine(String overrides) {
    return KIT.spawn(DgeEngineActor.create(
        ACTIVATION,
        PollerFixture.settings(overrides),
        kind -> this::ask,
        this::sink,
        TermIsOver.class::isInstance,
        listener.ref(),
        Clock.systemUTC()));
  }

  private CompletionStage<PollResult> ask(Device device, TestDefinition test) {
    var asked = new Asked(device, test, new CompletableFuture<>());
    polls.add(asked);
    return asked.answer();
  }

  private SampleSink sink(PerformanceDatabase place) {
    return (fence, samples) -> write(place, fence, samples);
  }

  private CompletionStage<Void> write(
      PerformanceDatabase place, Fence fence, List<Sample> samples) {
    var batch = new Batch(place, fence, samples, new CompletableFuture<>());
    writes.add(batch);
    return batch.answer();
  }

  private void apply(ActorRef<DgeEngine.Command> engine, long version, TestDefinition... tests) {
    engine.tell(new ApplyConfiguration(
        version, devices(), List.of(tests), PerformanceDatabase.INSTALLATION, running.ref()));
    running.expectMessage(PATIENCE, new ConfigurationRunning(version));
  }

  private Asked pollOf(String test) throws InterruptedException {
    for (var asked = next(polls); ; asked = next(polls)) {
      if (asked.test().id().equals(test)) {
        return asked;
      }
      asked.answer().complete(new PollResult.Measured(0));
    }
  }

  private void answerAll() {
    for (var asked = polls.poll(); asked != null; asked = polls.poll()) {
      asked.answer().complete(new PollResult.Measured(0));
    }
  }

  private Statistics statistics(Predicate<Statistics> wanted) {
    return listener
        .fishForMessage(
            PATIENCE,
            event -> event instanceof Statistics told && wanted.test(told)
                ? FishingOutcomes.complete()
                : FishingOutcomes.continueAndIgnore())
        .stream()
        .map(Statistics.class::cast)
        .findFirst()
        .orElseThrow();
  }

  private Fenced fenced() {
    return listener
        .fishForMessage(
            PATIENCE,
            event -> event instanceof Fenced
                ? FishingOutcomes.complete()
                : FishingOutcomes.continueAndIgnore())
        .stream()
        .map(Fenced.class::cast)
        .findFirst()
        .orElseThrow();
  }

  private void end(ActorRef<DgeEngine.Command> engine) {
    KIT.stop(engine, PATIENCE);
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(next).as("nothing came within " + PATIENCE).isNotNull();
    return next;
  }

  private static void assertBad(Batch batch) {
    batch.answer().complete(null);
    assertThat(batch.samples().get(0).value()).isEmpty();
    assertThat(batch.samples().get(0).quality()).isEqualTo(Quality.BAD);
  }

  /** One device per test, so that a poll without answer holds up no other. */
  private static List<Device> devices() {
    return List.of("load", "old", "new", "first", "second").stream()
        .map(id -> new Device("of-" + id, id, "main", "127.0.0.1", true))
        .toList();
  }

  private static TestDefinition test(String id, long intervalMillis) {
    return test(id, intervalMillis, Duration.ofMillis(50));
  }

  private static TestDefinition test(String id, long intervalMillis, Duration timeout) {
    return new TestDefinition(
        id,
        "of-" + id,
        TestKind.TCP,
        id,
        Duration.ofMillis(intervalMillis),
        timeout,
        "ms",
        true,
        Map.of());
  }
}
