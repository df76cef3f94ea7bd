package mainstay.multijvm.checker;

import static mainstay.multijvm.checker.Histories.maybeSwapped;
import static mainstay.multijvm.checker.Histories.maybeWrote;
import static mainstay.multijvm.checker.Histories.of;
import static mainstay.multijvm.checker.Histories.read;
import static mainstay.multijvm.checker.Histories.refusedWrite;
import static mainstay.multijvm.checker.Histories.stale;
import static mainstay.multijvm.checker.Histories.swapped;
import static mainstay.multijvm.checker.Histories.wrote;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import mainstay.multijvm.workload.Entry;
import mainstay.multijvm.workload.History;
import mainstay.multijvm.workload.Operation;
import org.junit.jupiter.api.Test;

class LinearizablePerKeyTest {
  private static final long NONE = Operation.UNKNOWN;

  @Test
  void holdsWhenAReadDuringAWriteFindsEitherValue() {
    assertHeld(
        wrote("1", 1, 0, 10), wrote("2", 2, 20, 40), read("1", 1, 25, 30), read("2", 2, 31, 35));
    assertHeld(
        wrote("1", NONE, 0, 10),
        wrote("2", NONE, 20, 40),
        read("1", NONE, 25, 30),
        read("2", NONE, 31, 35));
  }

  @Test
  void isViolatedByAReadThatGoesBackInTime() {
    assertViolated(
        wrote("1", 1, 0, 10), wrote("2", 2, 20, 40), read("2", 2, 25, 30), read("1", 1, 31, 35));
    assertViolated(
        wrote("1", NONE, 0, 10),
        wrote("2", NONE, 20, 40),
        read("2", NONE, 25, 30),
        read("1", NONE, 31, 35));
  }

  @Test
  void isViolatedByAReadOfAValueReplacedBeforeItStarted() {
    assertViolated(wrote("1", 1, 0, 10), wrote("2", 2, 20, 30), read("1", 1, 31, 35));
  }

  @Test
  void isViolatedByAnAcknowledgedWriteThatVanished() {
    assertViolated(read("0", 4, 0, 1), wrote("1", 5, 2, 10), read("0", 4, 20, 30));
  }

  @Test
  void isViolatedByAValueThatNobodyWrote() {
    assertViolated(read("7", NONE, 0, 5), wrote("1", NONE, 6, 10), read("8", NONE, 11, 12));
    assertViolated(wrote("1", 1, 0, 5), refusedWrite("2", 6, 10), read("2", 2, 11, 12));
  }

  @Test
  void aKeyMayHaveHadAnyValueBefore() {
    assertHeld(read("7", 4, 0, 5), wrote("1", 5, 6, 10));
    assertHeld(read(null, 0, 0, 5), wrote("1", 1, 6, 10), read("1", 1, 11, 12));
    assertViolated(read("1", 5, 0, 5), wrote("1", 5, 6, 10));
  }

  @Test
  void aWriteOfUnknownOutcomeMayTakeEffectLateOrNever() {
    assertHeld(
        wrote("1", 1, 0, 5), maybeWrote("2", 6, 10), read("1", 1, 50, 60), read("2", 2, 100, 110));
    assertHeld(wrote("1", 1, 0, 5), maybeWrote("2", 6, 10), read("1", 1, 50, 60));
    assertHeld(
        wrote("1", NONE, 0, 5),
        maybeWrote("2", 6, 10),
        read("1", NONE, 50, 60),
        read("2", NONE, 100, 110));
  }

  @Test
  void aWriteOfUnknownOutcomeTakesEffectOnceAndNotBeforeItStarts() {
    assertViolated(
        wrote("1", NONE, 0, 5),
        maybeWrote("2", 6, 10),
        read("2", NONE, 20, 30),
        wrote("3", NONE, 31, 40),
        read("2", NONE, 41, 50));
    assertViolated(wrote("1", NONE, 0, 5), read("2", NONE, 6, 10), maybeWrote("2", 11, 12));
  }

  @Test
  void aCompareAndSetSucceedsOnlyOnTheRevisionThatItNames() {
    assertHeld(wrote("1", 1, 0, 5), swapped(1, "2", 2, 6, 10), read("2", 2, 11, 12));
    assertViolated(wrote("1", 1, 0, 5), wrote("2", 2, 6, 10), swapped(1, "3", 3, 11, 12));
  }

  @Test
  void ofTwoCompareAndSetsOnOneRevisionOnlyOneSucceeds() {
    assertHeld(
        wrote("1", 1, 0, 5), swapped(1, "2", 2, 6, 20), stale(1, "3", 7, 19), read("2", 2, 30, 31));
    assertViolated(wrote("1", 1, 0, 5), swapped(1, "2", 2, 6, 20), swapped(1, "3", 3, 7, 19));
  }

  @Test
  void aCompareAndSetIsRefusedOnlyIfTheRevisionIsAnother() {
    assertViolated(wrote("1", 1, 0, 5), stale(1, "2", 6, 10), read("1", 1, 11, 12));
    assertHeld(wrote("1", 1, 0, 5), maybeWrote("2", 6, 7), stale(1, "3", 8, 10));
  }

