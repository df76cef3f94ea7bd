package mainstay.persistence.journal;

import akka.actor.AbstractExtensionId;
import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import java.util.concurrent.atomic.LongAdder;

/** What the journal of this server has done since the start of the actor system. */
public final class JournalHealth implements Extension {
  final LongAdder commits = new LongAdder();
  final LongAdder events = new LongAdder();
  final LongAdder staleWrites = new LongAdder();
  final LongAdder supersededWriters = new LongAdder();
  final LongAdder failedWrites = new LongAdder();

  private JournalHealth() {}

  /**
   * @param commits write transactions that stored at least one event
   * @param staleWrites refused because the term was not current
   * @param supersededWriters refused because another writer had stored that sequence number
   * @param failedWrites refused, or lost with unknown outcome, for any other reason
   */
  public record Counters(
      long commits, long events, long staleWrites, long supersededWriters, long failedWrites) {}

  public static JournalHealth get(ActorSystem system) {
    return Id.INSTANCE.get(system);
  }

  public static JournalHealth get(akka.actor.typed.ActorSystem<?> system) {
    return get(system.classicSystem());
  }

  public Counters counters() {
    return new Counters(
        commits.sum(),
        events.sum(),
        staleWrites.sum(),
        supersededWriters.sum(),
        failedWrites.sum());
  }

  private static final class Id extends AbstractExtensionId<JournalHealth> {
    private static final Id INSTANCE = new Id();

    @Override
    public JournalHealth createExtension(ExtendedActorSystem system) {
      return new JournalHealth();
    }
  }
}
