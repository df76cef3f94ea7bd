package mainstay.node.samples;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Section {@code mainstay.sample-history}.
 *
 * @param placeTimeout after which one of several places that is silent is named as missing
 */
public record HistorySettings(Duration placeTimeout) {
  private static final String KEY = "mainstay.sample-history.place-timeout";
  private static final String PATIENCE = "mainstay.http.request-patience";

  /** @throws IllegalArgumentException naming keys and values that do not fit together */
  public static HistorySettings from(Config config) {
    var timeout = config.getDuration(KEY);
    var patience = config.getDuration(PATIENCE);
    if (timeout.toMillis() < 1 || timeout.compareTo(patience) >= 0) {
      throw new IllegalArgumentException(KEY + " = " + timeout.toMillis()
          + " ms must be at least 1 ms and shorter than " + PATIENCE + " = " + patience.toMillis()
          + " ms");
    }
    return new HistorySettings(timeout);
  }
}
