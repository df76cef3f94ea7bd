package mainstay.node.dge;

import akka.Done;
import akka.actor.DeadLetterSuppression;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import mainstay.node.dge.DgeEngine.ApplyConfiguration;
import mainstay.node.dge.DgeEngine.Command;
import mainstay.node.dge.DgeEngine.ConfigurationRunning;
import mainstay.node.dge.DgeEngine.Event;
import mainstay.node.dge.DgeEngine.Fenced;
import mainstay.node.dge.DgeEngine.Message;
import mainstay.node.dge.DgeEngine.Statistics;
import mainstay.node.dge.DgeEngine.Stop;
import mainstay.node.dge.core.Poll;
import mainstay.node.dge.core.PollSchedule;
import mainstay.node.dge.core.SampleBuffer;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.DurationText;
import mainstay.protocol.model.PerformanceDatabase;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.TestKind;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * One engine in one term: starts the polls that {@link PollSchedule} names, puts their samples into a
 * {@link SampleBuffer}, and its batches into the sink. Ends by {@link Stop} or when the term is stale.
 */
public final class DgeEngineActor {
  /** Beyond a test's timeout, so that the poller's own words about it come first. */
  private static final Duration GRACE = Duration.ofMillis(200);
  /** The line about the configuration has their number. */
  private static final int MOST_REFUSED_LOGGED = 20;

  private static final Duration SHORTEST_WAKE = Duration.ofMillis(1);

  private final ActorRef<Message> self;
  private final TimerScheduler<Message> timers;
  private final Activation activation;
  private final DgeSettings settings;
  private final Function<TestKind, Poller> pollers;
  private final Function<PerformanceDatabase, SampleSink> sinks;
  private final Predicate<Throwable> isStale;
  private final ActorRef<Event> listener;
  private final Clock clock;
  private final Logger log;

  private final PollSchedule schedule;
  private final SampleBuffer buffer;
  private final List<ActorRef<Done>> stopping = new ArrayList<>();
  private PerformanceDatabase place = PerformanceDatabase.INSTALLATION;
  private SampleSink sink;
  private Phase phase = Phase.GATHERING;
  private long configurationVersion;
  private long polls;
  private long failed;
  private Optional<String> pollFailure = Optional.empty();
  private Optional<String> writeFailure = Optional.empty();
  private long droppedAtLastReport;
  private OptionalLong wakeMillis = OptionalLong.empty();

  private enum Phase {
    GATHERING,
    /** Stop was asked for: polls that run may still end. */
    FINISHING_POLLS,
    /** Nothing more is expected but that the store takes the rest. */
    WRITING_REST
  }

  private record Wake() implements Message {}

  private record Report() implements Message {}

  private record DrainOver() implements Message {}

  /** May well come after the end of the engine, so nobody has to wonder about it. */
  private record Polled(Poll poll, PollResult result) implements Message, DeadLetterSuppression {}

  /** May well come after the end of the engine, so nobody has to wonder about it. */
  private record Written(Optional<Throwable> failure) implements Message, DeadLetterSuppression {}

  private DgeEngineActor(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      Activation activation,
      DgeSettings settings,
      Function<TestKind, Poller> pollers,
      Function<PerformanceDatabase, SampleSink> sinks,
      Predicate<Throwable> isStale,
      ActorRef<Event> listener,
      Clock clock) {
    this.self = context.getSelf();
    this.timers = timers;
    this.activation = activation;
    this.settings = settings;
    this.pollers = pollers;
    this.sinks = sinks;
    this.sink = sinks.apply(place);
    this.isStale = isStale;
    this.listener = listener;
    this.clock = clock;
    this.log = context.getLog();
    this.schedule = new PollSchedule(settings.schedule());
    this.buffer = new SampleBuffer(settings.buffer());
  }

  /**
   * An engine that polls nothing until its first {@link ApplyConfiguration}.
   *
   * @param pollers who polls which kind, for example {@code new Pollers(settings)::of}; outlives the engine
   * @param sinks where samples can go; each is called for one batch at a time
   * @param isStale tells from a failed write, or its cause, that the term of the activation has passed
   * @param listener told {@link Fenced} and, regularly, {@link Statistics}
   * @param clock by which tests are due
   */
  public static Behavior<Command> create(
      Activation activation,
      DgeSettings settings,
      Function<TestKind, Poller> pollers,
      Function<PerformanceDatabase, SampleSink> sinks,
      Predicate<Throwable> isStale,
      ActorRef<Event> listener,
      Clock clock) {
    return Behaviors.<Message>setup(context -> Behaviors.withTimers(timers -> {
          timers.startTimerWithFixedDelay(new Report(), settings.statisticsInterval());
          return new DgeEngineActor(
                  context, timers, activation, settings, pollers, sinks, isStale, listener, clock)
              .receive();
        }))
        .narrow();
  }

