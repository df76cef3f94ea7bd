package mainstay.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import mainstay.protocol.message.ClusterSupervisor;
import mainstay.protocol.message.ClusterSupervisor.DrillReport;
import mainstay.protocol.message.ClusterSupervisor.DrillRequest;
import mainstay.protocol.message.ClusterSupervisor.DrillTerm;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.model.DrillKind;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DrillsRouteTest {
  private static final HttpApiFixture API = new HttpApiFixture();
  private static final String DRILLS = "/api/v1/services/dge/main/drills";
  private static final ServiceName SERVICE = ServiceName.dge("main");
  private static final ServerId ALPHA = new ServerId("alpha");
  private static final ServerId BRAVO = new ServerId("bravo");
  private static final DrillReport RUNNING = new DrillReport(
      "d-1",
      SERVICE,
      DrillKind.SWITCHOVER,
      "admin",
      HttpApiFixture.NOW,
      Optional.empty(),
      "running",
      "it begins in a moment",
      ALPHA,
      3,
      Optional.empty(),
      Optional.empty(),
      Optional.empty(),
      Optional.empty(),
      Optional.empty(),
      List.of(),
      List.of());
  private static final DrillReport PASSED = new DrillReport(
      "d-2",
      SERVICE,
      DrillKind.CRASH,
      "admin",
      HttpApiFixture.NOW,
      Optional.of(HttpApiFixture.NOW.plusMillis(500)),
      "passed",
      "bravo took over",
      ALPHA,
      3,
      Optional.of(BRAVO),
      Optional.of(40L),
      Optional.of(60L),
      Optional.of(100L),
      Optional.of(HttpApiFixture.NOW.plusSeconds(9)),
      List.of(new DrillTerm(
          4,
          BRAVO,
          HttpApiFixture.NOW.plusMillis(540),
          Optional.of(HttpApiFixture.NOW.plusMillis(600)),
          "alpha is not there")),
      List.of("two clocks"));

  @AfterAll
  static void close() {
    API.close();
  }

  @BeforeEach
  void reset() {
    API.status = Optional.of(HttpApiFixture.status("alpha"));
    API.commanded.clear();
  }

  @Test
  void aDrillGivesAReportToFollow() {
    API.supervisor = command -> report(RUNNING);

    var response = API.post(
        DRILLS,
        "{\"kind\":\"crash\",\"confirm\":\"alpha\",\"stay\":\"30s\",\"back\":true}",
        "Idempotency-Key",
        "drill-1");

    assertThat(response.status()).isEqualTo(202);
    assertThat(response.header("Location")).contains(DRILLS + "/d-1");
    assertThat(response.text())
        .isEqualTo("{\"drill\":\"d-1\",\"service\":\"dge/main\",\"kind\":\"switchover\","
            + "\"requestedBy\":\"admin\",\"startedAt\":\"2026-11-22T10:00:00Z\",\"begunAt\":null,"
            + "\"state\":\"running\",\"why\":\"it begins in a moment\",\"before\":\"alpha\","
            + "\"termBefore\":3,\"then\":null,\"detectionMillis\":null,\"takeoverMillis\":null,"
            + "\"longestGapMillis\":null,\"backAt\":null,\"terms\":[],\"limits\":[]}");
    var command = (ClusterSupervisor.StartDrill) API.commanded.peek();
    assertThat(command.requestId()).isEqualTo("admin/drill-1");
    assertThat(command.principal().name()).isEqualTo("admin");
    assertThat(command.request())
        .isEqualTo(new DrillRequest(
            SERVICE,
            DrillKind.CRASH,
            Optional.empty(),
            true,
            Duration.ofSeconds(30),
            Optional.of(ALPHA)));
  }

  @Test
  void everyFieldOfADrillMayBeLeftOut() {
    API.supervisor = command -> report(RUNNING);

    var empty = API.post(DRILLS, "{}");
    var none = API.post(DRILLS, null);

    assertThat(List.of(empty.status(), none.status())).containsExactly(202, 202);
    assertThat(API.commanded)
        .allMatch(command -> ((ClusterSupervisor.StartDrill) command)
            .request()
            .equals(new DrillRequest(
                SERVICE,
                DrillKind.SWITCHOVER,
                Optional.empty(),
                false,
                Duration.ofSeconds(5),
                Optional.empty())));
  }

  @Test
  void fieldsThatDoNotFitAreAllNamed() {
    API.supervisor = command -> report(RUNNING);

    assertThat(API.post(DRILLS, "{\"kind\":\"fire\",\"stay\":\"2h\",\"to\":\"B!\"}")
            .text())
        .contains("\"status\":422")
        .contains("/kind", "must be one of switchover, crash")
        .contains("/stay", "must be at most 1h")
        .contains("/to");
    assertThat(API.post(DRILLS, "{\"kind\":\"crash\",\"to\":\"bravo\"}").text())
        .contains("\"status\":422")
        .contains("the rules say who takes over then");
    assertThat(API.post(DRILLS, "{\"confirm\":\"alpha\"}").text())
        .contains("\"status\":422")
        .contains("/confirm");
    assertThat(API.commanded).isEmpty();
  }

  @Test
  void aRefusedOrUnansweredDrillSaysSo() {
    API.supervisor = command -> new ClusterSupervisor.DrillReply(
        Optional.empty(),
        Optional.of(Rejected.of(Reason.REFUSED_BY_RULE, "not all databases are active: db2")));
    var refused = API.post(DRILLS, "{}");
    API.supervisor = command -> null;
    var silent = API.post(DRILLS, "{}");
    var report = API.get(DRILLS + "/d-1");
    var list = API.get(DRILLS);

    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.json().get("detail").asText())
        .isEqualTo("not all databases are active: db2");
    assertThat(List.of(silent.status(), report.status(), list.status()))
        .containsExactly(504, 503, 503);
  }

  @Test
  void theReportOfADrillIsRead() {
    API.supervisor = command -> report(PASSED);

    var response = API.get(DRILLS + "/d-2");

    assertThat(response.text())
        .contains("\"kind\":\"crash\"", "\"state\":\"passed\"", "\"then\":\"bravo\"")
        .contains("\"detectionMillis\":40,\"takeoverMillis\":60,\"longestGapMillis\":100,"
            + "\"backAt\":\"2026-11-22T10:00:09Z\"")
        .contains(
            "\"terms\":[{\"term\":4,\"server\":\"bravo\",\"takenAt\":\"2026-11-22T10:00:00.540Z\","
                + "\"activeAt\":\"2026-11-22T10:00:00.600Z\",\"why\":\"alpha is not there\"}]")
        .contains("\"limits\":[\"two clocks\"]");
    var command = (ClusterSupervisor.GetDrill) API.commanded.peek();
    assertThat(List.of(command.service(), command.drill())).containsExactly(SERVICE, "d-2");
  }

  @Test
  void drillsAreListedForAServiceThatExists() {
    API.supervisor = command -> new ClusterSupervisor.DrillReports(List.of(PASSED, RUNNING));

    assertThat(API.get(DRILLS + "?limit=2").json().path("items").findValuesAsText("drill"))
        .containsExactly("d-2", "d-1");
    assertThat(((ClusterSupervisor.GetDrills) API.commanded.peek()).limit()).isEqualTo(2);

    API.supervisor = command -> new ClusterSupervisor.DrillReports(List.of());
    assertThat(API.get(DRILLS).text()).isEqualTo("{\"items\":[]}");
    assertThat(API.get("/api/v1/services/dge/nothing/drills").status()).isEqualTo(404);
  }

  private static ClusterSupervisor.DrillReply report(DrillReport report) {
    return new ClusterSupervisor.DrillReply(Optional.of(report), Optional.empty());
  }
}
