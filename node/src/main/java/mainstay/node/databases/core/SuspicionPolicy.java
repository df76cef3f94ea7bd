package mainstay.node.databases.core;

import java.util.Optional;

/** What a suspicion against a database is worth: whether the servers are asked about it. */
public final class SuspicionPolicy {
  private SuspicionPolicy() {}

  public enum Worth {
    NOTHING,
    /** The one who suspects knows a newer set. */
    READ_THE_SET,
    /** The servers are being asked already; count this database among the suspects. */
    JOIN_THE_INQUIRY,
    ASK_THE_SERVERS
  }

  /**
   * @param known the newest set that is known to be chosen
   * @param epoch in which the database was tried; of an older one than is known nothing is concluded: whoever writes
   *     repeats it in the newer one, and while a database joins, all writers at once stumble over the epoch that has just
   *     ended
   * @param dropping it is being left out already
   * @param asking an inquiry is open
   * @param quiet the servers have just said that all databases stay
   */
  public static Worth of(
      Optional<Agreed> known,
      String database,
      long epoch,
      boolean dropping,
      boolean asking,
      boolean quiet) {
    if (known.isEmpty() || epoch > known.get().epoch()) {
      return Worth.READ_THE_SET;
    }
    var agreed = known.get();
    if (epoch < agreed.epoch() || dropping || !agreed.set().written().contains(database)) {
      return Worth.NOTHING;
    }
    if (asking) {
      return Worth.JOIN_THE_INQUIRY;
    }
    return quiet ? Worth.NOTHING : Worth.ASK_THE_SERVERS;
  }
}
