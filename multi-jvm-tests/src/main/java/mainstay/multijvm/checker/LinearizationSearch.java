package mainstay.multijvm.checker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import mainstay.multijvm.checker.RegisterHistory.Call;

/**
 * Looks for an order of the calls that a register could have executed one after the other: the algorithm of Wing and Gong
 * with the memoisation of Lowe ("Testing for linearizability", 2017): a set of calls already ordered, together with the
 * value they lead to, is never tried twice.
 *
 * <p>Two things keep it short and change no result. A call that changes nothing (a read, a refusal) is taken as soon as it
 * fits and never taken back, since taking it cannot spoil anything. A write of known revision is taken only in the order of
 * revisions.
 */
final class LinearizationSearch {
  /** Start or end of a call, in a list ordered by time. Ends of calls that may take effect at any time are left out. */
  private static final class Node {
    private final int call;
    private final boolean start;
    private Node end;
    private Node previous;
    private Node next;

    Node(int call, boolean start) {
      this.call = call;
      this.start = start;
    }

    void unlink() {
      previous.next = next;
      if (next != null) {
        next.previous = previous;
      }
    }

    void relink() {
      previous.next = this;
      if (next != null) {
        next.previous = this;
      }
    }
  }

  /** What was before a call was taken, to go back to. */
  private record Step(Node node, int value, int rank) {}

  private record Configuration(BitSetKey taken, int value) {}

  /** An immutable copy of a bit set with its hash at hand. */
  private static final class BitSetKey {
    private final long[] words;
    private final int hash;