  @Test
  void aCompareAndSetOfUnknownOutcomeNeedsItsRevisionToo() {
    assertHeld(wrote("1", 1, 0, 5), maybeSwapped(1, "2", 6, 10), read("2", 2, 20, 21));
    assertViolated(
        wrote("1", 1, 0, 5),
        wrote("2", 2, 6, 7),
        maybeSwapped(1, "3", 8, 10),
        read("3", 3, 20, 21));
  }

  @Test
  void isViolatedWhenALaterWriteHasAnOlderRevision() {
    assertViolated(wrote("1", 2, 0, 5), wrote("2", 1, 6, 10));
  }

  @Test
  void aHistoryThatWritesAValueTwiceProvesNothing() {
    assertViolated(wrote("1", 1, 0, 5), wrote("1", 2, 6, 10));
  }

  @Test
  void agreesWithTryingEveryOrder() {
    long seed = Long.getLong("seed", System.nanoTime());
    var random = new SplittableRandom(seed);
    int held = 0;
    for (int i = 0; i < 4_000; i++) {
      var operations = RandomRegister.nearlyRight(random, 7, i % 2 == 0);
      boolean expected = BruteForce.linearizable(operations);
      held += expected ? 1 : 0;

      assertThat(check(new History(operations)).held())
          .as("-Dseed=%s history %s: %s", seed, i, operations)
          .isEqualTo(expected);
    }
    assertThat(held).as("both kinds of history were made, -Dseed=%s", seed).isBetween(800, 3_700);
  }

  @Test
  void decidesTwentyThousandOperationsOnSixteenKeysInTime() {
    long seed = Long.getLong("seed", System.nanoTime());
    var good = RandomRegister.busy(new SplittableRandom(seed), 20_000, 16, true);
    var withoutRevisions = RandomRegister.busy(new SplittableRandom(seed), 20_000, 16, false);

    assertTimeout(Duration.ofSeconds(30), () -> {
      assertThat(check(new History(good)).violations()).as("-Dseed=%s", seed).isEmpty();
      assertThat(check(new History(withoutRevisions)).violations())
          .as("-Dseed=%s", seed)
          .isEmpty();
      assertThat(check(new History(RandomRegister.withOneStaleRead(good))).violations())
          .as("-Dseed=%s", seed)
          .hasSize(1);
    });
  }

  private static Verdict check(History history) {
    return new LinearizablePerKey().check(history);
  }

  private static void assertHeld(Entry... entries) {
    assertThat(check(of(entries)).violations()).isEmpty();
  }

  private static void assertViolated(Entry... entries) {
    assertThat(check(of(entries)).violations()).hasSize(1);
  }

  /** Makes histories by running a register that takes each operation at a random moment of its time. */
  private static final class RandomRegister {
    private record Planned(int number, String key, int dice, long start, long moment, long end) {}

    /** Few operations, and a wrong answer in about half of the histories. */
    static List<Operation> nearlyRight(SplittableRandom random, int count, boolean revisions) {
      var operations = run(random, plan(random, count, 1, 3 * count, 12), revisions, 4);
      // What the key was before, so that both sides know it.
      operations.add(
          0,
          made(
              new Planned(0, "setpoint-0", 0, -2, -2, -1),
              Operation.Kind.READ,
              null,
              NONE,
              Operation.Outcome.OK,
              200,
              revisions ? 0 : NONE));
      int victim = random.nextInt(1, operations.size());
      var o = operations.get(victim);
      if (o.kind() == Operation.Kind.READ) {
        var other = operations.get(random.nextInt(operations.size()));
        if (other.value() != null || random.nextBoolean()) {
          long revision = revisions ? other.revision() : NONE;
          operations.set(victim, replaced(o, other.value(), revision));
        }
      }
      return operations;
    }

    /** Many operations, about ten at a time on each key, one in 200 of unknown outcome. */
    static List<Operation> busy(SplittableRandom random, int count, int keys, boolean revisions) {
      return run(
          random,
          plan(random, count, keys, 100L * count, revisions ? 16_000 : 6_000),
          revisions,
          200);
    }

    static List<Operation> withOneStaleRead(List<Operation> operations) {
      var changed = new ArrayList<>(operations);
      var first = operations.stream()
          .filter(o -> o.kind() == Operation.Kind.READ && o.revision() > 0)
          .findFirst()
          .orElseThrow();
      for (int i = changed.size() - 1; i >= 0; i--) {
        var o = changed.get(i);
        if (o.kind() == Operation.Kind.READ && o.key().equals(first.key())) {
          changed.set(i, replaced(o, first.value(), first.revision()));
          return changed;
        }
      }
      throw new IllegalStateException("no read on " + first.key());
    }

