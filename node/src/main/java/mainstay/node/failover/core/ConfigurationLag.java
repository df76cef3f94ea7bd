package mainstay.node.failover.core;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mainstay.protocol.message.FailoverAgent;
import mainstay.protocol.model.ServerId;

/**
 * Since when each server has lacked a version of the configuration that the active one had. Who lags a little behind
 * changes that never end, and gets each of them, lacks none for long. Time is an argument, in nanoseconds of a monotonic
 * clock.
 */
public final class ConfigurationLag {
  private final Map<ServerId, Lack> lacks = new HashMap<>();

  private record Lack(long version, long since) {}

  /** What a server has lacked, and for how long. */
  public record Lag(long version, Duration duration) {}

  /**
   * @param newest version that the active server of the service {@code configuration} works with; empty while nobody is
   *     active, which changes nothing
   * @param reports of the servers that can be reached; what was known of others is forgotten
   */
  public void looked(Optional<Long> newest, List<FailoverAgent.Report> reports, long now) {
    lacks.keySet().retainAll(reports.stream().map(FailoverAgent.Report::server).toList());
    newest.ifPresent(version -> reports.forEach(report ->
        lacks.compute(report.server(), (server, lack) -> next(lack, report, version, now))));
  }

  private static Lack next(Lack lack, FailoverAgent.Report report, long newest, long now) {
    long version = report.configurationVersion();
    if (version >= newest) {
      return null;
    }
    return lack == null || version >= lack.version() ? new Lack(newest, now) : lack;
  }

  /** Empty if it lacks nothing. */
  public Optional<Lag> of(ServerId server, long now) {
    return Optional.ofNullable(lacks.get(server))
        .map(lack -> new Lag(lack.version(), Duration.ofNanos(now - lack.since())));
  }
}
