package mainstay.persistence.term;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/**
 * Who holds which term. A stage that fails with outcome <em>unknown</em> may have taken the term: ask {@link #current}
 * before going on.
 */
public interface TermStore {
  /** Outcome of {@link #take}. */
  sealed interface Take {}

  /** The term is ours, and no transaction of an older one can commit any more. */
  record Taken(Activation activation) implements Take {}

  /** Somebody else was faster: nothing was changed. */
  record Lost(Activation current) implements Take {}

  /** This run of the server was downed by the others: it must end and come back as a new incarnation. */
  record RunIsWrittenOff() implements Take {}

  /** @param at by the clock of the server that took the term */
  record HistoryEntry(Activation activation, String why, Instant at) {}

  /** Empty if the service was never active. */
  CompletionStage<Optional<Activation>> current(ServiceName service);

  CompletionStage<Map<ServiceName, Activation>> all();

  /**
   * Takes the term after {@code expectedTerm} (0: there is none) unless it, or a higher one, has been taken. Waits for
   * write transactions of the old term; if they take longer than {@code
   * mainstay.persistence.connections.term-lock-timeout} the stage fails as <em>not done</em>.
   *
   * @param why one sentence for the history
   * @param endPreviousSessions do not wait for a transaction that the previous holder left in doubt, but end its database
   *     sessions; not done if the previous holder is the one who takes
   */
  CompletionStage<Take> take(
      ServiceName service,
      long expectedTerm,
      ServerId server,
      String incarnation,
      String why,
      boolean endPreviousSessions);

  /** The newest first. */
  CompletionStage<List<HistoryEntry>> history(ServiceName service, int limit);
}
