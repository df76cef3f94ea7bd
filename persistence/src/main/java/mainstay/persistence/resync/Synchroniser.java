package mainstay.persistence.resync;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import mainstay.persistence.databases.WriteBarrier;
import mainstay.protocol.message.DatabaseAdmin;

/** One synchronisation of one database. The steps are called in this order. */
public interface Synchroniser {
  /** While the target is not written: brings it so near to the source that the rest is little. */
  CompletionStage<Void> copy();

  /** What must be equal from the first write on; once before, and in the transactions of the barrier. */
  void underBarrier(Connection source, Connection target) throws SQLException;

  /** While the target is written too: ends when it is identical. */
  CompletionStage<Void> complete(WriteBarrier barrier);

  /** Empty before the first step and after the last. */
  Optional<DatabaseAdmin.Progress> progress();

  /** The step that runs fails with a {@link java.util.concurrent.CancellationException}; so do later ones. */
  void cancel();
}
