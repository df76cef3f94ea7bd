package mainstay.persistence.databases;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Section {@code mainstay.persistence.replication}; each key is explained in {@code reference.conf}.
 *
 * @param patience how long work waits for a set of databases in which it can be done
 * @param slow after which an unanswered piece of work makes its database suspect
 * @param retry between two attempts on a database that failed and still counts
 */
public record ReplicationSettings(Duration patience, Duration slow, Duration retry) {
  private static final String KEY = "mainstay.persistence.replication";

  public ReplicationSettings {
    if (slow.compareTo(patience) >= 0) {
      throw new IllegalArgumentException(KEY + ".slow = " + slow.toMillis()
          + " ms must be shorter than " + KEY + ".patience = " + patience.toMillis() + " ms");
    }
  }

  static ReplicationSettings from(Config config) {
    var section = config.getConfig(KEY);
    return new ReplicationSettings(
        section.getDuration("patience"), section.getDuration("slow"), section.getDuration("retry"));
  }
}
