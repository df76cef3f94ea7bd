package mainstay.node.dge.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.DurationText;
import mainstay.protocol.model.TestDefinition;

/**
 * When which test is polled.
 *
 * <p><b>Rhythm.</b> A test is due at fixed wall-clock times that follow from its id and interval alone, so whoever
 * takes the engine's identity over polls in the same rhythm: the gap of a series is at most its interval plus the
 * time without an engine. A test that begins here (start of the engine, added, moved, another interval) has its
 * first poll at its next due time, but within {@link Limits#firstPollWithin} at the latest; those early first polls
 * are spread over that window, so that a takeover of many slow tests is no burst. A change that keeps device and
 * interval keeps the rhythm; all other tests do not notice it.
 *
 * <p><b>Limits.</b> One poll at a time per device, {@link Limits#maxConcurrent} in all. A poll that is due and may
 * not start yet waits, devices take turns. When its next due time comes, the newer takes the place of the older: a
 * test never waits twice. What comes due while the test still runs is not queued either. Both count as missed.
 *
 * <p><b>Stamp.</b> A poll carries its due time; one that starts more than {@link Limits#maxLateness} after it carries
 * its real start. Stamps of one series grow strictly, unless the clock is set back.
 *
 * <p><b>Steps.</b> If the time between two calls of {@link #advance} differs from what is possible (process
 * suspended, clock set), every test begins anew: no burst, no silence. So call it at least once a second.
 *
 * <p>Not thread-safe. One call costs O(log tests) per due test; {@link #apply} O(tests).
 */
public final class PollSchedule {
  /** A longer way between two calls, in either direction, is a step of the clock or a suspended process. */
  static final long STEP_MILLIS = 5_000;

  private static final long IDLE = 0;
  private static final long WAITING = -1;

  /**
   * @param maxConcurrent polls that run at the same time, over all devices
   * @param firstPollWithin longest wait for the first poll of a test that begins
   * @param maxLateness a poll that starts later than this after its due time is stamped with its start
   * @param shortestInterval tests with a shorter one are refused
   */
  public record Limits(
      int maxConcurrent,
      Duration firstPollWithin,
      Duration maxLateness,
      Duration shortestInterval) {
    public Limits {
      if (maxConcurrent < 1
          || firstPollWithin.toMillis() < 1
          || shortestInterval.toMillis() < 1
          || maxLateness.isNegative()) {
        throw new IllegalArgumentException("limits of polling must be positive: " + maxConcurrent
            + " polls, first within " + firstPollWithin + ", shortest interval " + shortestInterval
            + ", lateness " + maxLateness);
      }
    }
  }

  /** What a new configuration changed, in numbers of tests. */
  public record Change(int added, int changed, int removed, List<Refused> refused) {}

  /** A test that cannot be polled as it is configured. */
  public record Refused(String test, String why) {}

  private final Limits limits;
  private final Map<String, Entry> entries = new HashMap<>();
  private final Map<String, Slot> slots = new HashMap<>();
  private final PriorityQueue<Entry> byDue =
      new PriorityQueue<>(Comparator.comparingLong((Entry e) -> e.dueMillis));
  private final ArrayDeque<Slot> ready = new ArrayDeque<>();
  private final Map<Long, Running> running = new HashMap<>();
  private int generation;
  private int waiting;
  private long lastNumber;
  private long missed;
  private OptionalLong lastCallMillis = OptionalLong.empty();

  public PollSchedule(Limits limits) {
    this.limits = limits;
  }

  /** Polls these tests from now on and no others. Tests that are disabled, or whose device is, are left out. */
  public Change apply(List<Device> devices, List<TestDefinition> tests, long nowMillis) {
    var devicesById = new HashMap<String, Device>();
    devices.forEach(device -> devicesById.put(device.id(), device));
    var refused = new ArrayList<Refused>();
    int before = entries.size();
    int added = 0;
    int changed = 0;
    generation++;

    for (var test : tests) {
      var device = devicesById.get(test.device());
      var objection = objection(test, device);
      if (objection.isPresent()) {
        refused.add(new Refused(test.id(), objection.get()));
      } else if (test.enabled() && device.enabled()) {
        var outcome = put(test, device, nowMillis);
        added += outcome == Outcome.ADDED ? 1 : 0;
        changed += outcome == Outcome.CHANGED ? 1 : 0;
      }
    }
    entries.values().removeIf(entry -> entry.generation != generation && retire(entry));
    byDue.removeIf(entry -> entry.retired);
    slots.values().removeIf(slot -> slot.tests == 0 && !slot.busy);
    return new Change(added, changed, before + added - entries.size(), List.copyOf(refused));
  }

