package mainstay.node.cluster;

import akka.actor.AbstractExtensionId;
import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import mainstay.node.failover.core.Hearing;

/** Who hears whom as this server knows it now, and what it says of itself. Safe for use by many threads. */
public final class LatestHearing implements Extension {
  private final ActorSystem system;
  private volatile Hearing latest = Hearing.NOTHING;
  private volatile boolean fit = true;

  private LatestHearing(ActorSystem system) {
    this.system = system;
  }

  public static LatestHearing get(ActorSystem system) {
    return Id.INSTANCE.get(system);
  }

  /** From the next beacon on. */
  public void say(boolean isFit) {
    fit = isFit;
  }

  boolean isFit() {
    return fit;
  }

  Hearing now() {
    return latest;
  }

  /** By one actor alone. Whoever listens on the event stream is told if it has changed. */
  void update(Hearing now) {
    if (!now.equals(latest)) {
      latest = now;
      system.getEventStream().publish(now);
    }
  }

  private static final class Id extends AbstractExtensionId<LatestHearing> {
    private static final Id INSTANCE = new Id();

    @Override
    public LatestHearing createExtension(ExtendedActorSystem system) {
      return new LatestHearing(system);
    }
  }
}