  private Behavior<Message> receive() {
    return Behaviors.receive(Message.class)
        .onMessage(ApplyConfiguration.class, this::onApplyConfiguration)
        .onMessage(Wake.class, this::onWake)
        .onMessage(Polled.class, this::onPolled)
        .onMessage(Written.class, this::onWritten)
        .onMessage(Report.class, this::onReport)
        .onMessage(Stop.class, this::onStop)
        .onMessage(DrainOver.class, this::onDrainOver)
        .build();
  }

  private Behavior<Message> onApplyConfiguration(ApplyConfiguration command) {
    if (command.version() < configurationVersion || phase != Phase.GATHERING) {
      log.info(
          "configuration {} version={} ignored why=\"version {} runs, the engine is {}\"",
          who(),
          command.version(),
          configurationVersion,
          phase);
    } else {
      var change = schedule.apply(command.devices(), command.tests(), clock.millis());
      configurationVersion = command.version();
      storeIn(command.performanceDatabase());
      var level =
          change.added() + change.changed() + change.removed() > 0 ? Level.INFO : Level.DEBUG;
      log.atLevel(level)
          .log(
              "configuration {} version={} tests={} added={} changed={} removed={} refused={}",
              who(),
              configurationVersion,
              schedule.tests(),
              change.added(),
              change.changed(),
              change.removed(),
              change.refused().size());
      change.refused().stream()
          .limit(MOST_REFUSED_LOGGED)
          .forEach(refused -> log.warn(
              "test {} is not polled: {}; correct its definition", refused.test(), refused.why()));
    }
    command.replyTo().tell(new ConfigurationRunning(configurationVersion));
    return goOn();
  }

  /** What is being written now may end where it was; what fails there goes to the new place. */
  private void storeIn(PerformanceDatabase next) {
    if (!next.equals(place)) {
      log.info("engine {} stores its samples in {} from now on", who(), named(next));
      place = next;
      sink = sinks.apply(next);
    }
  }

  private static String named(PerformanceDatabase database) {
    return database.text().orElse("the databases of the installation");
  }

  private Behavior<Message> onWake(Wake wake) {
    wakeMillis = OptionalLong.empty();
    return goOn();
  }

  private Behavior<Message> onPolled(Polled polled) {
    var poll = polled.poll();
    if (!schedule.finished(poll)) {
      return goOn();
    }
    polls++;
    if (polled.result() instanceof PollResult.Measured measured) {
      add(new Sample(poll.test().id(), poll.time(), Optional.of(measured.value()), Quality.GOOD));
    } else {
      String reason = polled.result() instanceof PollResult.Failed failure
          ? failure.reason()
          : "the poller said nothing";
      failed++;
      pollFailure = Optional.of("test " + poll.test().id() + ": " + reason);
      log.debug(
          "poll of test {} on device {} failed: {}",
          poll.test().id(),
          poll.device().id(),
          reason);
      add(new Sample(poll.test().id(), poll.time(), Optional.empty(), Quality.BAD));
    }
    return goOn();
  }

  private Behavior<Message> onWritten(Written written) {
    if (written.failure().isEmpty()) {
      buffer.written();
      writeFailure.ifPresent(before -> log.info("engine {} stores samples again", who()));
      writeFailure = Optional.empty();
      return goOn();
    }
    var failure = written.failure().get();
    String reason = FailureReason.of(failure, settings.writeTimeout());
    if (Stream.iterate(failure, cause -> cause != null, Throwable::getCause).anyMatch(isStale)) {
      listener.tell(new Fenced(activation, buffer.size()));
      return ended(reason);
    }
    buffer.failed(monotonicMillis());
    if (writeFailure.isEmpty()) {
      log.warn(
          "engine {} cannot store samples, it holds {} and repeats why=\"{}\"",
          who(),
          buffer.size(),
          reason);
    }
    writeFailure = Optional.of(reason);
    return goOn();
  }

  private Behavior<Message> onReport(Report tick) {
    long dropped = buffer.totalDropped() - droppedAtLastReport;
    if (dropped > 0) {
      log.warn(
          "engine {} dropped its {} oldest samples, {} are held why=\"{}\"",
          who(),
          dropped,
          buffer.size(),
          writeFailure.orElse("the store is slower than the polls"));
    }
    droppedAtLastReport = buffer.totalDropped();
    report();
    return goOn();
  }

