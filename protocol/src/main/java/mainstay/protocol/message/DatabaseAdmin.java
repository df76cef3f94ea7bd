package mainstay.protocol.message;

import akka.actor.typed.ActorRef;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import mainstay.protocol.model.DatabaseAddress;
import mainstay.protocol.model.Principal;

/**
 * Protocol of the databases' administration. Any server can be asked; the one that coordinates answers. Changes need a
 * majority of the voters, nothing else: not even a database that works.
 */
public final class DatabaseAdmin {
  private DatabaseAdmin() {}

  /** All that the coordinator receives. */
  public interface Message {}

  public sealed interface Command extends Message, CborSerializable
      permits GetDatabases, Add, Remove, Activate, Deactivate, Check {}

  public record GetDatabases(ActorRef<Listing> replyTo) implements Command {}

  /**
   * Makes a database known; it is synchronised and then active. Repeating it with the same address changes nothing.
   *
   * @param cluster for samples that it belongs to; empty for the installation's databases
   */
  public record Add(
      DatabaseAddress database, String cluster, Principal principal, ActorRef<Reply> replyTo)
      implements Command {}

  /** Forgets a database that is not active. */
  public record Remove(String name, Principal principal, ActorRef<Reply> replyTo)
      implements Command {}

  /**
   * Ends a hold: the database is synchronised and then active.
   *
   * @param force count it as it is, and all active ones that cannot be reached as lost: what they alone have is lost
   */
  public record Activate(String name, boolean force, Principal principal, ActorRef<Reply> replyTo)
      implements Command {}

  /** Takes a database out, until somebody activates it again. Refused for the last active one. */
  public record Deactivate(String name, Principal principal, ActorRef<Reply> replyTo)
      implements Command {}

  /** Compares it with the others now; the answer comes when that has begun. */
  public record Check(String name, Principal principal, ActorRef<Reply> replyTo)
      implements Command {}

  /** The database as it is after the change, or a refusal; both empty after a removal. */
  public record Reply(Optional<Database> database, Optional<ServiceReply.Rejected> refusal)
      implements CborSerializable {
    public static Reply of(Database database) {
      return new Reply(Optional.of(database), Optional.empty());
    }

    public static Reply refused(ServiceReply.Reason reason, String detail) {
      return new Reply(Optional.empty(), Optional.of(ServiceReply.Rejected.of(reason, detail)));
    }
  }

  /** @param epoch 0 while no majority of the voters has said which databases count */
  public record Listing(long epoch, List<Database> databases) implements CborSerializable {}

  /**
   * One row of the table of databases.
   *
   * @param cluster for samples that it belongs to; empty for the installation's databases
   * @param active whether it is written and read
   * @param state {@code active}, {@code synchronising}, {@code joining}, {@code not active}, {@code held},
   *     {@code unreachable} or {@code damaged}
   * @param message one sentence: why it is in this state
   * @param load pieces of work of the asked server that run or wait there
   * @param progress of its synchronisation
   * @param journalHash over the content of its journal, as of the last check; empty before that
   * @param checkedAt when the last check of its content ended
   */
  public record Database(
      String name,
      String cluster,
      String vendor,
      String url,
      boolean active,
      String state,
      String message,
      long epoch,
      int weight,
      int load,
      Optional<Progress> progress,
      String journalHash,
      Optional<Instant> checkedAt) {}

  /**
   * @param phase {@code comparing}, {@code copying}, {@code joining} or {@code verifying}
   * @param percent 0 to 100
   * @param rowsCopied since the synchronisation began
   * @param rowsPerSecond over the last seconds
   */
  public record Progress(String phase, int percent, long rowsCopied, long rowsPerSecond) {}
}
