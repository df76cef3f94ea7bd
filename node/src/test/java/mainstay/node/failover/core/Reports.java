package mainstay.node.failover.core;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import mainstay.protocol.message.FailoverAgent;
import mainstay.protocol.message.ServiceHost;
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
        server, server + "-1", version, fitness, false, 1, List.of(services));
  }
}
