package mainstay.node.failover.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mainstay.protocol.message.FailoverAgent;
import mainstay.protocol.message.ServiceHost;
import mainstay.protocol.model.ClockReading;
import mainstay.protocol.model.Fitness;
import mainstay.protocol.model.Position;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/** Reports of servers and hosts, with what tests of decisions care about. */
public final class Reports {
  private Reports() {}

  /** @param mode of the synchronisation, and so many events behind */
  public static ServiceHost.Report host(
      ServiceName service, ServiceHost.State state, long term, int mode, boolean held) {
    return new ServiceHost.Report(
        service,
        state,
        term,
        1,
        Position.EMPTY,
        mode,
        mode,
        "",
        0,
        held,
        Instant.EPOCH,
        Optional.empty(),
        null);
  }

  /** Of the first run of a server. */
  static FailoverAgent.Report server(
      ServerId server, String version, Fitness fitness, ServiceHost.Report... services) {
    return new FailoverAgent.Report(
        server, server + "-1", version, fitness, false, 1, Optional.empty(), List.of(services));
  }

  /** The same with another version of the configuration. */
  static FailoverAgent.Report with(FailoverAgent.Report report, long configurationVersion) {
    return new FailoverAgent.Report(
        report.server(),
        report.incarnation(),
        report.version(),
        report.fitness(),
        report.leaving(),
        configurationVersion,
        report.clock(),
        report.services());
  }

  /** The same with what its clock says of others. */
  static FailoverAgent.Report with(FailoverAgent.Report report, Map<String, Duration> lags) {
    return new FailoverAgent.Report(
        report.server(),
        report.incarnation(),
        report.version(),
        report.fitness(),
        report.leaving(),
        report.configurationVersion(),
        Optional.of(new ClockReading(Instant.EPOCH, lags)),
        report.services());
  }
}
