package mainstay.protocol.model;

import java.time.Duration;

/**
 * When a service returns to a server that comes earlier in its list and is synchronised.
 *
 * @param delay how long that server must have been synchronised without a break; zero unless the mode is DELAYED
 */
public record FailbackPolicy(Mode mode, Duration delay) {
  public enum Mode {
    /** When it has been synchronised for a moment that is the same for all services. */
    AUTOMATIC,
    /** When it has been synchronised for {@code delay}. */
    DELAYED,
    /** Never while the active server is available and fit; an earlier server takes over only when it is needed. */
    STICKY,
    /** Only when an operator asks for a switchover. */
    MANUAL
  }

  public static final FailbackPolicy AUTOMATIC = new FailbackPolicy(Mode.AUTOMATIC, Duration.ZERO);

  public FailbackPolicy {
    if (mode == Mode.DELAYED && (delay.isZero() || delay.isNegative())) {
      throw new IllegalArgumentException("failback policy 'delayed' needs a delay above zero");
    }
    if (mode != Mode.DELAYED && !delay.isZero()) {
      throw new IllegalArgumentException("only the failback policy 'delayed' takes a delay");
    }
  }
}
