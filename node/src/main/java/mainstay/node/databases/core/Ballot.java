package mainstay.node.databases.core;

import java.util.Comparator;
import mainstay.protocol.model.ServerId;

/**
 * Number of one attempt to agree; never used twice.
 *
 * @param counter grows within one run of a server
 * @param run of the server: a server that has lost its memory must not repeat a ballot of its former self
 */
public record Ballot(long counter, ServerId server, String run) implements Comparable<Ballot> {
  private static final Comparator<Ballot> ORDER = Comparator.comparingLong(Ballot::counter)
      .thenComparing(Ballot::server)
      .thenComparing(Ballot::run);

  @Override
  public int compareTo(Ballot other) {
    return ORDER.compare(this, other);
  }
}
