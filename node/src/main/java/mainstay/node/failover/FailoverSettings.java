package mainstay.node.failover;

import com.typesafe.config.Config;
import java.time.Duration;
import mainstay.node.failover.core.Redundancy;

/**
 * Section {@code mainstay.failover}.
 *
 * @param tick between two looks at the rules where nothing else gives cause
 * @param reportInterval between two reports to the other servers where nothing has changed
 * @param formingGrace how long after its start a cluster waits for servers that come earlier in a list
 * @param reportGrace how long a member that this server can reach may take to report to it for the first time
 * @param failbackSettle how long an earlier server must have been synchronised before a service returns to it
 * @param claimGrace how long a server that has taken a term may take to say so before another one follows
 * @param voterSilence who was silent for longer is not counted by a server that takes over from one it cannot reach
 * @param retryTerm after an attempt to take a term that failed or lost
 * @param databaseCheck from one look at whether the databases answer to the next
 * @param fitAfter how long nothing must have been wrong before a server that was unfit is fit again
 * @param diskMinimum bytes that must be free in the data directory
 * @param journalRest without a failed write after which a server that its journal made unfit gets another chance
 * @param clockOffsetLimit from the median of all servers, beyond which a server is unfit
 * @param clockWindow how long a report counts for the comparison of clocks
 * @param configurationLag how long a backup may lack a version of the configuration without a warning
 * @param leaveTimeout how long a server that stops waits for its services to be moved
 */
public record FailoverSettings(
    Duration tick,
    Duration reportInterval,
    Duration formingGrace,
    Duration reportGrace,
    Duration failbackSettle,
    Duration claimGrace,
    Duration voterSilence,
    Duration retryTerm,
    Duration databaseCheck,
    Duration fitAfter,
    long diskMinimum,
    Duration journalRest,
    Duration clockOffsetLimit,
    Duration clockWindow,
    Duration configurationLag,
    Duration leaveTimeout) {
  public static FailoverSettings from(Config config) {
    var section = config.getConfig("mainstay.failover");
    var settings = new FailoverSettings(
        section.getDuration("tick"),
        section.getDuration("report-interval"),
        section.getDuration("forming-grace"),
        section.getDuration("report-grace"),
        section.getDuration("failback-settle"),
        section.getDuration("claim-grace"),
        section.getDuration("voter-silence"),
        section.getDuration("retry-term"),
        section.getDuration("database-check"),
        section.getDuration("fit-after"),
        section.getBytes("disk-minimum"),
        section.getDuration("journal-rest"),
        section.getDuration("clock-offset-limit"),
        section.getDuration("clock-window"),
        section.getDuration("configuration-lag"),
        section.getDuration("leave-timeout"));
    settings.requireMoreThanReportInterval("claim-grace", settings.claimGrace);
    settings.requireMoreThanReportInterval("voter-silence", settings.voterSilence);
    // The later half of the window must hold a report, too.
    settings.requireMoreThanReportInterval("clock-window / 2", settings.clockWindow.dividedBy(2));
    return settings;
  }

  Redundancy.Tolerances tolerances() {
    return new Redundancy.Tolerances(clockOffsetLimit, configurationLag);
  }

  private void requireMoreThanReportInterval(String key, Duration value) {
    if (value.compareTo(reportInterval) <= 0) {
      throw new IllegalArgumentException("mainstay.failover." + key + " (" + value
          + ") must exceed mainstay.failover.report-interval (" + reportInterval + ")");
    }
  }
}