  private Behavior<Message> onStop(Stop stop) {
    stopping.add(stop.replyTo());
    if (phase == Phase.GATHERING) {
      phase = Phase.FINISHING_POLLS;
      timers.startSingleTimer(new DrainOver(), settings.drainPolls());
    }
    return goOn();
  }

  private Behavior<Message> onDrainOver(DrainOver over) {
    if (phase == Phase.WRITING_REST) {
      return ended("the store did not take the samples within "
          + DurationText.format(settings.drainWrites()));
    }
    beginWritingRest();
    return goOn();
  }

  /** Does what the phase has to do now, then sleeps until there is more. Every message ends here. */
  private Behavior<Message> goOn() {
    if (phase == Phase.GATHERING) {
      schedule.advance(clock.millis()).forEach(this::start);
    } else if (phase == Phase.FINISHING_POLLS && schedule.running() == 0) {
      beginWritingRest();
    }
    if (phase == Phase.WRITING_REST && buffer.size() == 0) {
      return ended("stop asked for, all samples are stored");
    }
    write();
    sleep();
    return Behaviors.same();
  }

  private void beginWritingRest() {
    phase = Phase.WRITING_REST;
    buffer.flush(monotonicMillis());
    timers.startSingleTimer(new DrainOver(), settings.drainWrites());
  }

  private Behavior<Message> ended(String why) {
    report();
    if (buffer.size() == 0) {
      log.info("engine {} ended unfinishedPolls={} why=\"{}\"", who(), schedule.running(), why);
    } else {
      log.warn(
          "engine {} ended unfinishedPolls={} lostSamples={} why=\"{}\"",
          who(),
          schedule.running(),
          buffer.size(),
          why);
    }
    stopping.forEach(replyTo -> replyTo.tell(Done.getInstance()));
    return Behaviors.stopped();
  }

  private void start(Poll poll) {
    var limit = poll.test().timeout();
    limited(
            () -> pollers.apply(poll.test().kind()).poll(poll.device(), poll.test()),
            limit.plus(GRACE))
        .whenComplete((result, failure) -> self.tell(new Polled(
            poll,
            failure == null ? result : new PollResult.Failed(FailureReason.of(failure, limit)))));
  }

  private void add(Sample sample) {
    buffer.add(sample, monotonicMillis());
  }

  private void write() {
    var batch = buffer.take(monotonicMillis());
    if (!batch.isEmpty()) {
      limited(() -> sink.write(activation.fence(), batch), settings.writeTimeout())
          .whenComplete((nothing, failure) -> self.tell(new Written(Optional.ofNullable(failure))));
    }
  }

  private void report() {
    listener.tell(new Statistics(
        activation,
        configurationVersion,
        schedule.tests(),
        schedule.running(),
        schedule.waiting(),
        polls,
        schedule.missed(),
        failed,
        pollFailure,
        buffer.totalWritten(),
        buffer.size(),
        buffer.totalDropped(),
        writeFailure));
  }

  /** No longer than until the next report, which wakes up too. */
  private void sleep() {
    long now = monotonicMillis();
    long untilPoll = phase == Phase.GATHERING
        ? schedule.nextDueMillis().stream()
            .map(due -> due - clock.millis())
            .min()
            .orElse(Long.MAX_VALUE)
        : Long.MAX_VALUE;
    long untilWrite =
        buffer.nextMillis().stream().map(next -> next - now).min().orElse(Long.MAX_VALUE);
    long pause = Math.max(SHORTEST_WAKE.toMillis(), Math.min(untilPoll, untilWrite));
    boolean earlier = wakeMillis.isEmpty() || now + pause < wakeMillis.getAsLong();
    if (pause <= settings.statisticsInterval().toMillis() && earlier) {
      wakeMillis = OptionalLong.of(now + pause);
      timers.startSingleTimer(new Wake(), Duration.ofMillis(pause));
    }
  }

  private String who() {
    return "service=" + activation.service() + " server=" + activation.server() + " term="
        + activation.term();
  }

  /** What was asked for, ended by the limit even if those who were asked hang, and failed if they throw. */
  private static <T> CompletionStage<T> limited(
      Supplier<CompletionStage<T>> asked, Duration limit) {
    try {
      return asked
          .get()
          .toCompletableFuture()
          .copy()
          .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  /** Of a clock that never jumps. */
  private static long monotonicMillis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }
}
