package mainstay.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import mainstay.protocol.message.ClusterStatus;
import mainstay.protocol.message.ClusterSupervisor;
import mainstay.protocol.message.Precondition;
import mainstay.protocol.message.Provisioning;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.message.TakeoverOutlook;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.Role;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServerList;
import mainstay.protocol.model.ServiceName;
import mainstay.protocol.model.ServiceSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServicesRouteTest {
  private static final HttpApiFixture API = new HttpApiFixture();
  private static final String LIST = "/api/v1/services/dge/main/server-list";
  private static final String WHAT_IF = "/api/v1/what-if";
  private static final FailbackPolicy DELAYED =
      new FailbackPolicy(FailbackPolicy.Mode.DELAYED, Duration.ofSeconds(30));
  private static final ClusterSupervisor.Operation OPERATION = new ClusterSupervisor.Operation(
      "op-1",
      ServiceName.CONFIGURATION,
      new ServerId("alpha"),
      new ServerId("bravo"),
      "running",
      "draining",
      0,
      HttpApiFixture.NOW);

  @AfterAll
  static void close() {
    API.close();
  }

  @BeforeEach
  void reset() {
    API.status = Optional.of(HttpApiFixture.status("alpha"));
    API.commanded.clear();
    API.asked.clear();
  }

  @Test
  void aServerThatDoesNotKnowWhoIsActiveSaysSo() {
    var known = HttpApiFixture.status("alpha");
    API.status = Optional.of(new ClusterStatus(
        known.reportedBy(), known.servers(), known.quorum(), List.of(), known.databases(), 0));

    assertThat(API.get("/api/v1/services/configuration").text())
        .contains("\"status\":503")
        .contains("alpha does not know who is active");
    assertThat(API.get("/active/configuration").status()).isEqualTo(503);
  }

  @Test
  void aServiceIsShownUnderBothSpellings() {
    var plain = API.get("/api/v1/services/dge/main");
    var encoded = API.get("/api/v1/services/dge%2Fmain");

    assertThat(plain.text())
        .isEqualTo("{\"name\":\"dge/main\",\"serverList\":[\"alpha\",\"bravo\",\"charlie\"],"
            + "\"policy\":{\"mode\":\"delayed\",\"delay\":\"30s\"},\"active\":null,\"term\":3,\"state\":\"none\","
            + "\"why\":\"no server in the list is up\",\"rule\":0,\"standbys\":[],"
            + "\"warnings\":[]}");
    assertThat(encoded.text()).isEqualTo(plain.text());
  }

  @Test
  void whatIsMissingForTheNextTakeoverIsShown() {
    assertThat(API.get("/api/v1/services/configuration")
            .json()
            .path("warnings")
            .path(0)
            .asText())
        .isEqualTo("nobody can take over: charlie is unfit");
  }

  @Test
  void theExplanationNamesEachServer() {
    assertThat(API.get("/api/v1/services/configuration/explain").text())
        .isEqualTo("{\"service\":\"configuration\","
            + "\"active\":\"alpha\",\"term\":7,\"why\":\"alpha is the first available in the list\",\"rule\":7,"
            + "\"servers\":[{\"server\":\"alpha\",\"why\":\"alpha is the first available in the list\"},"
            + "{\"server\":\"charlie\",\"why\":\"follows, alpha comes first\"}]}");
  }

  @Test
  void whatWouldBeIfServersDiedIsAskedOfTheAgent() {
    API.outlook = question -> new TakeoverOutlook(
        new ServerId("alpha"),
        List.copyOf(question.down()),
        List.of(
            new TakeoverOutlook.Fate(
                ServiceName.CONFIGURATION,
                Optional.of(new ServerId("alpha")),
                Optional.of(new ServerId("charlie")),
                "charlie is the first available server"),
            new TakeoverOutlook.Fate(
                ServiceName.dge("main"), Optional.empty(), Optional.empty(), "nobody is left")),
        List.of("copies are taken as they are now"));

    assertThat(API.send("POST", WHAT_IF, Optional.of(Role.VIEWER), "{\"down\":[\"alpha\"]}")
            .text())
        .isEqualTo("{\"reportedBy\":\"alpha\",\"down\":[\"alpha\"],\"services\":["
            + "{\"service\":\"configuration\",\"active\":\"alpha\",\"then\":\"charlie\","
            + "\"why\":\"charlie is the first available server\"},"
            + "{\"service\":\"dge/main\",\"active\":null,\"then\":null,\"why\":\"nobody is left\"}],"
            + "\"limits\":[\"copies are taken as they are now\"]}");
  }

  @Test
  void whatWouldBeWithoutAServerThatIsNotThereIsRefused() {
    assertThat(API.post(WHAT_IF, "{\"down\":[\"zulu\"]}").text())
        .contains("\"status\":422")
        .contains("/down")
        .contains("there is no server zulu; known are alpha");
    assertThat(API.post(WHAT_IF, "{\"down\":[]}").status()).isEqualTo(422);
    assertThat(API.post(WHAT_IF, "{}").status()).isEqualTo(422);
    assertThat(API.post(WHAT_IF, "{\"down\":\"alpha\"}").status()).isEqualTo(422);
  }

  @Test
  void theHistoryOfTermsIsRead() {
    API.supervisor = command -> new ClusterSupervisor.Terms(List.of(
        new ClusterSupervisor.Term(7, new ServerId("alpha"), HttpApiFixture.NOW, "first available"),
        new ClusterSupervisor.Term(
            6, new ServerId("bravo"), HttpApiFixture.NOW.minusSeconds(60), "alpha is down")));

    var response = API.get("/api/v1/services/configuration/history?limit=5");

    assertThat(response.text())
        .isEqualTo("{\"items\":[{\"term\":7,\"server\":\"alpha\","
            + "\"at\":\"2026-11-22T10:00:00Z\",\"until\":null,\"why\":\"first available\"},"
            + "{\"term\":6,\"server\":\"bravo\",\"at\":\"2026-11-22T09:59:00Z\","
            + "\"until\":\"2026-11-22T10:00:00Z\",\"why\":\"alpha is down\"}]}");
    assertThat(((ClusterSupervisor.GetTerms) API.commanded.peek()).limit()).isEqualTo(5);
  }

  @Test
  void aServiceWithoutTermsHasAnEmptyHistoryIfThereIsSuchAService() {
    API.supervisor = command -> new ClusterSupervisor.Terms(List.of());

    assertThat(API.get("/api/v1/services/dge/main/history").text()).isEqualTo("{\"items\":[]}");
    assertThat(API.get("/api/v1/services/dge/nothing/history").status()).isEqualTo(404);
  }

  @Test
  void aSwitchoverGivesAnOperationToFollow() {
    API.supervisor =
        command -> new ClusterSupervisor.OperationReply(Optional.of(OPERATION), Optional.empty());

    var response = API.post(
        "/api/v1/services/configuration/switchover",
        "{\"to\":\"bravo\"}",
        "Idempotency-Key",
        "move-1");

    assertThat(response.status()).isEqualTo(202);
    assertThat(response.header("Location")).contains("/api/v1/operations/op-1");
    assertThat(response.text())
        .isEqualTo("{\"operation\":\"op-1\",\"service\":\"configuration\",\"from\":\"alpha\","
            + "\"to\":\"bravo\",\"state\":\"running\",\"detail\":\"draining\",\"pauseMillis\":0,"
            + "\"startedAt\":\"2026-11-22T10:00:00Z\"}");
    var command = (ClusterSupervisor.Switchover) API.commanded.peek();
    assertThat(command.to()).contains(new ServerId("bravo"));
    assertThat(command.requestId()).isEqualTo("admin/move-1");
    assertThat(API.get(response.header("Location").orElseThrow()).text())
        .isEqualTo(response.text());
  }

  @Test
  void theDestinationOfASwitchoverMayBeLeftOut() {
    API.supervisor =
        command -> new ClusterSupervisor.OperationReply(Optional.of(OPERATION), Optional.empty());

    var empty = API.post("/api/v1/services/configuration/switchover", "{}");
    var none = API.post("/api/v1/services/configuration/switchover", null);

    assertThat(List.of(empty.status(), none.status())).containsExactly(202, 202);
    assertThat(API.commanded)
        .allMatch(command -> ((ClusterSupervisor.Switchover) command).to().isEmpty());
  }

  @Test
  void aRefusedOrUnansweredSwitchoverSaysSo() {
    API.supervisor = command -> new ClusterSupervisor.OperationReply(
        Optional.empty(),
        Optional.of(Rejected.of(Reason.REFUSED_BY_RULE, "bravo is not synchronised")));
    var refused = API.post("/api/v1/services/configuration/switchover", "{\"to\":\"bravo\"}");
    API.supervisor = command -> null;
    var silent = API.post("/api/v1/services/configuration/switchover", "{\"to\":\"bravo\"}");
    var operation = API.get("/api/v1/operations/op-1");

    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.json().get("detail").asText()).isEqualTo("bravo is not synchronised");
    assertThat(silent.status()).isEqualTo(504);
    assertThat(operation.status()).isEqualTo(503);
    assertThat(API.post("/api/v1/services/configuration/switchover", "{\"to\":\"B!\"}")
            .status())
        .isEqualTo(422);
  }

  @Test
  void aServerListIsReplacedAndThePolicyKept() {
    API.router = ask -> Optional.of(
        ask.request() instanceof Provisioning.GetObject
            ? new ServiceReply.ObjectFound(
                new ServiceSettings("dge/main", ServerList.of("alpha"), DELAYED, true), 4, 17)
            : new ServiceReply.Written(18, 5, 2, false));

    var response =
        API.put(LIST + "?comment=why", "{\"servers\":[\"bravo\",\"alpha\"]}", "If-Match", "\"4\"");

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.etag()).isEqualTo("\"5\"");
    assertThat(API.asked.peekLast().request())
        .isEqualTo(new Provisioning.PutObject(
            new ServiceSettings("dge/main", ServerList.of("bravo", "alpha"), DELAYED, true),
            Precondition.revision(4),
            "why"));
  }

  @Test
  void aPolicyChangedMeanwhileIsNotPutBack() {
    API.router = ask -> Optional.of(
        ask.request() instanceof Provisioning.GetObject
            ? new ServiceReply.ObjectFound(
                new ServiceSettings("dge/main", ServerList.of("alpha"), DELAYED, true), 4, 17)
            : Rejected.of(Reason.STALE_REVISION, "4 is not the current 5"));

    var response = API.put(LIST, "{\"servers\":[\"bravo\"]}");

    assertThat(response.status()).isEqualTo(412);
    assertThat(((Provisioning.PutObject) API.asked.peekLast().request()).precondition())
        .isEqualTo(Precondition.revision(4));
  }

  @Test
  void aServiceWithoutSettingsGetsThemWithThePolicyOfTheDefault() {
    API.router = ask -> Optional.of(
        ask.request() instanceof Provisioning.GetObject get
            ? get.id().equals("default")
                ? new ServiceReply.ObjectFound(
                    new ServiceSettings("default", ServerList.of("alpha"), DELAYED, true), 1, 17)
                : Rejected.of(Reason.NOT_FOUND, "none")
            : new ServiceReply.Written(18, 1, 2, true));

    var response = API.put(LIST, "{\"servers\":[\"bravo\"]}");

    assertThat(response.status()).isEqualTo(201);
    assertThat(API.asked.peekLast().request())
        .isEqualTo(new Provisioning.PutObject(
            new ServiceSettings("dge/main", ServerList.of("bravo"), DELAYED, true),
            Precondition.ABSENT,
            ""));
  }

  @Test
  void aServerListNeedsAServiceThatExistsAndAnAuthorityThatAnswers() {
    API.router = ask -> Optional.of(Rejected.of(Reason.NO_ACTIVE_SERVER, "nobody is active"));

    assertThat(API.put("/api/v1/services/dge/typo/server-list", "{\"servers\":[\"bravo\"]}")
            .status())
        .isEqualTo(404);
    assertThat(API.asked).isEmpty();
    assertThat(API.put(LIST, "{\"servers\":[\"bravo\"]}").status()).isEqualTo(503);
  }
}
