package mainstay.node.cluster.core;

import java.time.Duration;
import java.util.Optional;

/**
 * What attempts to connect to the crash-watch port of one process prove. It is gone when so many connections in a row were
 * refused after one that stood, or when another process answers in its place. A pause, a cut or a slow machine looks
 * otherwise and proves nothing.
 */
public final class CrashProof {
  /**
   * After the end of a connection the process may still be on its way out: its kernel takes connections, and drops them,
   * until it has freed the memory.
   */
  private static final Duration CHASE = Duration.ofSeconds(1);

  private final int refusals;
  private String knownRun = "";
  private int refused;
  private Optional<Long> endedNanos = Optional.empty();

  /** @param refusals refused connections in a row that are proof */
  public CrashProof(int refusals) {
    this.refusals = refusals;
  }

  /**
   * A process answers.
   *
   * @param run tells it from its predecessors
   * @return why the process that was known is gone, if it is
   */
  public Optional<String> answered(String run) {
    boolean other = !knownRun.isEmpty() && !run.equals(knownRun);
    refused = 0;
    knownRun = run;
    return other ? Optional.of("another process answers at its port") : Optional.empty();
  }

  /** A connection that stood has ended, which alone proves nothing. */
  public void ended(long nanos) {
    endedNanos = Optional.of(nanos);
  }

  /** @return why the process is gone, the first time that it is proven */
  public Optional<String> refused() {
    refused++;
    if (refused < refusals || knownRun.isEmpty()) {
      return Optional.empty();
    }
    knownRun = "";
    return Optional.of("its port refused " + refused + " connections in a row");
  }

  /** No answer, or an end that is neither answer nor refusal. */
  public void unclear() {
    refused = 0;
  }

  /** Whether the next attempt is urgent: a connection has just ended, and it is not known yet why. */
  public boolean urgent(long nanos) {
    return refused < refusals
        && endedNanos.filter(ended -> nanos - ended < CHASE.toNanos()).isPresent();
  }
}
