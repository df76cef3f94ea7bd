package mainstay.node.dge.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import mainstay.node.dge.core.PollSchedule.Change;
import mainstay.node.dge.core.PollSchedule.Limits;
import mainstay.node.dge.core.PollSchedule.Refused;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.TestDefinition;
import mainstay.protocol.model.TestKind;
import org.junit.jupiter.api.Test;

class PollScheduleTest {
  private static final long START = Instant.parse("2026-11-22T10:00:00.003Z").toEpochMilli();
  private static final Limits LIMITS = atMost(1_000);
  private static final long NO_TEST = -1;

  @Test
  void isDueAtTheSameTimesOnEveryServerAndAcrossATakeover() {
    var tests = List.of(test("load", "one", 5_000), test("disk", "two", 7_000));
    var before = new Simulation(LIMITS, devices("one", "two"), tests, START);
    before.runTo(START + 60_000);

    var after = new Simulation(LIMITS, devices("one", "two"), tests, START + 61_234);
    after.runTo(START + 120_000);

    for (var test : tests) {
      long interval = test.interval().toMillis();
      var times = new ArrayList<>(before.stamps(test.id()));
      long gap = after.stamps(test.id()).get(0) - times.get(times.size() - 1);
      assertThat(gap).isLessThanOrEqualTo(interval + 1_234);
      times.addAll(after.stamps(test.id()));
      assertThat(times)
          .allMatch(time -> (time - times.get(0)) % interval == 0)
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void pollsASlowTestOnceEarlyAndThenInItsRhythm() {
    var tests = IntStream.range(0, 200)
        .mapToObj(i -> test("hourly-" + i, "device-" + i, 3_600_000))
        .toList();
    var simulation = new Simulation(LIMITS, devicesOf(tests), tests, START);

    simulation.runTo(START + 30_001);
    var early = tests.stream().map(test -> simulation.stamps(test.id()).get(0)).toList();
    simulation.runTo(START + 3 * 3_600_000);

    assertThat(early).allMatch(time -> time > START && time <= START + 30_001);
    assertThat(early.stream().filter(time -> time < START + 15_000).count())
        .as("spread")
        .isBetween(70L, 130L);
    for (var test : tests) {
      var stamps = simulation.stamps(test.id());
      for (int i = 2; i < stamps.size(); i++) {
        assertThat(stamps.get(i) - stamps.get(i - 1)).isEqualTo(3_600_000);
      }
    }
  }

  @Test
  void doesNotPollAQuickTestEarly() {
    var tests = IntStream.range(0, 50)
        .mapToObj(i -> test("quick-" + i, "device-" + i, 30_000))
        .toList();
    var simulation = new Simulation(LIMITS, devicesOf(tests), tests, START);

    simulation.runTo(START + 300_000);

    assertThat(tests).allMatch(test -> simulation.stamps(test.id()).size() == 10);
  }

  @Test
  void pollsOneTestOfADeviceAtATimeAndLetsThemTakeTurns() {
    var tests =
        IntStream.range(0, 5).mapToObj(i -> test("test-" + i, "one", 1_000)).toList();
    var schedule = new PollSchedule(LIMITS);
    schedule.apply(devices("one"), tests, START);

    var polled = new ArrayList<String>();
    long now = START + 1_000;
    for (int i = 0; i < 5; i++) {
      var started = schedule.advance(now);
      assertThat(started).hasSize(1);
      assertThat(schedule.advance(now)).isEmpty();
      polled.add(started.get(0).test().id());
      schedule.finished(started.get(0));
    }

    assertThat(polled).containsExactlyInAnyOrder("test-0", "test-1", "test-2", "test-3", "test-4");
    assertThat(schedule.missed()).isZero();
  }

  @Test
  void runsNoMorePollsThanTheLimit() {
    var tests = IntStream.range(0, 20)
        .mapToObj(i -> test("test-" + i, "device-" + i, 1_000))
        .toList();
    var schedule = new PollSchedule(atMost(3));
    schedule.apply(devicesOf(tests), tests, START);

    var first = schedule.advance(START + 1_000);
    assertThat(first).hasSize(3);
    assertThat(schedule.waiting()).isEqualTo(17);
    assertThat(schedule.advance(START + 1_000)).isEmpty();

    schedule.finished(first.get(1));
    assertThat(schedule.advance(START + 1_000)).hasSize(1);
    assertThat(schedule.running()).isEqualTo(3);
  }

  @Test
  void countsAPollAsMissedThatIsDueWhileTheSameTestRuns() {
    var schedule = new PollSchedule(LIMITS);
    schedule.apply(devices("one"), List.of(test("load", "one", 1_000)), START);
    var poll = schedule.advance(schedule.nextDueMillis().orElseThrow()).get(0);
    long due = poll.time().toEpochMilli();

    assertThat(schedule.advance(due + 1_000)).isEmpty();
    assertThat(schedule.advance(due + 2_000)).isEmpty();
    assertThat(schedule.missed()).isEqualTo(2);
    assertThat(schedule.finished(poll)).isTrue();
    assertThat(schedule.advance(due + 2_500)).as("not queued").isEmpty();
    assertThat(schedule.advance(due + 3_000))
        .extracting(Poll::time)
        .containsExactly(Instant.ofEpochMilli(due + 3_000));
  }

  @Test
  void replacesAPollThatWaitsByTheNextOfTheSameTest() {
    var schedule = new PollSchedule(atMost(1));
    var blocker = test("blocker", "one", 30_000);
    var waiter = test("waiter", "two", 1_000);
    schedule.apply(devices("one", "two"), List.of(blocker), START);
    var running = schedule
        .advance(advanceTo(schedule, schedule.nextDueMillis().orElseThrow()))
        .get(0);
    long now = running.time().toEpochMilli();

    schedule.apply(devices("one", "two"), List.of(blocker, waiter), now);
    long due = schedule.nextDueMillis().orElseThrow();
    schedule.advance(due);
    schedule.advance(due + 1_000);
    schedule.advance(due + 2_000);

    assertThat(schedule.waiting()).isEqualTo(1);
    assertThat(schedule.missed()).isEqualTo(2);
    schedule.finished(running);
    assertThat(schedule.advance(due + 2_100))
        .extracting(Poll::time)
        .containsExactly(Instant.ofEpochMilli(due + 2_000));
  }

  @Test
  void stampsAPollThatStartsLateWithItsStart() {
    var schedule = new PollSchedule(LIMITS);
    schedule.apply(devices("one"), List.of(test("load", "one", 30_000)), START);
    long due = advanceTo(schedule, schedule.nextDueMillis().orElseThrow() - 1) + 1;

    assertThat(schedule.advance(due + 1_001))
        .extracting(Poll::time)
        .containsExactly(Instant.ofEpochMilli(due + 1_001));
  }

  @Test
  void beginsAnewAfterTheProcessWasSuspendedWithoutABurst() {
    var tests = IntStream.range(0, 1_000)
        .mapToObj(i -> test("test-" + i, "device-" + i, 10_000))
        .toList();
    var simulation = new Simulation(LIMITS, devicesOf(tests), tests, START);
    simulation.runTo(START + 20_000);
    long missedBefore = simulation.schedule.missed();

    var atOnce = simulation.schedule.advance(START + 80_000);

    assertThat(atOnce).isEmpty();
    assertThat(simulation.schedule.missed() - missedBefore).isEqualTo(6_000);
    simulation.runFromTo(START + 80_000, START + 90_000);
    assertThat(tests).allMatch(test -> simulation.stamps(test.id()).size() == 3);
    assertThat(simulation.mostStartsAtOnce).isLessThan(20);
  }

  @Test
  void goesOnWhenTheClockIsSetBack() {
    var simulation =
        new Simulation(LIMITS, devices("one"), List.of(test("load", "one", 10_000)), START);
    simulation.runTo(START + 20_000);

    simulation.runFromTo(START - 3_600_000, START - 3_600_000 + 20_000);

    assertThat(simulation.stamps("load")).hasSize(4);
    assertThat(simulation.schedule.missed()).isZero();
  }

  @Test
  void keepsTheRhythmOfTestsThatAConfigurationDoesNotChange() {
    var slow = test("slow", "one", 3_600_000);
    var schedule = new PollSchedule(LIMITS);
    schedule.apply(devices("one", "two"), List.of(slow), START);
    long due = schedule.nextDueMillis().orElseThrow();

    var added = schedule.apply(
        devices("one", "two"), List.of(slow, test("load", "two", 3_600_000)), START + 1);
    var changed = schedule.apply(
        devices("one", "two"), List.of(renamed(slow), test("load", "two", 3_600_000)), START + 2);
    var removed = schedule.apply(devices("one", "two"), List.of(renamed(slow)), START + 3);

    assertThat(added).isEqualTo(new Change(1, 0, 0, List.of()));
    assertThat(changed).isEqualTo(new Change(0, 1, 0, List.of()));
    assertThat(removed).isEqualTo(new Change(0, 0, 1, List.of()));
    assertThat(schedule.nextDueMillis()).hasValue(due);
    advanceTo(schedule, due - 1);
    assertThat(schedule.advance(due))
        .extracting(poll -> poll.test().name())
        .containsExactly("renamed");
  }

  @Test
  void givesATestWithAnotherIntervalItsNewRhythmAtOnce() {
    var schedule = new PollSchedule(LIMITS);
    schedule.apply(devices("one"), List.of(test("load", "one", 3_600_000)), START);

    var change = schedule.apply(devices("one"), List.of(test("load", "one", 1_000)), START);

    assertThat(change).isEqualTo(new Change(0, 1, 0, List.of()));
    assertThat(schedule.nextDueMillis().orElseThrow()).isBetween(START + 1, START + 1_000);
    assertThat(schedule.tests()).isEqualTo(1);
  }

  @Test
  void dropsTheResultOfATestThatWasRemovedOrChangedWhileItRan() {
    for (var after : List.of(
        List.<TestDefinition>of(),
        List.of(renamed(test("load", "one", 1_000))),
        List.of(test("load", "one", 2_000)),
        List.of(test("load", "two", 1_000)))) {
      var schedule = new PollSchedule(LIMITS);
      schedule.apply(devices("one", "two"), List.of(test("load", "one", 1_000)), START);
      var poll = schedule.advance(schedule.nextDueMillis().orElseThrow()).get(0);

      schedule.apply(devices("one", "two"), after, poll.time().toEpochMilli());

      assertThat(schedule.finished(poll)).as("result counts after " + after).isFalse();
      assertThat(schedule.missed()).isEqualTo(after.size());
      assertThat(schedule.running()).isZero();
    }
  }

  @Test
  void keepsToOnePollPerDeviceWhenAllItsTestsAreReplaced() {
    var schedule = new PollSchedule(LIMITS);
    schedule.apply(devices("one"), List.of(test("old", "one", 1_000)), START);
    var old = schedule.advance(schedule.nextDueMillis().orElseThrow()).get(0);
    long now = old.time().toEpochMilli();

    schedule.apply(devices(), List.of(), now);
    schedule.apply(devices("one"), List.of(test("new", "one", 1_000)), now);

    assertThat(schedule.advance(now + 1_000)).isEmpty();
    schedule.finished(old);
    assertThat(schedule.advance(now + 1_000))
        .extracting(poll -> poll.test().id())
        .containsExactly("new");
  }

  @Test
  void forgetsAWaitingPollOfARemovedTest() {
    var schedule = new PollSchedule(LIMITS);
    var tests = List.of(test("a", "one", 1_000), test("b", "one", 1_000));
    schedule.apply(devices("one"), tests, START);
    var running = schedule.advance(START + 1_000).get(0);
    assertThat(schedule.waiting()).isEqualTo(1);

    schedule.apply(devices("one"), List.of(running.test()), START + 1_000);

    assertThat(schedule.waiting()).isZero();
    schedule.finished(running);
    assertThat(schedule.advance(START + 1_000)).isEmpty();
  }

  @Test
  void leavesOutWhatIsDisabled() {
    var schedule = new PollSchedule(LIMITS);
    var off = new Device("off", "off", "main", "127.0.0.1", false);

    var change = schedule.apply(
        List.of(device("one"), off),
        List.of(test("a", "off", 1_000), disabled(test("b", "one", 1_000))),
        START);

    assertThat(change).isEqualTo(new Change(0, 0, 0, List.of()));
    assertThat(schedule.nextDueMillis()).isEmpty();
  }

  @Test
  void refusesWhatCannotBePolledAndPollsTheRest() {
    var schedule = new PollSchedule(LIMITS);

    var change = schedule.apply(
        devices("one"),
        List.of(
            test("lost", "nowhere", 1_000),
            test("hasty", "one", 99),
            test("still", "one", 0),
            test("good", "one", 1_000),
            test("good", "one", 2_000)),
        START);

    assertThat(change.added()).isEqualTo(1);
    assertThat(change.refused())
        .containsExactly(
            new Refused("lost", "device 'nowhere' is not part of the configuration of this engine"),
            new Refused("hasty", "interval 99ms is shorter than 100ms"),
            new Refused("still", "interval 0ms is shorter than 100ms"),
            new Refused("good", "another test has the same id"));
  }

  @Test
  void refusesAResultItDidNotAskFor() {
    var schedule = new PollSchedule(LIMITS);
    var poll = new Poll(1, device("one"), test("load", "one", 1_000), Instant.EPOCH);

    assertThatThrownBy(() -> schedule.finished(poll))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("load");
  }

  @Test
  void spreadsAHundredThousandTestsWithoutBursts() {
    var tests = IntStream.range(0, 100_000)
        .mapToObj(i -> test("test-" + i, "device-" + i / 4, 10_000))
        .toList();
    var schedule = new PollSchedule(LIMITS);
    schedule.apply(devicesOf(tests), tests, START);
    long polls = 0;
    int mostInASlice = 0;

    for (long now = START + 10; now <= START + 20_000; now += 10) {
      int inSlice = 0;
      for (var started = schedule.advance(now);
          !started.isEmpty();
          started = schedule.advance(now)) {
        inSlice += started.size();
        started.forEach(schedule::finished);
      }
      mostInASlice = Math.max(mostInASlice, inSlice);
      polls += inSlice;
    }

    assertThat(polls).isEqualTo(200_000);
    assertThat(schedule.missed()).isZero();
    assertThat(mostInASlice).as("mean is 100, chance alone gives about 140").isLessThan(160);
  }

  /** Random durations, configurations and loads; the rules are checked after each step. */
  @Test
  void keepsItsRulesWhateverHappens() {
    long seed = Long.getLong("seed", System.nanoTime());
    var random = new SplittableRandom(seed);
    for (int round = 0; round < 200; round++) {
      new RandomRun(random.split(), "seed " + seed + " round " + round).run();
    }
  }

  /** One schedule with few devices, many tests and pollers that take any time. */
  private static final class RandomRun {
    private static final int DEVICES = 4;
    private final SplittableRandom random;
    private final String name;
    private final int maxConcurrent;
    private final PollSchedule schedule;
    private final List<Poll> running = new ArrayList<>();
    private final Map<String, Instant> lastStamps = new HashMap<>();
    private List<TestDefinition> tests = List.of();
    private long now = START;

    private RandomRun(SplittableRandom random, String name) {
      this.random = random;
      this.name = name;
      this.maxConcurrent = random.nextInt(1, 6);
      this.schedule = new PollSchedule(new Limits(
          maxConcurrent, Duration.ofSeconds(3), Duration.ofMillis(200), Duration.ofMillis(100)));
    }

    private void run() {
      for (int step = 0; step < 300; step++) {
        if (random.nextInt(20) == 0) {
          change();
        }
        now += random.nextInt(100) == 0 ? random.nextInt(20_000) : random.nextInt(200);
        if (!running.isEmpty() && random.nextInt(3) > 0) {
          schedule.finished(running.remove(random.nextInt(running.size())));
        }
        schedule.advance(now).forEach(this::check);
        check();
      }
    }

    private void change() {
      tests = IntStream.range(0, random.nextInt(12))
          .mapToObj(i ->
              test("test-" + i, "device-" + random.nextInt(DEVICES), 100 * random.nextInt(1, 100)))
          .toList();
      var change = schedule.apply(
          devices(IntStream.range(0, DEVICES).mapToObj(i -> "device-" + i).toArray(String[]::new)),
          tests,
          now);
      assertThat(change.refused()).as(name).isEmpty();
    }

    private void check(Poll poll) {
      running.add(poll);
      var before = lastStamps.put(poll.test().id(), poll.time());
      assertThat(before == null || before.isBefore(poll.time()))
          .as(name + ": stamps grow")
          .isTrue();
      assertThat(tests).as(name + ": only what is configured").contains(poll.test());
      assertThat(now - poll.time().toEpochMilli()).as(name + ": lateness").isBetween(0L, 200L);
    }

    private void check() {
      var devices = new HashSet<String>();
      assertThat(running)
          .as(name + ": one poll per device")
          .allMatch(poll -> devices.add(poll.device().id()));
      assertThat(running.size())
          .as(name)
          .isLessThanOrEqualTo(maxConcurrent)
          .isEqualTo(schedule.running());
      assertThat(schedule.tests()).as(name).isEqualTo(tests.size());
      assertThat(schedule.waiting()).as(name).isBetween(0, tests.size());
      assertThat(schedule.nextDueMillis().orElse(now + 1))
          .as(name + ": next due")
          .isGreaterThan(now);
    }
  }

  @Test
  void accountsForEveryDueTime() {
    var tests = IntStream.range(0, 40)
        .mapToObj(i -> test("test-" + i, "device-" + i % 7, 1_000))
        .toList();
    var schedule = new PollSchedule(atMost(3));
    schedule.apply(devicesOf(tests), tests, START);
    var running = new ArrayList<Poll>();
    long started = 0;

    for (long now = START; now < START + 100_000; now += 50) {
      if (!running.isEmpty()) {
        schedule.finished(running.remove(0));
      }
      var polls = schedule.advance(now);
      started += polls.size();
      running.addAll(polls);
    }

    long due = 40 * 100 - dueBetween(tests, START + 99_951, START + 100_000);
    assertThat(started + schedule.missed() + schedule.waiting()).isEqualTo(due);
  }

  private static long dueBetween(List<TestDefinition> tests, long fromMillis, long toMillis) {
    return tests.stream()
        .map(PollPhase::of)
        .mapToLong(phase -> phase.passed(fromMillis - 1, toMillis))
        .sum();
  }

  /** Goes in steps that are no leap of the clock. */
  private static long advanceTo(PollSchedule schedule, long targetMillis) {
    for (long now = START; now < targetMillis; now += 1_000) {
      schedule.advance(now);
    }
    return targetMillis;
  }

  /** Polls that end at once. */
  private static final class Simulation {
    private final PollSchedule schedule;
    private final Map<String, List<Long>> stamps = new HashMap<>();
    private long now;
    private int mostStartsAtOnce;

    private Simulation(
        Limits limits, List<Device> devices, List<TestDefinition> tests, long startMillis) {
      schedule = new PollSchedule(limits);
      now = startMillis;
      schedule.apply(devices, tests, startMillis);
    }

    private void runTo(long endMillis) {
      runFromTo(now, endMillis);
    }

    private void runFromTo(long fromMillis, long endMillis) {
      for (now = fromMillis; now < endMillis; ) {
        var started = schedule.advance(now);
        mostStartsAtOnce = Math.max(mostStartsAtOnce, started.size());
        for (var poll : started) {
          stamps
              .computeIfAbsent(poll.test().id(), id -> new ArrayList<>())
              .add(poll.time().toEpochMilli());
          schedule.finished(poll);
        }
        long next = schedule.nextDueMillis().orElse(NO_TEST);
        now = schedule.waiting() > 0
            ? now
            : Math.min(endMillis, Math.min(now + 1_000, Math.max(now + 1, next)));
      }
    }

    private List<Long> stamps(String test) {
      return stamps.getOrDefault(test, List.of());
    }
  }

  private static Limits atMost(int polls) {
    return new Limits(polls, Duration.ofSeconds(30), Duration.ofSeconds(1), Duration.ofMillis(100));
  }

  static TestDefinition test(String id, String device, long intervalMillis) {
    return new TestDefinition(
        id,
        device,
        TestKind.PING,
        id,
        Duration.ofMillis(intervalMillis),
        Duration.ofMillis(50),
        "ms",
        true,
        Map.of());
  }

  private static TestDefinition renamed(TestDefinition test) {
    return new TestDefinition(
        test.id(),
        test.device(),
        test.kind(),
        "renamed",
        test.interval(),
        test.timeout(),
        test.unit(),
        true,
        test.parameters());
  }

  private static TestDefinition disabled(TestDefinition test) {
    return new TestDefinition(
        test.id(),
        test.device(),
        test.kind(),
        test.name(),
        test.interval(),
        test.timeout(),
        test.unit(),
        false,
        test.parameters());
  }

  static Device device(String id) {
    return new Device(id, id, "main", "127.0.0.1", true);
  }

  private static List<Device> devices(String... ids) {
    return Arrays.stream(ids).map(PollScheduleTest::device).toList();
  }

  static List<Device> devicesOf(List<TestDefinition> tests) {
    return tests.stream()
        .map(TestDefinition::device)
        .distinct()
        .map(PollScheduleTest::device)
        .toList();
  }
}
