package mainstay.persistence.resync;

import com.typesafe.config.Config;
import java.time.Duration;

/** Section {@code mainstay.persistence.resync}; each key is explained in {@code reference.conf}. */
public record ResyncSettings(
    int chunkRows,
    int pieceRows,
    long rowsPerSecond,
    int smallRemainder,
    int passes,
    int barrierRows,
    Duration barrierLimit,
    Duration settle,
    Duration statementTimeout,
    long scrubRowsPerSecond,
    Duration fullScrub,
    Duration unacknowledgedAge) {
  private static final String KEY = "mainstay.persistence.resync";

  public ResyncSettings {
    requireAtLeast("chunk-rows", chunkRows, 1);
    requireAtLeast("piece-rows", pieceRows, chunkRows);
    requireAtLeast("rows-per-second", rowsPerSecond, 0);
    requireAtLeast("small-remainder", smallRemainder, 0);
    requireAtLeast("passes", passes, 1);
    requireAtLeast("barrier-rows", barrierRows, 1);
    if (unacknowledgedAge.compareTo(settle) < 0) {
      throw new IllegalArgumentException(KEY + ".unacknowledged-age = "
          + unacknowledgedAge.toMillis() + " ms must not be shorter than settle = "
          + settle.toMillis() + " ms");
    }
    requireAtLeast("scrub-rows-per-second", scrubRowsPerSecond, 0);
  }

  /** @throws IllegalArgumentException naming key and value that are wrong */
  public static ResyncSettings from(Config config) {
    var section = config.getConfig(KEY);
    return new ResyncSettings(
        section.getInt("chunk-rows"),
        section.getInt("piece-rows"),
        section.getLong("rows-per-second"),
        section.getInt("small-remainder"),
        section.getInt("passes"),
        section.getInt("barrier-rows"),
        section.getDuration("barrier-limit"),
        section.getDuration("settle"),
        section.getDuration("statement-timeout"),
        section.getLong("scrub-rows-per-second"),
        section.getDuration("full-scrub"),
        section.getDuration("unacknowledged-age"));
  }

  private static void requireAtLeast(String key, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(
          KEY + "." + key + " = " + value + " must be at least " + least);
    }
  }
}
