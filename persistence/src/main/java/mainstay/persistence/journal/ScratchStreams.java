package mainstay.persistence.journal;

import java.util.concurrent.CompletionStage;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.SqlWork;

/** Streams that nobody will ever ask for again, such as those of a server's warm-up. */
public final class ScratchStreams {
  private final Databases databases;

  public ScratchStreams(Databases databases) {
    this.databases = databases;
  }

  /** Removes all events and snapshots of a stream, as if it had never been. */
  public CompletionStage<Void> remove(String persistenceId) {
    SqlWork<Void> remove = session -> {
      for (var table : new String[] {"event_journal", "snapshot"}) {
        try (var delete =
            session.prepareStatement("delete from " + table + " where persistence_id = ?")) {
          delete.setString(1, persistenceId);
          delete.executeUpdate();
        }
      }
      return null;
    };
    var operation = "remove stream " + persistenceId;
    return databases
        .replicator()
        .onWritten(
            operation, (database, epoch) -> database.control(operation, remove.inTransaction()))
        .thenApply(done -> null);
  }
}
