package mainstay.node.dge.core;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.TestDefinition;
import mainstay.protocol.model.TestKind;

/** Prints what tests cost on one engine: heap per 1,000 tests, and time per poll. Run it with {@code -Xmx1g}. */
public final class PollScheduleMemory {
  private static final long START = 1_700_000_000_000L;

  private PollScheduleMemory() {}

  public static void main(String[] arguments) {
    int count = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
    int testsPerDevice = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10;
    long empty = usedBytes();
    var tests =
        IntStream.range(0, count).mapToObj(i -> definition(i, testsPerDevice)).toList();
    var devices = devices(tests);
    long defined = usedBytes();
    var schedule = new PollSchedule(new PollSchedule.Limits(
        1_000, Duration.ofSeconds(30), Duration.ofSeconds(1), Duration.ofMillis(100)));
    long startNanos = System.nanoTime();
    schedule.apply(devices, tests, START);
    long appliedNanos = System.nanoTime();
    schedule.apply(devices, tests, START);
    long againNanos = System.nanoTime();
    long scheduled = usedBytes();
    System.out.printf("%d tests, %d per device%n", count, testsPerDevice);
    System.out.printf("definitions  %.3f MB per 1,000 tests%n", (defined - empty) / 1e3 / count);
    System.out.printf(
        "schedule     %.3f MB per 1,000 tests%n", (scheduled - defined) / 1e3 / count);
    System.out.printf(
        "apply        %.1f ms first, %.1f ms unchanged%n",
        (appliedNanos - startNanos) / 1e6, (againNanos - appliedNanos) / 1e6);
    run(schedule, 60_000);
    long polledFrom = System.nanoTime();
    long polls = run(schedule, 120_000);
    System.out.printf(
        "polls        %d in 60 s of schedule time, %.2f µs each%n",
        polls, (System.nanoTime() - polledFrom) / 1e3 / polls);
    if (schedule.tests() != tests.size() || devices.isEmpty()) {
      throw new IllegalStateException(
          "tests were lost: " + schedule.tests() + " of " + tests.size());
    }
  }

  private static long run(PollSchedule schedule, long untilMillis) {
    long polls = 0;
    for (long now = START + untilMillis - 60_000; now < START + untilMillis; now += 10) {
      for (var started = schedule.advance(now);
          !started.isEmpty();
          started = schedule.advance(now)) {
        polls += started.size();
        started.forEach(schedule::finished);
      }
    }
    return polls;
  }

  /** As they come out of a message: no string is shared. */
  private static TestDefinition definition(int i, int testsPerDevice) {
    return new TestDefinition(
        new String("host-cpu-" + i),
        "device-" + i / testsPerDevice,
        TestKind.HTTP,
        "CPU load of machine " + i,
        Duration.ofSeconds(10),
        Duration.ofSeconds(2),
        String.valueOf(new char[] {'m', 's'}),
        true,
        Map.of("url", "http://10.0.0." + i + ":8080/health"));
  }

  private static List<Device> devices(List<TestDefinition> tests) {
    var devices = new HashMap<String, Device>();
    tests.forEach(test -> devices.computeIfAbsent(
        test.device(), id -> new Device(id, "Machine " + id, "main", "10.0.0.1", true)));
    return List.copyOf(devices.values());
  }

  private static long usedBytes() {
    for (int i = 0; i < 5; i++) {
      System.gc();
    }
    var runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