  /**
   * The polls to start now. Each must be given back to {@link #finished}, however it ends, since it occupies its
   * device until then.
   */
  public List<Poll> advance(long nowMillis) {
    if (lastCallMillis.isPresent()
        && Math.abs(nowMillis - lastCallMillis.getAsLong()) > STEP_MILLIS) {
      beginAnew(nowMillis);
    }
    lastCallMillis = OptionalLong.of(nowMillis);
    while (!byDue.isEmpty() && byDue.peek().dueMillis <= nowMillis) {
      fallDue(byDue.poll(), nowMillis);
    }
    return startReady(nowMillis);
  }

  /**
   * Ends a poll and frees its device.
   *
   * @return whether its result counts: false if test or device were changed or removed while it ran
   */
  public boolean finished(Poll poll) {
    var run = running.remove(poll.number());
    if (run == null) {
      throw new IllegalStateException(
          "poll " + poll.number() + " of test " + poll.test().id() + " is not running");
    }
    run.slot.busy = false;
    run.slot.offer(ready);
    if (run.slot.tests == 0) {
      slots.remove(run.slot.device.id(), run.slot);
    }
    if (!run.entry.retired) {
      run.entry.state = IDLE;
    }
    boolean counts = !run.entry.retired
        && run.entry.test.equals(poll.test())
        && run.slot.device.equals(poll.device());
    missed += !counts && entries.containsKey(poll.test().id()) ? 1 : 0;
    return counts;
  }

  /** When {@link #advance} has something to do again, if no poll ends before; empty without tests. */
  public OptionalLong nextDueMillis() {
    return byDue.isEmpty() ? OptionalLong.empty() : OptionalLong.of(byDue.peek().dueMillis);
  }

  /** Tests that are polled. */
  public int tests() {
    return entries.size();
  }

  /** Polls that run. */
  public int running() {
    return running.size();
  }

  /** Polls that are due but wait for their device or for a place among the running. */
  public int waiting() {
    return waiting;
  }

  /** Polls that were due and gave no sample, since the schedule began: overtaken, slept over, or changed meanwhile. */
  public long missed() {
    return missed;
  }

  private Optional<String> objection(TestDefinition test, Device device) {
    if (device == null) {
      return Optional.of(
          "device '" + test.device() + "' is not part of the configuration of this engine");
    }
    if (test.interval().compareTo(limits.shortestInterval) < 0) {
      return Optional.of("interval " + DurationText.format(test.interval()) + " is shorter than "
          + DurationText.format(limits.shortestInterval));
    }
    if (test.timeout().toMillis() < 1) {
      return Optional.of("timeout " + DurationText.format(test.timeout()) + " is shorter than 1ms");
    }
    var known = entries.get(test.id());
    return known != null && known.generation == generation
        ? Optional.of("another test has the same id")
        : Optional.empty();
  }

  private enum Outcome {
    ADDED,
    CHANGED,
    SAME
  }

  private Outcome put(TestDefinition test, Device device, long nowMillis) {
    var slot = slots.computeIfAbsent(device.id(), id -> new Slot(device));
    if (!slot.device.equals(device)) {
      slot.device = device;
    }
    var known = entries.get(test.id());
    if (known != null && known.slot == slot && known.test.interval().equals(test.interval())) {
      known.generation = generation;
      if (known.test.equals(test)) {
        return Outcome.SAME;
      }
      known.test = test;
      return Outcome.CHANGED;
    }
    if (known != null) {
      retire(known);
    }
    var entry = new Entry(test, slot, generation, firstDue(PollPhase.of(test), nowMillis));
    entries.put(test.id(), entry);
    byDue.add(entry);
    slot.tests++;
    return known == null ? Outcome.ADDED : Outcome.CHANGED;
  }

