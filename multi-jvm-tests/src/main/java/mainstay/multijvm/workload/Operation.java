package mainstay.multijvm.workload;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * One thing that a client asked for, with all its repetitions. Times are {@link DriverClock} nanoseconds.
 *
 * @param process sequential client; never has two operations at a time, never goes on after {@link Outcome#INFO}
 * @param value what was written or, for a read with {@code OK}, what was read; null = the key had no value
 * @param expected revision that a compare-and-set named in {@code If-Match}, else {@link #UNKNOWN}
 * @param start before the first byte of the first attempt was sent
 * @param end after the answer was read; for {@link Outcome#INFO} when the client gave up, which says nothing of the effect
 * @param status last HTTP status, 0 if there was no answer
 * @param server server that gave the last answer, or was asked last
 * @param term term in the answer, else {@link #UNKNOWN}
 * @param revision revision in the answer, else {@link #UNKNOWN}
 * @param attempts requests sent, at least 1
 * @param finalRead a read of the quiet phase at the end, when every fault was healed
 * @param detail what the last failed attempt said; empty if none failed
 */
public record Operation(
    int process,
    Kind kind,
    String key,
    String value,
    long expected,
    long start,
    long end,
    Outcome outcome,
    int status,
    String server,
    long term,
    long revision,
    int attempts,
    @JsonProperty("final") boolean finalRead,
    String detail)
    implements Entry {

  /** A revision or term that no answer told. */
  public static final long UNKNOWN = -1;

  /** What was asked. */
  public enum Kind {
    WRITE,
    READ,
    COMPARE_AND_SET
  }

  /** What the client knows afterwards: took effect; had no effect; unknown. */
  public enum Outcome {
    OK,
    FAIL,
    INFO
  }

  public Operation {
    if (end < start) {
      throw new IllegalArgumentException(
          "operation ends at " + end + " before it starts at " + start);
    }
  }

  /** An answer that says that this write took effect. */
  public boolean acknowledgedWrite() {
    return kind != Kind.READ && outcome == Outcome.OK;
  }

  /** For people, on one line. */
  public String describe() {
    var what = switch (kind) {
      case WRITE -> "write of " + value;
      case READ -> outcome == Outcome.OK ? "read of " + value : "read";
      case COMPARE_AND_SET -> "compare-and-set of revision " + expected + " to " + value;
    };
    return what + " on " + key + " by process " + process + " through " + server + " ["
        + DriverClock.millis(start) + ", " + DriverClock.millis(end) + "] " + outcome + " status "
        + status + " revision " + revision + " term " + term;
  }
}
