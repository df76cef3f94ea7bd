package mainstay.persistence.databases;

import java.sql.Connection;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The loss of a session, brought about on purpose before a server serves: what then happens, from the failed statement to
 * its repetition on a new session, costs a process hundreds of milliseconds the first time, and the first time that
 * counts is the death of a database under load.
 */
public final class Rehearsal {
  private static final String OPERATION = "rehearse the loss of a session";

  private final Databases databases;

  public Rehearsal(Databases databases) {
    this.databases = databases;
  }

  /** Loses one session of each written database. They are suspected, found to answer, and stay. */
  public CompletionStage<Void> loseSessions() {
    Set<String> lost = ConcurrentHashMap.newKeySet();
    return databases
        .replicator()
        .onWritten(
            OPERATION,
            (database, epoch) -> database.write(OPERATION, session -> {
              if (lost.add(database.name())) {
                session.unwrap(Connection.class).abort(Runnable::run);
              }
              try (var statement = session.createStatement()) {
                return statement.execute("select 1");
              }
            }))
        .thenApply(done -> null);
  }
}
