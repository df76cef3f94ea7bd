package mainstay.node.cluster;

import akka.actor.AddressFromURIString;
import akka.event.EventStream;
import akka.remote.PhiAccrualFailureDetector;
import com.typesafe.config.Config;

/**
 * Akka's failure detector, which also takes crash evidence for an answer. A downed member leaves the cluster only when
 * it is unreachable as well, so without this a crashed one would linger until its heartbeats are missed.
 */
public final class CrashAwareFailureDetector extends PhiAccrualFailureDetector {
  private static final String UNKNOWN = "N/A";

  public CrashAwareFailureDetector(Config config, EventStream events) {
    super(config, events);
  }

  @Override
  public boolean isAvailable() {
    return !crashed() && super.isAvailable();
  }

  private boolean crashed() {
    // Akka sets the address after it has built the detector.
    return !UNKNOWN.equals(address()) && CrashEvidence.holds(AddressFromURIString.parse(address()));
  }
}
