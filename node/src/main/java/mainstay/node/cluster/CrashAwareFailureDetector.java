package mainstay.node.cluster;

import akka.actor.Address;
import akka.actor.AddressFromURIString;
import akka.event.EventStream;
import akka.remote.PhiAccrualFailureDetector;
import com.typesafe.config.Config;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Akka's failure detector with three more answers.
 *
 * <p>Crash evidence counts: a downed member leaves the cluster only when it is unreachable as well, so without this a
 * crashed one would linger until its heartbeats are missed. It says nothing of an incarnation that joined after it, and a
 * heartbeat that is later refutes it: a firewall that answers in a server's place can forge it, and would shut out every
 * incarnation that returns.
 *
 * <p>Silence has a bound, {@code longest-silence}: the accrual detector learns from what it sees, so after one long pause
 * of a server it would wait for seconds more at the next, and no limit of a takeover could be stated.
 *
 * <p>Beacons ({@link BeaconActor}) stand in for heartbeats until TCP has been silent for {@code
 * longest-silence-with-beacons}. Heartbeats have one connection, and after some losses in a row it waits for more than ten
 * seconds; other messages have another one.
 */
public final class CrashAwareFailureDetector extends PhiAccrualFailureDetector {
  private static final String UNKNOWN = "N/A";
  /** Heartbeats that were on their way when their sender died are younger than the evidence by no more than this. */
  private static final long ON_ITS_WAY_MILLIS = 200;

  /** Each incarnation of a member has a detector of its own. */
  private final long bornNanos = System.nanoTime();

  private final long longestSilenceMillis;
  private final long longestSilenceWithBeaconsMillis;
  private final Duration beaconWithin;

  /** Called by Akka with section {@code akka.cluster.failure-detector}. */
  public CrashAwareFailureDetector(Config config, EventStream events) {
    super(config, events);
    longestSilenceMillis = config.getDuration("longest-silence").toMillis();
    longestSilenceWithBeaconsMillis =
        config.getDuration("longest-silence-with-beacons").toMillis();
    beaconWithin = config.getDuration("beacon-within");
  }

  @Override
  public boolean isAvailable() {
    return (isMonitoring() || !crashed(Long.MAX_VALUE)) && super.isAvailable();
  }

  /** How sure it is that the other one is gone, from the milliseconds since its last heartbeat. */
  @Override
  public double phi(long silence, double mean, double deviation) {
    if (crashed(silence)) {
      return Double.POSITIVE_INFINITY;
    }
    if (silenceOfTcp(silence) <= longestSilenceWithBeaconsMillis && seen()) {
      return 0;
    }
    return silence > longestSilenceMillis
        ? Double.POSITIVE_INFINITY
        : super.phi(silence, mean, deviation);
  }

  /** @param silence milliseconds since the last heartbeat */
  private boolean crashed(long silence) {
    if (!known()) {
      return false;
    }
    var since = CrashEvidence.since(parsed());
    if (since.isEmpty() || since.getAsLong() - bornNanos < 0) {
      return false;
    }
    long age = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since.getAsLong());
    return silence >= age - ON_ITS_WAY_MILLIS;
  }

  private boolean seen() {
    return known() && Sightings.byBeaconWithin(parsed(), beaconWithin);
  }

  private long silenceOfTcp(long silence) {
    return known() ? Math.min(silence, Sightings.millisSinceMessage(parsed())) : silence;
  }

  /** Akka sets the address after it has built the detector. */
  private boolean known() {
    return !UNKNOWN.equals(address());
  }

  private Address parsed() {
    return AddressFromURIString.parse(address());
  }
}
