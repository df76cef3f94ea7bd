package mainstay.multijvm.checker;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import mainstay.multijvm.workload.Operation;
import mainstay.multijvm.workload.Operation.Kind;
import mainstay.multijvm.workload.Operation.Outcome;

/**
 * The operations on one key, made ready for the search. Every value is written at most once, so a value stands for the
 * write that made it, and a revision learned from any answer belongs to one value. Revisions grow with every write, so the
 * writes whose revision is known have only one possible order, which keeps the search from trying the others.
 *
 * @param contradiction what is wrong without any search
 * @param calls by start; empty if there is a contradiction
 */
record RegisterHistory(Optional<String> contradiction, List<Call> calls) {
  /** Number of the value that the key had before the first write, whatever it is. */
  static final int INITIAL = 0;

  /** The revision of a value that no answer told. */
  static final long UNKNOWN = Operation.UNKNOWN;

  /** End of an operation that may take effect at any later time. */
  static final long NEVER = Long.MAX_VALUE;

  private static final int STALE = 412;

  /** What has to be true of the value at the moment of the operation, and what it does to it. */
  enum Effect {
    /** The value is {@code value}. */
    READ,
    /** Becomes {@code value}. */
    WRITE,
    /** Has revision {@code expected}; becomes {@code value}. */
    SWAP,
    /** As {@code SWAP}, or nothing at all. */
    MAYBE_SWAP,
    /** Has not revision {@code expected}. */
    REFUSED
  }

  /**
   * @param value number of the value written or read
   * @param revision of that value, or {@link #UNKNOWN}
   * @param rank place among the writes of known revision, -1 = none
   */
  record Call(
      Operation operation,
      Effect effect,
      int value,
      long expected,
      long revision,
      int rank,
      long end) {}

  static RegisterHistory of(List<Operation> operations) {
    try {
      return new RegisterHistory(Optional.empty(), new Builder(operations).calls());
    } catch (ContradictionException e) {
      return new RegisterHistory(Optional.of(e.getMessage()), List.of());
    }
  }

  private static final class ContradictionException extends Exception {
    private static final long serialVersionUID = 1L;

    ContradictionException(String message) {
      super(message);
    }
  }

  private static final class Builder {
    private final List<Operation> operations;
    private final Map<String, Integer> values = new HashMap<>();
    private final Map<Integer, Long> revisions = new HashMap<>();
    private final Map<Long, Integer> valueOfRevision = new HashMap<>();
    private final Set<String> refusedValues;
    private Operation initialRead;

    Builder(List<Operation> operations) {
      this.refusedValues = operations.stream()
          .filter(o -> o.kind() != Kind.READ && o.outcome() == Outcome.FAIL)
          .map(Operation::value)
          .collect(Collectors.toSet());
      this.operations = operations.stream()
          .filter(o -> o.kind() == Kind.READ ? o.outcome() == Outcome.OK : mattersAsWrite(o))
          .sorted(Comparator.comparingLong(Operation::start))
          .toList();
    }

    private static boolean mattersAsWrite(Operation operation) {
      return operation.outcome() != Outcome.FAIL || refused(operation);
    }

    private static boolean refused(Operation operation) {
      return operation.kind() == Kind.COMPARE_AND_SET
          && operation.outcome() == Outcome.FAIL
          && operation.status() == STALE;
    }

    List<Call> calls() throws ContradictionException {
      for (var operation : operations) {
        if (operation.kind() != Kind.READ && !refused(operation)) {
          numberWrittenValue(operation);
        }
      }
      for (var operation : operations) {
        if (operation.outcome() == Outcome.OK) {
          learnRevision(operation);
        }
      }
      var ranks = ranks();
      var calls = new ArrayList<Call>();
      for (var operation : operations) {
        var call = call(operation, ranks);
        if (!irrelevant(call)) {
          calls.add(call);
        }
      }
      return calls;
    }

    private void numberWrittenValue(Operation operation) throws ContradictionException {
      if (values.putIfAbsent(operation.value(), values.size() + 1) != null) {
        throw new ContradictionException(
            "two operations write the same value, so this history proves nothing: "
                + operation.describe());
      }
    }

    private void learnRevision(Operation operation) throws ContradictionException {
      int value = numberOf(operation);
      if (operation.revision() == UNKNOWN) {
        return;
      }
      var known = revisions.putIfAbsent(value, operation.revision());
      if (known != null && known != operation.revision()) {
        throw new ContradictionException(
            "its value has revision " + known + " elsewhere: " + operation.describe());
      }
      var other = valueOfRevision.putIfAbsent(operation.revision(), value);
      if (other != null && other != value) {
        throw new ContradictionException(
            "its revision belongs to another value elsewhere: " + operation.describe());
      }
    }

    private int numberOf(Operation operation) throws ContradictionException {
      var written = values.get(operation.value());
      if (written != null) {
        return written;
      }
      if (refusedValues.contains(operation.value())) {
        throw new ContradictionException(
            "the write of this value was refused: " + operation.describe());
      }
      // Nobody in this history wrote it: it must be what was there before, and that is one value.
      if (initialRead != null && !Objects.equals(initialRead.value(), operation.value())) {
        throw new ContradictionException("nobody wrote this value: " + operation.describe()
            + " (before the first write it was " + initialRead.value() + ")");
      }
      initialRead = operation;
      return INITIAL;
    }

    private Map<Integer, Integer> ranks() {
      var ranks = new HashMap<Integer, Integer>();
      revisions.entrySet().stream()
          .filter(e -> e.getKey() != INITIAL)
          .sorted(Map.Entry.comparingByValue())
          .forEach(e -> ranks.put(e.getKey(), ranks.size()));
      return ranks;
    }

    private Call call(Operation operation, Map<Integer, Integer> ranks)
        throws ContradictionException {
      boolean refused = refused(operation);
      int value = refused ? INITIAL : numberOf(operation);
      boolean known = operation.outcome() == Outcome.OK || refused;
      boolean write = operation.kind() != Kind.READ && !refused;
      return new Call(
          operation,
          effect(operation, refused),
          value,
          operation.expected(),
          revisions.getOrDefault(value, UNKNOWN),
          write ? ranks.getOrDefault(value, -1) : -1,
          known ? operation.end() : NEVER);
    }

    private static Effect effect(Operation operation, boolean refused) {
      if (refused) {
        return Effect.REFUSED;
      }
      return switch (operation.kind()) {
        case READ -> Effect.READ;
        case WRITE -> Effect.WRITE;
        case COMPARE_AND_SET -> operation.outcome() == Outcome.OK ? Effect.SWAP : Effect.MAYBE_SWAP;
      };
    }

    /**
     * A write of unknown outcome whose value nobody saw may as well never have happened, unless it decided the outcome
     * of a compare-and-set: made one fail, or succeed on a revision of which nothing else is known.
     */
    private boolean irrelevant(Call call) {
      return call.end() == NEVER
          && call.rank() < 0
          && operations.stream().noneMatch(o -> decidedBy(call, o))
          && operations.stream()
              .noneMatch(o -> o.kind() == Kind.READ && call.operation().value().equals(o.value()));
    }

    private boolean decidedBy(Call call, Operation other) {
      return other.kind() == Kind.COMPARE_AND_SET
          && !other.equals(call.operation())
          && other.end() >= call.operation().start()
          && (refused(other) || !valueOfRevision.containsKey(other.expected()));
    }
  }
}
