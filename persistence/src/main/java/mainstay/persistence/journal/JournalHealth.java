package mainstay.persistence.journal;

import akka.actor.AbstractExtensionId;
import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** What the journal of this server has done since the start of the actor system. */
public final class JournalHealth implements Extension {
  final LongAdder commits = new LongAdder();
  final LongAdder events = new LongAdder();
  final LongAdder staleWrites = new LongAdder();
  final LongAdder supersededWriters = new LongAdder();
  final LongAdder failedWrites = new LongAdder();

  private Failures failures = Failures.NONE; // guarded by this
  private String lastRefusedStream; // guarded by this

  private JournalHealth() {}

  /**
   * @param commits write transactions that stored at least one event
   * @param staleWrites refused because the term was not current
   * @param supersededWriters refused because another writer had stored that sequence number
   * @param failedWrites refused, or lost with unknown outcome, for any other reason
   */
  public record Counters(
      long commits, long events, long staleWrites, long supersededWriters, long failedWrites) {}

  /**
   * Write transactions, and attempts to make the ends of streams equal before the next, that have failed since the last that
   * stored something, and that say something of this server: a
   * term that has passed, another writer, a database that admits that it cannot store and a write that found no turn do not
   * count. Of refusals of one stream in a row only the first counts, for its content may be at fault.
   *
   * @param last what was said of the last one, in one line; empty text if there was none
   */
  public record Failures(long inARow, String last) {
    static final Failures NONE = new Failures(0, "");

    Failures and(String why) {
      return new Failures(inARow + 1, why);
    }
  }

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

  public synchronized Failures failures() {
    return failures;
  }

  synchronized void stored() {
    failures = Failures.NONE;
    lastRefusedStream = null;
  }

  synchronized void failed(Throwable why) {
    failures = failures.and(text(why));
  }

  synchronized void refused(String stream, Exception why) {
    if (!stream.equals(lastRefusedStream)) {
      failures = failures.and(text(why));
      lastRefusedStream = stream;
    }
  }

  /** Databases add lines of their own about where it happened. */
  private static String text(Throwable why) {
    return Objects.requireNonNullElse(why.getMessage(), why.toString())
        .lines()
        .findFirst()
        .orElse("");
  }

  private static final class Id extends AbstractExtensionId<JournalHealth> {
    private static final Id INSTANCE = new Id();

    @Override
    public JournalHealth createExtension(ExtendedActorSystem system) {
      return new JournalHealth();
    }
  }
}
