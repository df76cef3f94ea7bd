package mainstay.node.dge.core;

import mainstay.protocol.model.TestDefinition;

/**
 * The times at which a test is due: {@code phase + n * interval} in milliseconds since 1970, where the phase is a
 * hash of the test's id. Every server computes the same times without asking anyone, and the tests of one engine
 * spread evenly over their intervals.
 */
record PollPhase(long phaseMillis, long intervalMillis) {
  static PollPhase of(TestDefinition test) {
    long intervalMillis = test.interval().toMillis();
    return new PollPhase(Math.floorMod(hash(test.id()), intervalMillis), intervalMillis);
  }

  /** The latest due time that is not after a moment. */
  long latest(long nowMillis) {
    return nowMillis - Math.floorMod(nowMillis - phaseMillis, intervalMillis);
  }

  /** The earliest due time after a moment. */
  long next(long nowMillis) {
    return latest(nowMillis) + intervalMillis;
  }

  /** How many due times lie after one moment, up to and with a later one. */
  long passed(long afterMillis, long upToMillis) {
    long latest = latest(upToMillis);
    return latest <= afterMillis ? 0 : (latest - afterMillis + intervalMillis - 1) / intervalMillis;
  }

  /** A moment within a window, the same share of it as the phase is of the interval. */
  long scaledTo(long windowMillis) {
    return (long) ((double) phaseMillis / intervalMillis * windowMillis);
  }

  /** FNV-1a over the characters, then the finalizer of MurmurHash3: ids that count up must not end up side by side. */
  private static long hash(String id) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < id.length(); i++) {
      hash = (hash ^ id.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }
}
