package mainstay.persistence.journal;

import com.typesafe.config.Config;
import java.time.Duration;

/** Section {@code mainstay.persistence.journal} without what Akka reads from it; explained in {@code reference.conf}. */
record JournalSettings(
    int lanes,
    int groupLimit,
    long groupLimitBytes,
    Duration writeTimeout,
    int fetchSize,
    boolean acceptUnfenced) {
  JournalSettings {
    if (lanes < 1 || groupLimit < 1 || groupLimitBytes < 1 || fetchSize < 1) {
      throw new IllegalArgumentException("mainstay.persistence.journal: lanes = " + lanes
          + ", group-limit = " + groupLimit + ", group-limit-bytes = " + groupLimitBytes
          + " and fetch-size = " + fetchSize + " must be at least 1");
    }
  }

  /** @throws IllegalArgumentException naming both keys if lanes would take all sessions of writers */
  void requireFewerLanesThan(int writers) {
    if (lanes >= writers) {
      throw new IllegalArgumentException("mainstay.persistence.journal.lanes = " + lanes
          + " must be fewer than mainstay.persistence.connections.writers = " + writers);
    }
  }

  static JournalSettings from(Config section) {
    return new JournalSettings(
        section.getInt("lanes"),
        section.getInt("group-limit"),
        section.getBytes("group-limit-bytes"),
        section.getDuration("write-timeout"),
        section.getInt("fetch-size"),
        section.getBoolean("accept-unfenced"));
  }
}