    private static List<Planned> plan(
        SplittableRandom random, int count, int keys, long span, long longest) {
      var plan = new ArrayList<Planned>();
      for (int i = 0; i < count; i++) {
        long start = random.nextLong(span);
        long end = start + 1 + random.nextLong(longest);
        plan.add(new Planned(
            i + 1,
            "setpoint-" + random.nextInt(keys),
            random.nextInt(100),
            start,
            random.nextLong(start, end + 1),
            end));
      }
      plan.sort(Comparator.comparingLong(Planned::moment));
      return plan;
    }

    private static List<Operation> run(
        SplittableRandom random, List<Planned> plan, boolean revisions, int oneUnknownOf) {
      record Cell(String value, long revision) {}
      var cells = new HashMap<String, Cell>();
      var operations = new ArrayList<Operation>();
      for (var p : plan) {
        var cell = cells.getOrDefault(p.key(), new Cell(null, 0));
        var value = Integer.toString(p.number());
        boolean unknown = random.nextInt(oneUnknownOf) == 0;
        boolean lost = unknown && random.nextBoolean();
        if (p.dice() < 40) {
          operations.add(made(
              p,
              Operation.Kind.READ,
              cell.value(),
              NONE,
              Operation.Outcome.OK,
              200,
              revisions ? cell.revision() : NONE));
        } else if (p.dice() < 60 && revisions) {
          long expected = Math.max(0, cell.revision() - random.nextInt(2));
          boolean done = expected == cell.revision() && !lost;
          if (done) {
            cells.put(p.key(), new Cell(value, cell.revision() + 1));
          }
          operations.add(made(
              p,
              Operation.Kind.COMPARE_AND_SET,
              value,
              expected,
              unknown
                  ? Operation.Outcome.INFO
                  : done ? Operation.Outcome.OK : Operation.Outcome.FAIL,
              unknown ? 0 : done ? 200 : 412,
              done && !unknown ? cell.revision() + 1 : NONE));
        } else {
          if (!lost) {
            cells.put(p.key(), new Cell(value, cell.revision() + 1));
          }
          operations.add(made(
              p,
              Operation.Kind.WRITE,
              value,
              NONE,
              unknown ? Operation.Outcome.INFO : Operation.Outcome.OK,
              unknown ? 0 : 200,
              revisions && !unknown ? cell.revision() + 1 : NONE));
        }
      }
      return operations;
    }

    private static Operation made(
        Planned p,
        Operation.Kind kind,
        String value,
        long expected,
        Operation.Outcome outcome,
        int status,
        long revision) {
      return new Operation(
          p.number(),
          kind,
          p.key(),
          value,
          expected,
          p.start(),
          p.end(),
          outcome,
          status,
          "bravo",
          1,
          revision,
          1,
          false,
          "");
    }

    private static Operation replaced(Operation o, String value, long revision) {
      return new Operation(
          o.process(),
          o.kind(),
          o.key(),
          value,
          o.expected(),
          o.start(),
          o.end(),
          o.outcome(),
          o.status(),
          o.server(),
          o.term(),
          revision,
          o.attempts(),
          o.finalRead(),
          o.detail());
    }
  }

  /** The definition, word by word: is there any order? For a handful of operations only. */
  private static final class BruteForce {
    private final Map<String, Long> revisions = new HashMap<>();

    static boolean linearizable(List<Operation> operations) {
      var search = new BruteForce();
      search.revisions.put(
          null, operations.stream().anyMatch(o -> o.revision() != NONE) ? 0 : NONE);
      for (var o : operations) {
        var known = o.revision() == NONE ? null : search.revisions.put(o.value(), o.revision());
        if (known != null && known != o.revision()) {
          return false;
        }
      }
      return search.anyOrder(operations, null, NONE);
    }

    private boolean anyOrder(List<Operation> left, String value, long highest) {
      if (left.stream().allMatch(o -> o.outcome() == Operation.Outcome.INFO)) {
        return true;
      }
      long firstEnd = left.stream()
          .filter(o -> o.outcome() != Operation.Outcome.INFO)
          .mapToLong(Operation::end)
          .min()
          .orElseThrow();
      for (int i = 0; i < left.size(); i++) {
        var o = left.get(i);
        if (o.start() <= firstEnd && possible(o, value, highest)) {
          var rest = new ArrayList<>(left);
          rest.remove(i);
          boolean changes =
              o.kind() != Operation.Kind.READ && o.outcome() != Operation.Outcome.FAIL;
          long now = changes ? Math.max(highest, revisions.getOrDefault(o.value(), NONE)) : highest;
          if (anyOrder(rest, changes ? o.value() : value, now)) {
            return true;
          }
        }
      }
      return false;
    }

    private boolean possible(Operation o, String value, long highest) {
      long now = revisions.getOrDefault(value, NONE);
      long then = revisions.getOrDefault(o.value(), NONE);
      boolean grows = then == NONE || then > highest;
      return switch (o.kind()) {
        case READ -> Objects.equals(o.value(), value);
        case WRITE -> grows;
        case COMPARE_AND_SET ->
          o.outcome() == Operation.Outcome.FAIL
              ? now == NONE || now != o.expected()
              : grows
                  && (now == o.expected() || now == NONE && !revisions.containsValue(o.expected()));
      };
    }
  }
}
