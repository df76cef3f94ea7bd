package mainstay.persistence.resync.core;

import java.util.Arrays;
import mainstay.persistence.journal.core.Chain;
import mainstay.persistence.samples.core.SampleRow;

/** What a row says about itself. */
public enum Proof {
  RIGHT,
  WRONG,
  /** It carries no check, or what it was computed from is not there any more. */
  NONE;

  private static final int SEQUENCE = Table.EVENT_JOURNAL.position("sequence_number");
  private static final int SERIALIZER = Table.EVENT_JOURNAL.position("event_ser_id");
  private static final int MANIFEST = Table.EVENT_JOURNAL.position("event_ser_manifest");
  private static final int PAYLOAD = Table.EVENT_JOURNAL.position("event_payload");
  private static final int FENCE = Table.EVENT_JOURNAL.position("meta_payload");
  private static final int CHAIN = Table.EVENT_JOURNAL.position("chain");
  private static final int VALUE = Table.SAMPLE.position("val");
  private static final int QUALITY = Table.SAMPLE.position("quality");
  private static final int CHECK_SUM = Table.SAMPLE.position("check_sum");

  /**
   * Whether an event follows the one before it. A gap between them is wrong: events go from the first on only.
   *
   * @param before the stored event before it in its stream; null if there is none
   */
  public static Proof ofEvent(Object[] before, Object[] event) {
    long sequence = (Long) event[SEQUENCE];
    if (before != null && (Long) before[SEQUENCE] != sequence - 1) {
      return WRONG;
    }
    var chain = (byte[]) event[CHAIN];
    if (chain == null || sequence > 1 && (before == null || before[CHAIN] == null)) {
      return NONE;
    }
    var fence = (byte[]) event[FENCE];
    var expected = Chain.next(
        before == null ? Chain.start() : (byte[]) before[CHAIN],
        sequence,
        ((Long) event[SERIALIZER]).intValue(),
        (String) event[MANIFEST],
        fence == null ? new byte[0] : fence,
        (byte[]) event[PAYLOAD]);
    return Arrays.equals(expected, chain) ? RIGHT : WRONG;
  }

  public static Proof ofSample(Object[] sample) {
    if (sample[CHECK_SUM] == null) {
      return NONE;
    }
    var row = new SampleRow(
        (Long) sample[0],
        (Long) sample[1],
        (Double) sample[VALUE],
        ((Long) sample[QUALITY]).shortValue());
    return row.checkSum() == (Long) sample[CHECK_SUM] ? RIGHT : WRONG;
  }

  /** Of one row for which two things speak: one that speaks against it is enough. */
  public Proof and(Proof other) {
    if (this == WRONG || other == WRONG) {
      return WRONG;
    }
    return this == RIGHT || other == RIGHT ? RIGHT : NONE;
  }
}
