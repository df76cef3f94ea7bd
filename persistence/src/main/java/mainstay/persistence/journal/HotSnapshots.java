package mainstay.persistence.journal;

import akka.actor.AbstractExtensionId;
import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * States that a standby copy has at hand when its actor is activated. The snapshot store gives them out as if they were
 * stored, once, so the actor replays next to nothing. One state per stream at most; the host removes what is not used.
 */
public final class HotSnapshots implements Extension {
  private final ConcurrentHashMap<String, HotSnapshot> states = new ConcurrentHashMap<>();

  private HotSnapshots() {}

  /** @param sequence number of the last event that the state contains */
  record HotSnapshot(long sequence, Object state) {}

  public static HotSnapshots get(ActorSystem system) {
    return Id.INSTANCE.get(system);
  }

  public static HotSnapshots get(akka.actor.typed.ActorSystem<?> system) {
    return get(system.classicSystem());
  }

  /** @param state immutable, and of the type that the actor's snapshots have */
  public void put(String persistenceId, long sequence, Object state) {
    states.put(persistenceId, new HotSnapshot(sequence, state));
  }

  public void remove(String persistenceId) {
    states.remove(persistenceId);
  }

  Optional<HotSnapshot> take(String persistenceId) {
    return Optional.ofNullable(states.remove(persistenceId));
  }

  private static final class Id extends AbstractExtensionId<HotSnapshots> {
    private static final Id INSTANCE = new Id();

    @Override
    public HotSnapshots createExtension(ExtendedActorSystem system) {
      return new HotSnapshots();
    }
  }
}
