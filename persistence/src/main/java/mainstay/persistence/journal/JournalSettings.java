package mainstay.persistence.journal;

import com.typesafe.config.Config;
import java.time.Duration;

/** Section {@code mainstay.persistence.journal} without what Akka reads from it; explained in {@code reference.conf}. */
record JournalSettings(
    int groupLimit, long groupLimitBytes, Duration writeTimeout, int fetchSize, boolean acceptUnfenced) {
  JournalSettings {
    if (groupLimit < 1 || groupLimitBytes < 1 || fetchSize < 1) {
      throw new IllegalArgumentException("mainstay.persistence.journal: group-limit = " + groupLimit
          + ", group-limit-bytes = " + groupLimitBytes + " and fetch-size = " + fetchSize + " must be at least 1");
    }
  }

  static JournalSettings from(Config section) {
    return new JournalSettings(
        section.getInt("group-limit"),
        section.getBytes("group-limit-bytes"),
        section.getDuration("write-timeout"),
        section.getInt("fetch-size"),
        section.getBoolean("accept-unfenced"));
  }
}