  private boolean retire(Entry entry) {
    entry.retired = true;
    entry.slot.tests--;
    waiting -= entry.state == WAITING ? 1 : 0;
    return true;
  }

  private long firstDue(PollPhase phase, long nowMillis) {
    long withinMillis = limits.firstPollWithin.toMillis();
    long onPhase = phase.next(nowMillis);
    return phase.intervalMillis() <= withinMillis
        ? onPhase
        : Math.min(onPhase, nowMillis + 1 + phase.scaledTo(withinMillis));
  }

  private void beginAnew(long nowMillis) {
    var all = List.copyOf(byDue);
    byDue.clear();
    for (var entry : all) {
      var phase = PollPhase.of(entry.test);
      missed += entry.dueMillis <= nowMillis ? 1 + phase.passed(entry.dueMillis, nowMillis) : 0;
      entry.dueMillis = firstDue(phase, nowMillis);
    }
    byDue.addAll(all);
  }

  private void fallDue(Entry entry, long nowMillis) {
    var phase = PollPhase.of(entry.test);
    missed += phase.passed(entry.dueMillis, nowMillis);
    entry.pendingMillis = Math.max(entry.dueMillis, phase.latest(nowMillis));
    entry.dueMillis = phase.next(nowMillis);
    byDue.add(entry);
    if (entry.state == IDLE) {
      entry.state = WAITING;
      waiting++;
      entry.slot.append(entry);
      entry.slot.offer(ready);
    } else {
      missed++;
    }
  }

  private List<Poll> startReady(long nowMillis) {
    var starts = new ArrayList<Poll>();
    while (running.size() < limits.maxConcurrent && !ready.isEmpty()) {
      var slot = ready.poll();
      slot.offered = false;
      slot.takeFirst().ifPresent(entry -> starts.add(start(entry, nowMillis)));
    }
    return starts;
  }

  private Poll start(Entry entry, long nowMillis) {
    boolean late = nowMillis - entry.pendingMillis > limits.maxLateness.toMillis();
    var time = Instant.ofEpochMilli(late ? nowMillis : entry.pendingMillis);
    var poll = new Poll(++lastNumber, entry.slot.device, entry.test, time);
    waiting--;
    entry.state = poll.number();
    entry.slot.busy = true;
    running.put(poll.number(), new Running(entry, entry.slot));
    return poll;
  }

  private record Running(Entry entry, Slot slot) {}

  /** A test. Kept small, there may be hundreds of thousands. */
  private static final class Entry {
    private final Slot slot;
    private TestDefinition test;
    private Entry nextWaiting;
    private int generation;
    private boolean retired;
    /** When it is due next. */
    private long dueMillis;
    /** What it was due for, while it waits. */
    private long pendingMillis;
    /** Idle, waiting, or the number of the poll that runs. */
    private long state = IDLE;

    private Entry(TestDefinition test, Slot slot, int generation, long dueMillis) {
      this.test = test;
      this.slot = slot;
      this.generation = generation;
      this.dueMillis = dueMillis;
    }
  }

  /** A device: what may be polled one at a time. Its waiting tests form a linked queue. */
  private static final class Slot {
    private Device device;
    private Entry first;
    private Entry last;
    private int tests;
    private boolean busy;
    private boolean offered;

    private Slot(Device device) {
      this.device = device;
    }

    private void append(Entry entry) {
      if (first == null) {
        first = entry;
      } else {
        last.nextWaiting = entry;
      }
      last = entry;
    }

    private void offer(ArrayDeque<Slot> ready) {
      if (first != null && !busy && !offered) {
        offered = true;
        ready.add(this);
      }
    }

    /** Empty if the tests that waited have been removed. */
    private Optional<Entry> takeFirst() {
      while (first != null) {
        var entry = first;
        first = entry.nextWaiting;
        entry.nextWaiting = null;
        if (!entry.retired) {
          return Optional.of(entry);
        }
      }
      return Optional.empty();
    }
  }
}
