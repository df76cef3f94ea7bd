package mainstay.protocol.model;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * What a server says of its wall clock.
 *
 * @param at what it showed when this was sent
 * @param lags by server: from the sending of one of its reports, by its clock, to the arrival, by this one; the least of the
 *     last while. It is the time on the way plus what this clock is ahead of that one, so it may be negative.
 */
public record ClockReading(Instant at, Map<String, Duration> lags) {
  public ClockReading {
    lags = Map.copyOf(lags);
  }
}
