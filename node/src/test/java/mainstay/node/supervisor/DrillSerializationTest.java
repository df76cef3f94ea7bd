package mainstay.node.supervisor;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mainstay.node.supervisor.core.Drill;
import mainstay.node.supervisor.core.DrillPlan;
import mainstay.node.supervisor.core.DrillReporting;
import mainstay.node.supervisor.core.SupervisorEvent;
import mainstay.node.supervisor.core.SupervisorState;
import mainstay.protocol.message.ClusterSupervisor.DrillReply;
import mainstay.protocol.message.ClusterSupervisor.DrillReports;
import mainstay.protocol.message.ClusterSupervisor.DrillRequest;
import mainstay.protocol.message.ClusterSupervisor.DrillTerm;
import mainstay.protocol.message.ClusterSupervisor.GetDrill;
import mainstay.protocol.message.ClusterSupervisor.GetDrills;
import mainstay.protocol.message.ClusterSupervisor.StartDrill;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.model.DrillKind;
import mainstay.protocol.model.Principal;
import mainstay.protocol.model.Role;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DrillSerializationTest {
  private static final ServiceName SERVICE = ServiceName.dge("main");
  private static final ServerId ALPHA = new ServerId("alpha");
  private static final ServerId BRAVO = new ServerId("bravo");
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00.123456Z");
  private static final DrillTerm TERM =
      new DrillTerm(5, BRAVO, NOON, Optional.of(NOON.plusMillis(60)), "alpha is not there");
  private static final DrillRequest REQUEST = new DrillRequest(
      SERVICE, DrillKind.CRASH, Optional.empty(), true, Duration.ofSeconds(5), Optional.of(ALPHA));
  private static final DrillPlan PLAN =
      new DrillPlan(REQUEST, ALPHA, BRAVO, 4, false, "eve/r", "eve");
  private static final Drill DRILL = new Drill(
      "d-1",
      PLAN,
      NOON,
      Optional.of("op"),
      Optional.of(NOON),
      List.of(new Drill.Turn(TERM, NOON)),
      List.of(NOON),
      Optional.of(new Drill.End(true, "all well", NOON)));

  private final ActorTestKit kit = ActorTestKit.create(ConfigFactory.load("provisioning-test"));

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void everythingOfADrillThatIsStoredOrSentArrivesAsItWas() {
    TestProbe<DrillReply> replies = kit.createTestProbe();
    TestProbe<DrillReports> lists = kit.createTestProbe();

    List.of(
            new StartDrill(REQUEST, new Principal("eve", Role.ADMIN), "r", replies.ref()),
            new GetDrill(SERVICE, "d-1", replies.ref()),
            new GetDrills(SERVICE, 5, lists.ref()),
            new DrillReply(Optional.of(DrillReporting.of(DRILL)), Optional.empty()),
            new DrillReply(
                Optional.empty(), Optional.of(Rejected.of(Reason.REFUSED_BY_RULE, "no"))),
            new DrillReports(List.of(DrillReporting.of(DRILL))),
            new SupervisorEvent.DrillStarted("d-1", PLAN, NOON),
            new SupervisorEvent.DrillBegun("d-1", Optional.empty(), NOON),
            new SupervisorEvent.DrillTermSeen("d-1", TERM, NOON),
            new SupervisorEvent.DrillFinished("d-1", true, "all well", NOON),
            new SupervisorState(Map.of(), Map.of("d-1", DRILL)))
        .forEach(value -> kit.serializationTestKit().verifySerialization(value, true));
  }
}
