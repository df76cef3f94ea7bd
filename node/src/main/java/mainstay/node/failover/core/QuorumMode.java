package mainstay.node.failover.core;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Who goes on after a cut: {@code mainstay.quorum}. */
public enum QuorumMode {
  /** The side that gets the lease in all databases, a majority first: they are the witness. */
  LEASE_MAJORITY("lease-majority"),
  /** The side with a majority of the voters that count, and nobody else: databases are not asked. */
  KEEP_MAJORITY("keep-majority");

  private final String key;

  QuorumMode(String key) {
    this.key = key;
  }

  /** As in the configuration, and as Akka calls its strategy. */
  public String key() {
    return key;
  }

  /** @throws IllegalArgumentException naming all there are if there is none such */
  public static QuorumMode of(String key) {
    return Arrays.stream(values())
        .filter(mode -> mode.key.equals(key))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("mainstay.quorum = '" + key
            + "' must be "
            + Arrays.stream(values()).map(QuorumMode::key).collect(Collectors.joining(" or "))));
  }

  /** Why so many voters cannot be run that way, as a sentence; empty if they can. */
  public Optional<String> unsuitable(int voters) {
    return this == KEEP_MAJORITY && voters % 2 == 0
        ? Optional.of("mainstay.quorum = " + key + " does not fit " + voters
            + " servers: a cut into halves would leave no majority; take an odd number of servers, or "
            + LEASE_MAJORITY.key)
        : Optional.empty();
  }
}
