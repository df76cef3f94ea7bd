package mainstay.node.supervisor.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import mainstay.node.failover.core.Right;
import mainstay.node.failover.core.ServerState;
import mainstay.node.failover.core.ServiceView;
import mainstay.protocol.message.ClusterStatus;
import mainstay.protocol.message.ClusterSupervisor.DrillRequest;
import mainstay.protocol.message.ClusterSupervisor.DrillTerm;
import mainstay.protocol.model.DrillKind;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServerList;
import mainstay.protocol.model.ServiceName;

/** Alpha serves in term 4, bravo and charlie could. */
final class DrillSamples {
  static final ServiceName SERVICE = ServiceName.dge("main");
  static final ServerId ALPHA = new ServerId("alpha");
  static final ServerId BRAVO = new ServerId("bravo");
  static final ServerId CHARLIE = new ServerId("charlie");
  static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  static final ServerState READY =
      new ServerState(true, true, Duration.ofMinutes(1), 0, false, true, "");
  static final ServerState LOADING =
      new ServerState(true, false, Duration.ZERO, 7, false, true, "");
  static final ServerState UNFIT =
      new ServerState(true, true, Duration.ofMinutes(1), 0, false, false, "its disk is full");
  static final List<ClusterStatus.Database> DATABASES =
      List.of(database("db1", true), database("db2", true));

  private DrillSamples() {}

  static ClusterStatus.Database database(String name, boolean active) {
    return new ClusterStatus.Database(name, "postgresql", active, active ? "active" : "copying", 3);
  }

  static DrillRequest switchover() {
    return request(DrillKind.SWITCHOVER, false, Optional.empty());
  }

  static DrillRequest crash() {
    return request(DrillKind.CRASH, false, Optional.of(ALPHA));
  }

  static DrillRequest request(DrillKind kind, boolean back, Optional<ServerId> confirm) {
    return new DrillRequest(SERVICE, kind, Optional.empty(), back, Duration.ofSeconds(5), confirm);
  }

  static DrillPlan plan(DrillRequest request, boolean held) {
    return new DrillPlan(request, ALPHA, BRAVO, 4, held, "eve/r", "eve");
  }

  static DrillTerm term(long term, ServerId server, Instant takenAt) {
    return new DrillTerm(
        term, server, takenAt, Optional.of(takenAt.plusMillis(60)), server + " is next");
  }

  static ServiceView view(ServerId active, long term) {
    return view(Optional.of(active), term, FailbackPolicy.AUTOMATIC, READY, READY, READY);
  }

  static ServiceView view(
      Optional<ServerId> active,
      long term,
      FailbackPolicy policy,
      ServerState alpha,
      ServerState bravo,
      ServerState charlie) {
    return new ServiceView(
        SERVICE,
        ServerList.of("alpha", "bravo", "charlie"),
        policy,
        Duration.ofSeconds(3),
        CHARLIE,
        Right.of(true, 3, 3),
        active,
        false,
        term,
        false,
        Set.of(),
        Map.of(ALPHA, alpha, BRAVO, bravo, CHARLIE, charlie));
  }
}
