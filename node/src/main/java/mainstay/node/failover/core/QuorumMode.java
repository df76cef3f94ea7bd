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
  public Optional<String> unsuitable(int servers, int witnesses) {
    if (servers == 0) {
      return Optional.of("mainstay.servers names only witnesses, and a witness serves nothing");
    }
    if (witnesses > 1) {
      return Optional.of("mainstay.servers names " + witnesses
          + " witnesses; one is enough to make the number of voters odd");
    }
    if (this == LEASE_MAJORITY) {
      return witnesses == 0
          ? Optional.empty()
          : Optional.of("a witness in mainstay.servers needs mainstay.quorum = " + KEEP_MAJORITY.key
              + "; with " + key + " the databases are the witness");
    }
    return (servers + witnesses) % 2 == 0
        ? Optional.of("mainstay.quorum = " + key + " does not fit " + servers + " servers"
            + (witnesses == 0 ? "" : " and a witness")
            + ": a cut into halves would leave no majority; take an odd number of voters"
            + (witnesses == 0 ? ", such as by one more entry with role = witness" : "") + ", or "
            + LEASE_MAJORITY.key)
        : Optional.empty();
  }
}
