package mainstay.persistence.term;

import java.util.concurrent.CompletionStage;
import mainstay.persistence.databases.SessionName;

/**
 * Runs of servers that the rest of the cluster has downed. A server that slept through its own downing
 * wakes up believing that it is a member; with the lease free again it could form a cluster of its own and take terms
 * from the others. What is written off gets neither, and comes back as a new incarnation.
 */
public interface WrittenOff {
  /** Notes that {@code by} has seen {@code run} downed. Repeating it changes nothing; a written-off {@code by} has no say. */
  CompletionStage<Void> add(SessionName run, SessionName by);

  CompletionStage<Boolean> contains(SessionName run);
}