    BitSetKey(long[] words) {
      this.words = words.clone();
      this.hash = Arrays.hashCode(words);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof BitSetKey key && hash == key.hash && Arrays.equals(words, key.words);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  private final List<Call> calls;
  private final long stepLimit;
  private final Map<Integer, Long> revisions = new HashMap<>();
  private final Node head = new Node(-1, false);
  private final long[] taken;
  private final Deque<Step> stack = new ArrayDeque<>();
  private final Set<Configuration> tried = new HashSet<>();
  private int value = RegisterHistory.INITIAL;
  private int rank;
  private int best = -1;
  private String bestExplanation = "";

  /** @param calls of one register, by start */
  LinearizationSearch(List<Call> calls, long stepLimit) {
    this.calls = calls;
    this.stepLimit = stepLimit;
    this.taken = new long[(calls.size() + 63) / 64];
    calls.forEach(c -> {
      if (c.effect() != RegisterHistory.Effect.REFUSED) {
        revisions.put(c.value(), c.revision());
      }
    });
    link();
  }

  /** @return empty if there is such an order, else why not */
  Optional<String> run() {
    long steps = 0;
    long unfinished =
        calls.stream().filter(c -> c.end() != RegisterHistory.NEVER).count();
    var node = head.next;
    while (unfinished > 0) {
      if (++steps > stepLimit) {
        return Optional.of("undecided after " + stepLimit + " steps on " + calls.size()
            + " operations; " + bestExplanation);
      }
      var harmless = node == head.next ? fittingRead() : null;
      if (harmless != null) {
        node = harmless;
      }
      if (node != null && node.start) {
        if (take(node)) {
          unfinished -= mandatory(node) ? 1 : 0;
          node = head.next;
        } else {
          node = node.next;
        }
        continue;
      }
      // The end of a call that was not taken, or nothing left to take: this way leads nowhere. Back
      // to the last write.
      remember(node);
      Step step;
      do {
        step = stack.poll();
        if (step == null) {
          return Optional.of(bestExplanation);
        }
        untake(step);
        unfinished += mandatory(step.node) ? 1 : 0;
      } while (changesNothing(step.node));
      node = step.node.next;
    }
    return Optional.empty();
  }

  private boolean mandatory(Node node) {
    return calls.get(node.call).end() != RegisterHistory.NEVER;
  }

  private boolean changesNothing(Node node) {
    var effect = calls.get(node.call).effect();
    return effect == RegisterHistory.Effect.READ || effect == RegisterHistory.Effect.REFUSED;
  }

  /** A call that changes nothing and is possible now, null if there is none. */
  private Node fittingRead() {
    for (var node = head.next; node != null && node.start; node = node.next) {
      if (changesNothing(node) && apply(calls.get(node.call)) >= 0) {
        return node;
      }
    }
    return null;
  }

  /** Takes a call next if that is possible and was not tried before. */
  private boolean take(Node node) {
    var call = calls.get(node.call);
    if (call.rank() >= 0 && call.rank() != rank) {
      return false;
    }
    int after = apply(call);
    if (after < 0) {
      return false;
    }
    set(node.call);
    if (!tried.add(new Configuration(new BitSetKey(taken), after))) {
      clear(node.call);
      return false;
    }
    stack.push(new Step(node, value, rank));
    value = after;
    rank += call.rank() >= 0 ? 1 : 0;
    node.unlink();
    if (node.end != null) {
      node.end.unlink();
    }
    return true;
  }

  private void untake(Step step) {
    value = step.value;
    rank = step.rank;
    clear(step.node.call);
    if (step.node.end != null) {
      step.node.end.relink();
    }
    step.node.relink();
  }

  /** @return the value after the call, -1 if it is not possible now */
  private int apply(Call call) {
    long revision = revisions.getOrDefault(value, RegisterHistory.UNKNOWN);
    boolean unknown = revision == RegisterHistory.UNKNOWN;
    boolean matches =
        unknown ? !revisions.containsValue(call.expected()) : revision == call.expected();
    return switch (call.effect()) {
      case READ -> call.value() == value ? value : -1;
      case WRITE -> grows(revision, call) ? call.value() : -1;
      case SWAP -> matches && grows(revision, call) ? call.value() : -1;
      // Without effect it need not be taken at all.
      case MAYBE_SWAP -> matches && grows(revision, call) ? call.value() : -1;
      case REFUSED -> unknown || !matches ? value : -1;
    };
  }

  private static boolean grows(long revision, Call call) {
    return call.revision() == RegisterHistory.UNKNOWN || call.revision() > revision;
  }

  private void remember(Node stuck) {
    if (stack.size() <= best) {
      return;
    }
    best = stack.size();
    var call = stuck == null ? calls.get(head.next.call) : calls.get(stuck.call);
    bestExplanation = "no order of the operations explains " + call.operation().describe()
        + "; explained before it: "
        + best + " of " + calls.size() + ", leading to "
        + (value == RegisterHistory.INITIAL ? "the initial value" : writerOf(value));
  }

  private String writerOf(int value) {
    return calls.stream()
        .filter(c -> c.value() == value)
        .filter(c -> c.effect() != RegisterHistory.Effect.READ
            && c.effect() != RegisterHistory.Effect.REFUSED)
        .findFirst()
        .map(c -> "the " + c.operation().describe())
        .orElse("value number " + value);
  }

  private void link() {
    record Moment(long time, boolean start, Node node) {}
    var moments = new ArrayList<Moment>();
    for (int i = 0; i < calls.size(); i++) {
      var start = new Node(i, true);
      moments.add(new Moment(calls.get(i).operation().start(), true, start));
      if (calls.get(i).end() != RegisterHistory.NEVER) {
        start.end = new Node(i, false);
        moments.add(new Moment(calls.get(i).end(), false, start.end));
      }
    }
    // At the same time a start comes first: then the two overlap, which allows more orders and
    // accuses nobody wrongly.
    moments.sort(Comparator.comparingLong(Moment::time).thenComparing(m -> !m.start()));
    var last = head;
    for (var moment : moments) {
      last.next = moment.node();
      moment.node().previous = last;
      last = moment.node();
    }
  }

  private void set(int call) {
    taken[call / 64] |= 1L << (call % 64);
  }

  private void clear(int call) {
    taken[call / 64] &= ~(1L << (call % 64));
  }
}
