package mainstay.node.supervisor.core;

import static mainstay.node.supervisor.core.DrillSamples.ALPHA;
import static mainstay.node.supervisor.core.DrillSamples.BRAVO;
import static mainstay.node.supervisor.core.DrillSamples.NOON;
import static mainstay.node.supervisor.core.DrillSamples.crash;
import static mainstay.node.supervisor.core.DrillSamples.plan;
import static mainstay.node.supervisor.core.DrillSamples.switchover;
import static mainstay.node.supervisor.core.DrillSamples.term;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import mainstay.protocol.message.ClusterSupervisor.DrillTerm;
import org.junit.jupiter.api.Test;

class DrillReportingTest {
  private static final DrillTerm FORTH = term(5, BRAVO, NOON.plusMillis(140));
  private static final DrillTerm BACK = term(6, ALPHA, NOON.plusSeconds(9));

  @Test
  void aCrashIsMeasuredFromTheOrderToDieToTheTermAndToTheActiveServer() {
    var report = DrillReporting.of(Drill.started("d-1", plan(crash(), false), NOON)
        .begun(Optional.empty(), NOON.plusMillis(100))
        .ordered(NOON.plusMillis(100))
        .with(new Drill.Turn(FORTH, NOON.plusMillis(300)))
        .ordered(NOON.plusMillis(8_990))
        .with(new Drill.Turn(BACK, NOON.plusSeconds(10)))
        .ended(new Drill.End(true, "all went well", NOON.plusSeconds(10))));

    assertThat(report.then()).contains(BRAVO);
    assertThat(report.detectionMillis()).contains(40L);
    assertThat(report.takeoverMillis()).contains(60L);
    assertThat(report.longestGapMillis()).contains(100L);
    assertThat(report.backAt()).isEqualTo(BACK.activeAt());
    assertThat(report.terms()).containsExactly(FORTH, BACK);
    assertThat(report.state()).isEqualTo("passed");
    assertThat(report.why()).isEqualTo("all went well");
    assertThat(report.limits())
        .hasSize(3)
        .anyMatch(limit -> limit.contains("whatever else alpha served"))
        .anyMatch(limit -> limit.contains("polls"));
  }

  @Test
  void theWayBackMayBeTheLongestGapAndItsLastOrderCounts() {
    var report = DrillReporting.of(Drill.started("d-1", plan(switchover(), false), NOON)
        .ordered(NOON.plusMillis(100))
        .begun(Optional.of("op"), NOON.plusMillis(100))
        .with(new Drill.Turn(FORTH, NOON.plusMillis(300)))
        .ordered(NOON.plusMillis(7_000))
        .ordered(NOON.plusMillis(8_900))
        .with(new Drill.Turn(BACK, NOON.plusSeconds(10)))
        .ended(new Drill.End(false, "it was slow", NOON)));

    assertThat(report.longestGapMillis()).contains(160L);
    assertThat(report.state()).isEqualTo("failed");
    assertThat(report.limits()).anyMatch(limit -> limit.contains("alpha still served"));
  }

  @Test
  void aTakeoverWithoutAnOrderHasNoKnownBegin() {
    var report = DrillReporting.of(Drill.started("d-1", plan(switchover(), false), NOON)
        .ordered(NOON.plusMillis(100))
        .begun(Optional.of("op"), NOON.plusMillis(100))
        .with(new Drill.Turn(FORTH, NOON.plusMillis(300)))
        .with(new Drill.Turn(BACK, NOON.plusSeconds(10))));

    assertThat(report.longestGapMillis()).contains(100L);
  }

  @Test
  void whatIsNotKnownIsEmptyAndARunningDrillSaysWhatItWaitsFor() {
    var fresh = Drill.started("d-1", plan(switchover(), false), NOON);
    var begun = fresh.begun(Optional.of("op"), NOON);
    var unseen = new DrillTerm(5, BRAVO, NOON, Optional.empty(), "died at once");

    assertThat(DrillReporting.of(fresh).why()).isEqualTo("it begins in a moment");
    assertThat(DrillReporting.of(fresh).state()).isEqualTo("running");
    assertThat(DrillReporting.of(begun).why()).isEqualTo("bravo is to take over");
    assertThat(DrillReporting.of(begun).detectionMillis()).isEmpty();
    assertThat(DrillReporting.of(begun).longestGapMillis()).isEmpty();
    assertThat(DrillReporting.of(begun.with(new Drill.Turn(unseen, NOON))).takeoverMillis())
        .isEmpty();
  }
}
