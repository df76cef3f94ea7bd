package mainstay.node.databases;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import mainstay.node.databases.core.Agreed;
import mainstay.node.databases.core.DropPolicy;
import mainstay.node.databases.core.FirstSet;
import mainstay.persistence.databases.Suspicion;
import mainstay.persistence.resync.Scrub;
import mainstay.persistence.resync.Synchroniser;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.DatabaseAddress;

/** What agreement and coordination need of the databases; stages complete on any thread. */
interface DatabaseLink {
  /** What the file of this server lists. */
  List<DatabaseAddress> configured();

  /** Why this server could never use a database of this vendor at this address, as a sentence; empty if it could. */
  Optional<String> refusal(DatabaseAddress database);

  /** Waits for a login, prepares the tables and looks what is there. Fails with a sentence. */
  CompletionStage<FirstSet.Content> look(DatabaseAddress database, Duration limit);

  /**
   * Logs in anew. Never fails.
   *
   * @param cluster that it must belong to
   */
  CompletionStage<DropPolicy.Probe> probe(DatabaseAddress database, String cluster);

  /** The same of a database that nobody suspects: where a session that stands already answers soon, that is enough. */
  CompletionStage<DropPolicy.Probe> glance(DatabaseAddress database, String cluster);

  CompletionStage<Void> store(DatabaseAddress database, Agreed agreed);

  /** From now on the database says that it is the one of this address; nothing if it does not say what is expected. */
  CompletionStage<Void> rename(DatabaseAddress database, FirstSet.Identity expected);

  void adopt(Agreed agreed);

  Optional<ActiveSet> adopted();

  void onSuspicion(Consumer<Suspicion> watcher);

  /**
   * A database that was away will be written soon: opens the sessions for that, in place of those that it left behind. What
   * fails shows when it is written.
   */
  void expect(DatabaseAddress database);

  /** Prepares the tables of the target. */
  CompletionStage<Synchroniser> begin(Agreed agreed, DatabaseAddress target);

  /**
   * Holds the barrier on all written databases and the target, asks for the epoch in which the target is joining, copies
   * meanwhile what must be equal at once, stores the epoch everywhere and lets go. When it fails, that epoch may have been agreed to, and
   * must not be stored any more.
   */
  CompletionStage<Agreed> join(
      Agreed agreed,
      DatabaseAddress target,
      Synchroniser synchroniser,
      Supplier<CompletionStage<Agreed>> round);

  CompletionStage<Void> complete(Synchroniser synchroniser);

  CompletionStage<Scrub.Findings> scrub(Agreed agreed);

  /** Pieces of work of this server that run or wait there. */
  int load(DatabaseAddress database);
}
