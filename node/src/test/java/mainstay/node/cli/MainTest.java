package mainstay.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  private static final String SERVICE = """
      {"name":"dge/main","serverList":["bravo","charlie"],"policy":{"mode":"automatic"},"active":"bravo","term":12,
       "state":"active","why":"first available in the list",
       "standbys":[{"server":"charlie","state":"standby","message":"ready","synchronisationMode":0,"sequence":41,
                    "hash":"ab12"}]}""";

  @TempDir
  Path directory;

  private FakeApi api;
  private String out;
  private String err;

  @BeforeEach
  void startApi() throws Exception {
    api = new FakeApi();
  }

  @AfterEach
  void stopApi() {
    api.close();
  }

  @Test
  void servicesAreShownInAlignedColumns() {
    api.on(
        "GET /services",
        200,
        "[" + SERVICE + "," + SERVICE.replace("dge/main", "configuration") + "]");

    assertThat(run("services")).isEqualTo(ExitCode.DONE);
    assertThat(out).isEqualTo("""
        SERVICE        ACTIVE  TERM  STATE   SERVERS         POLICY     WHY
        dge/main       bravo   12    active  bravo, charlie  automatic  first available in the list
        configuration  bravo   12    active  bravo, charlie  automatic  first available in the list
        """);
  }

  @Test
  void statusShowsTheWholeClusterForPeopleAndForPrograms() throws Exception {
    api.on("GET /cluster", 200, """
        {"servers":[{"name":"alpha","roles":["voter"],"status":"up","incarnation":"1","fitness":{"fit":true,"complaints":[]},"version":"0.1",
                     "clock":{"offsetMillis":-1204,"errorMillis":3},"synchronisation":{"mode":0,"behind":0}}],
         "quorum":{"voters":3,"reachable":2,"mayAct":true,"why":"2 of 3 voters are a majority"},
         "services":[%s],"databases":[{"name":"db1","vendor":"postgresql","active":true,"state":"active","epoch":4},
                                      {"name":"db2","vendor":"postgresql","active":false,"state":"joining","epoch":4}]}
        """.formatted(SERVICE));

    assertThat(run("status")).isEqualTo(ExitCode.DONE);
    assertThat(out)
        .contains(
            "SERVER  STATUS  FITNESS  SYNC  BEHIND  CLOCK   ROLES  VERSION",
            "alpha   up      fit      0     0       -1.20s  voter  0.1",
            "dge/main",
            "DATABASE  VENDOR      ACTIVE  EPOCH  STATE",
            "db1       postgresql  yes     4      active",
            "db2       postgresql  no      4      joining",
            "Quorum: 2 of 3 voters reachable, may act: yes (2 of 3 voters are a majority)");
    assertThat(run("status", "--json")).isEqualTo(ExitCode.DONE);
    assertThat(new ObjectMapper().readTree(out).path("quorum").path("voters").asInt())
        .isEqualTo(3);
  }

  @Test
  void whatIsMissingForTheNextTakeoverIsALineBelowTheServices() {
    api.on("GET /services", 200, """
        [{"name":"dge/main","active":"alpha","term":1,"state":"active","serverList":["alpha","bravo"],
          "policy":{"mode":"automatic"},"why":"primary","warnings":["nobody can take over from alpha: bravo is not there"]}]""");

    assertThat(run("services")).isEqualTo(ExitCode.DONE);
    assertThat(out)
        .endsWith("Warning: dge/main: nobody can take over from alpha: bravo is not there\n");
  }

  @Test
  void explainIsOneSentenceAndOneLineForEachServer() {
    api.on("GET /services/dge/main/explain", 200, """
        {"service":"dge/main","active":"bravo","term":12,"why":"bravo is active in term 12: first available in the list","rule":7,
         "servers":[{"server":"alpha","why":"is down"}]}""");

    assertThat(run("service", "dge/main", "explain")).isEqualTo(ExitCode.DONE);
    assertThat(out).isEqualTo("""
        dge/main: bravo is active in term 12: first available in the list (rule 7)
          alpha: is down
        """);
  }

  @Test
  void explainSaysSoWhereNobodyIsActive() {
    api.on(
        "GET /services/alarms/explain",
        200,
        "{\"service\":\"alarms\",\"active\":null,\"term\":3,\"why\":\"nobody is active: no server in the list is up\",\"servers\":[]}");

    assertThat(run("service", "alarms", "explain")).isEqualTo(ExitCode.DONE);
    assertThat(out).isEqualTo("alarms: nobody is active: no server in the list is up\n");
  }

  @Test
  void whatIfSaysWhoWouldServeAndWhatThatTakesForGranted() {
    api.on("POST /what-if", 200, """
        {"down":["alpha"],"services":[
         {"service":"configuration","active":"alpha","then":"bravo","why":"first available"},
         {"service":"dge/main","active":"charlie","then":"charlie","why":"it is there"},
         {"service":"alarms","active":"alpha","then":null,"why":"no server is synchronised"}],
         "limits":["copies are taken as they are now"]}""");

    assertThat(run("service", "configuration", "what-if", "--down", "alpha"))
        .isEqualTo(ExitCode.DONE);
    assertThat(out).isEqualTo("""
        configuration without alpha: bravo takes over (first available)
          copies are taken as they are now
        """);
    assertThat(api.requests.get(0).body()).isEqualTo("{\"down\":[\"alpha\"]}");
    assertThat(run("service", "dge/main", "what-if", "--down", "alpha")).isEqualTo(ExitCode.DONE);
    assertThat(out).startsWith("dge/main without alpha: charlie goes on (it is there)");
    assertThat(run("service", "alarms", "what-if", "--down", "alpha,bravo"))
        .isEqualTo(ExitCode.DONE);
    assertThat(out)
        .startsWith("alarms without alpha, bravo: nobody would serve (no server is synchronised)");
    assertThat(run("service", "nothing", "what-if", "--down", "alpha")).isEqualTo(ExitCode.FAILED);
    assertThat(err).contains("there is no service nothing");
  }

  @Test
  void aServiceAloneShowsItsStandbysAndHistoryItsTerms() {
    api.on("GET /services/dge/main", 200, SERVICE);
    api.on(
        "GET /services/dge/main/history",
        200,
        "{\"items\":[{\"term\":12,\"server\":\"bravo\",\"at\":\"2026-01-31T12:00:00Z\",\"until\":\"2026-01-31T12:30:00Z\",\"why\":\"alpha is down\"}]}");

    assertThat(run("service", "dge/main")).isEqualTo(ExitCode.DONE);
    assertThat(out).contains("charlie  standby  0     41        ab12  ready");
    assertThat(run("service", "dge/main", "history")).isEqualTo(ExitCode.DONE);
    assertThat(out)
        .contains("12    bravo   2026-01-31T12:00:00Z  2026-01-31T12:30:00Z  alpha is down");
  }

  @Test
  void aSwitchoverWaitsForItsEndAndPrintsThePause() {
    String operation =
        "{\"operation\":\"o1\",\"from\":\"alpha\",\"to\":\"bravo\",\"state\":\"%s\",\"pauseMillis\":%d}";
    api.on("POST /services/configuration/switchover", 202, operation.formatted("running", 0));
    api.on(
        "GET /operations/o1",
        new FakeApi.Answer(200, operation.formatted("running", 0)),
        new FakeApi.Answer(200, operation.formatted("done", 87)));

    assertThat(run("service", "configuration", "switchover", "--to", "bravo"))
        .isEqualTo(ExitCode.DONE);
    assertThat(out).isEqualTo("configuration moved from alpha to bravo, pause 87 ms\n");
    assertThat(api.requests.get(0).body()).isEqualTo("{\"to\":\"bravo\"}");
    assertThat(api.requests.get(0).key()).isNotBlank();
  }

  @Test
  void aSwitchoverThatFailsSaysWhy() {
    api.on(
        "POST /services/configuration/switchover",
        202,
        "{\"operation\":\"o1\",\"state\":\"failed\",\"detail\":\"bravo is not synchronised\"}");

    assertThat(run("service", "configuration", "switchover")).isEqualTo(ExitCode.FAILED);
    assertThat(err).isEqualTo("configuration did not move: bravo is not synchronised\n");
  }

  @Test
  void aDrillIsFollowedAndItsReportIsATable() {
    api.on("POST /services/dge/main/drills", 202, "{\"drill\":\"d1\",\"state\":\"running\"}");
    api.on(
        "GET /services/dge/main/drills/d1",
        new FakeApi.Answer(200, "{\"drill\":\"d1\",\"state\":\"running\"}"),
        new FakeApi.Answer(503, "{\"detail\":\"the supervisor may be moving\"}"),
        new FakeApi.Answer(200, """
            {"drill":"d1","service":"dge/main","kind":"crash","requestedBy":"admin","begunAt":"2026-01-31T12:00:00Z",
             "state":"passed","why":"bravo took over","before":"alpha","termBefore":3,"then":"bravo",
             "detectionMillis":40,"takeoverMillis":60,"longestGapMillis":null,"backAt":null,
             "terms":[{"term":4,"server":"bravo","takenAt":"2026-01-31T12:00:01Z","activeAt":null,"why":"alpha is not there"}],
             "limits":["two clocks"]}"""));

    assertThat(run(
            "drill", "dge/main", "--kind", "crash", "--confirm", "alpha", "--back", "--stay", "1s"))
        .isEqualTo(ExitCode.DONE);
    assertThat(out).isEqualTo("""
        Drill of dge/main (crash) by admin, begun at 2026-01-31T12:00:00Z

        served before  alpha
        served then    bravo
        detection      40 ms
        takeover       60 ms
        longest gap    -
        back again at  -
        result         passed: bravo took over

        TERM  SERVER  TAKEN                 ACTIVE  WHY
        3     alpha   -                     -       before the drill
        4     bravo   2026-01-31T12:00:01Z  -       alpha is not there
        Note: two clocks
        """);
    assertThat(api.requests.get(0).body())
        .isEqualTo("{\"kind\":\"crash\",\"stay\":\"1s\",\"back\":true,\"confirm\":\"alpha\"}");
    assertThat(api.requests.get(0).key()).isNotBlank();
  }

  @Test
  void aDrillThatFailedOrWasRefusedIsNoSuccess() {
    api.on(
        "POST /services/configuration/drills",
        202,
        "{\"drill\":\"d1\",\"state\":\"failed\",\"why\":\"nobody took over\"}");
    assertThat(run("drill", "configuration", "--to", "bravo")).isEqualTo(ExitCode.FAILED);
    assertThat(out).contains("failed: nobody took over");
    assertThat(api.requests.get(0).body())
        .isEqualTo("{\"kind\":\"switchover\",\"stay\":\"5s\",\"to\":\"bravo\"}");

    api.on("POST /services/dge/main/drills", 409, "{\"detail\":\"not all databases are active\"}");
    assertThat(run("drill", "dge/main")).isEqualTo(ExitCode.FAILED);
    assertThat(err).contains("not all databases are active (HTTP 409)");
  }

  @Test
  void aDatabaseIsAddedToTheClusterThatIsNamed() {
    api.on(
        "PUT /databases/plant3",
        201,
        "{\"name\":\"plant3\",\"cluster\":\"plant\",\"state\":\"not active\",\"epoch\":2,\"message\":\"it is new\"}");

    assertThat(execute(
            "databases",
            "--url",
            api.url(),
            "add",
            "plant3",
            "--vendor",
            "postgresql",
            "--url",
            "jdbc:postgresql://h/d",
            "--user",
            "u",
            "--password-file",
            "f",
            "--cluster",
            "plant"))
        .isEqualTo(ExitCode.DONE);
    assertThat(api.requests.get(0).body()).contains("\"cluster\":\"plant\"");
  }

  @Test
  void databasesAreShownWithWhyTheyCountAndHowTheyGetOn() throws Exception {
    api.on("GET /databases", 200, """
        [{"name":"db1","vendor":"postgresql","active":true,"state":"active","message":"from the first start on","epoch":4,
          "weight":1,"load":2,"progress":null,"journalHash":"9f2c","checkedAt":"2026-01-31T12:00:00Z"},
         {"name":"db2","cluster":"plant","vendor":"postgresql","active":false,"state":"synchronising","message":"it is back","epoch":4,
          "weight":1,"load":0,"progress":{"phase":"copying","percent":40,"rowsCopied":1200,"rowsPerSecond":30000},
          "journalHash":"","checkedAt":null}]""");

    assertThat(run("databases")).isEqualTo(ExitCode.DONE);
    assertThat(out).isEqualTo("""
        NAME  CLUSTER  STATE          ACTIVE  EPOCH  LOAD  PROGRESS                          JOURNAL-HASH  MESSAGE
        db1   -        active         yes     4      2     -                                 9f2c          from the first start on
        db2   plant    synchronising  no      4      0     copying 40 %, 1200 rows, 30000/s  -             it is back
        """);
    assertThat(run("databases", "--json")).isEqualTo(ExitCode.DONE);
    assertThat(new ObjectMapper()
            .readTree(out)
            .path(1)
            .path("progress")
            .path("percent")
            .asInt())
        .isEqualTo(40);
  }

  @Test
  void aDatabaseIsAddedWithTheClusterNamedBeforehand() {
    api.on("PUT /databases/db3", 201, database("db3", "synchronising", "it is new"));

    int code = execute(
        "databases",
        "--url",
        api.url(),
        "add",
        "db3",
        "--vendor",
        "postgresql",
        "--url",
        "jdbc:postgresql://192.0.2.23/mainstay",
        "--user",
        "mainstay",
        "--password-variable",
        "DB3",
        "--weight",
        "2");

    assertThat(code).isEqualTo(ExitCode.DONE);
    assertThat(out).isEqualTo("db3 is synchronising in epoch 4: it is new\n");
    assertThat(api.requests.get(0).body())
        .isEqualTo(
            "{\"vendor\":\"postgresql\",\"url\":\"jdbc:postgresql://192.0.2.23/mainstay\",\"user\":\"mainstay\","
                + "\"passwordVariable\":\"DB3\",\"weight\":2}");
    assertThat(api.requests.get(0).key()).isNotBlank();
  }

  @Test
  void databasesAreActivatedDeactivatedCheckedAndRemoved() {
    api.on("POST /databases/db2/activate", 202, database("db2", "synchronising", "asked for"));
    api.on("POST /databases/db2/deactivate", 200, database("db2", "held", "asked for"));
    api.on("POST /databases/db2/check", 202, database("db2", "active", "being compared"));
    api.on("DELETE /databases/db2", 204, "");

    assertThat(run("databases", "activate", "db2")).isEqualTo(ExitCode.DONE);
    assertThat(out).isEqualTo("db2 is synchronising in epoch 4: asked for\n");
    assertThat(run("databases", "deactivate", "db2")).isEqualTo(ExitCode.DONE);
    assertThat(out).isEqualTo("db2 is held in epoch 4: asked for\n");
    assertThat(run("databases", "check", "db2", "--json")).isEqualTo(ExitCode.DONE);
    assertThat(out).contains("\"message\" : \"being compared\"");
    assertThat(run("databases", "remove", "db2")).isEqualTo(ExitCode.DONE);
    assertThat(out).isEqualTo("db2 is removed\n");
    assertThat(api.requests).extracting(FakeApi.Request::body).containsOnly("{}");
  }

  @Test
  void aForcedActivationHasToBeConfirmed() {
    api.on("POST /databases/db1/activate", 202, database("db1", "active", "forced"));

    assertThat(run("databases", "activate", "db1", "--force")).isEqualTo(ExitCode.FAILED);
    assertThat(err).contains("--force counts db1 as it is", "gone for good", "add --yes");
    assertThat(api.requests).isEmpty();

    assertThat(run("databases", "activate", "db1", "--force", "--yes")).isEqualTo(ExitCode.DONE);
    assertThat(api.requests.get(0).body()).isEqualTo("{\"force\":true}");
  }

  @Test
  void aRefusedChangeOfADatabaseSaysWhy() throws Exception {
    api.on("POST /databases/db1/deactivate", 409, "{\"detail\":\"db1 is the last active one\"}");

    assertThat(run("databases", "deactivate", "db1")).isEqualTo(ExitCode.FAILED);
    assertThat(err)
        .isEqualTo("mainstay databases deactivate: db1 is the last active one (HTTP 409)\n");
    assertThat(execute("databases", "--url", "127.0.0.1:" + closedPort()))
        .isEqualTo(ExitCode.UNREACHABLE);
  }

  private static String database(String name, String state, String message) {
    return "{\"name\":\"%s\",\"state\":\"%s\",\"message\":\"%s\",\"active\":false,\"epoch\":4}"
        .formatted(name, state, message);
  }

  @Test
  void setPrintsWhatIsStoredAlsoForNegativeValues() {
    api.on(
        "PUT /points/setpoint-1/value",
        200,
        "{\"id\":\"setpoint-1\",\"value\":-5,\"revision\":7,\"term\":2}");

    assertThat(run("set", "setpoint-1", "-5")).isEqualTo(ExitCode.DONE);
    assertThat(out).isEqualTo("setpoint-1 = -5 (revision 7, term 2)\n");
    assertThat(api.requests.get(0).body()).isEqualTo("{\"value\":-5}");
  }

  @Test
  void aWriteIsRepeatedWithTheSameKeyUntilItIsAnswered() {
    api.on(
        "PUT /points/p/value",
        new FakeApi.Answer(503, "{\"detail\":\"moving\"}"),
        FakeApi.Answer.LOST,
        new FakeApi.Answer(504, "{\"detail\":\"unknown\"}"),
        new FakeApi.Answer(200, "{\"id\":\"p\",\"value\":1}"));

    assertThat(run("set", "p", "1")).isEqualTo(ExitCode.DONE);
    assertThat(api.requests.size()).isGreaterThanOrEqualTo(4);
    assertThat(api.requests.stream().map(FakeApi.Request::key).distinct()).hasSize(1);
  }

  @Test
  void aWriteWithoutAFinalAnswerIsReportedAsUnknownWithItsKey() {
    api.on("PUT /points/p/value", 504, "{\"detail\":\"the database did not answer\"}");

    assertThat(run("set", "p", "1", "--timeout", "2s", "--idempotency-key", "k-1"))
        .isEqualTo(ExitCode.FAILED);
    assertThat(err)
        .contains(
            "unknown whether this was carried out",
            "--idempotency-key k-1",
            "the database did not answer");
    assertThat(api.requests).allMatch(request -> request.key().equals("k-1")).hasSizeGreaterThan(1);
  }

  @Test
  void aWriteThatWasSurelyNotCarriedOutIsNotReportedAsUnknown() {
    api.on("PUT /points/p/value", 503, "{\"detail\":\"nobody is active\"}");

    assertThat(run("set", "p", "1", "--timeout", "2s")).isEqualTo(ExitCode.FAILED);
    assertThat(err).isEqualTo("mainstay set: nobody is active (HTTP 503)\n");
  }

  @Test
  void aProblemIsPrintedAsASentenceWithTheFieldsThatAreWrong() throws Exception {
    Path file = Files.writeString(directory.resolve("test.json"), "{\"id\":\"t\"}");
    api.on("PUT /config/test/t", 422, """
        {"title":"Invalid","status":422,"detail":"test t is not valid",
         "errors":[{"path":"interval","message":"is missing"},{"path":"kind","message":"is missing"}]}""");

    assertThat(run("config", "put", "test", "t", file.toString(), "--if-match", "3"))
        .isEqualTo(ExitCode.FAILED);
    assertThat(err).isEqualTo("""
        mainstay config put: test t is not valid (HTTP 422)
          interval: is missing
          kind: is missing
        """);
    assertThat(api.requests.get(0).ifMatch()).isEqualTo("\"3\"");
  }

  @Test
  void configurationIsReadAndCreated() throws Exception {
    Path file = Files.writeString(directory.resolve("test.json"), "{\"id\":\"t\"}");
    api.on("GET /config/test/t", 200, "{\"id\":\"t\",\"revision\":3}");
    api.on("PUT /config/test/t", 201, "{\"version\":17,\"revision\":1,\"term\":2}");

    assertThat(run("config", "get", "test", "t")).isEqualTo(ExitCode.DONE);
    assertThat(out).contains("\"revision\" : 3");
    assertThat(run("config", "put", "test", "t", file.toString(), "--create"))
        .isEqualTo(ExitCode.DONE);
    assertThat(out).isEqualTo("test t stored (revision 1, configuration version 17, term 2)\n");
    assertThat(api.requests.get(1).ifNoneMatch()).isEqualTo("*");
  }

  @Test
  void pointsAndTheirSamplesAreListed() {
    api.on(
        "GET /points",
        200,
        "{\"items\":[{\"id\":\"host-cpu\",\"name\":\"CPU load\",\"kind\":\"gathered\","
            + "\"unit\":\"%\"}]}");
    api.on(
        "GET /points/host-cpu/samples?from",
        200,
        "{\"id\":\"host-cpu\",\"samples\":[{\"time\":\"2026-01-31T12:00:00Z\",\"value\":1.5,\"quality\":\"GOOD\"}]}");

    assertThat(run("points")).isEqualTo(ExitCode.DONE);
    assertThat(out).contains("host-cpu  gathered  %     CPU load");
    assertThat(run("history", "host-cpu", "--from", "2h")).isEqualTo(ExitCode.DONE);
    assertThat(out).contains("2026-01-31T12:00:00Z  1.5    GOOD");
  }

  @Test
  void theNextServerIsAskedWhereOneIsDown() throws Exception {
    api.on("GET /points", 200, "{\"items\":[]}");

    int code = execute("points", "--url", "http://127.0.0.1:" + closedPort() + "," + api.url());

    assertThat(code).isEqualTo(ExitCode.DONE);
  }

  @Test
  void unreachableServersAreNamed() throws Exception {
    int port = closedPort();

    assertThat(execute("points", "--url", "127.0.0.1:" + port)).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err).contains("cannot reach http://127.0.0.1:" + port + " (connection refused)");
    assertThat(execute("set", "p", "1", "--timeout", "200ms", "--url", "127.0.0.1:" + port))
        .isEqualTo(ExitCode.UNREACHABLE);
  }

  @Test
  void theTokenOfTheFileIsSent() throws Exception {
    Path token = Files.writeString(directory.resolve("admin.token"), "secret\n");
    api.on("GET /points", 200, "{\"items\":[]}");

    run("points", "--token-file", token.toString());

    assertThat(api.requests.get(0).token()).isEqualTo("Bearer secret");
  }

  @Test
  void aMissingTokenIsExplained() {
    api.on("GET /points", 401, "{\"detail\":\"a bearer token is needed\"}");

    assertThat(run("points")).isEqualTo(ExitCode.FAILED);
    assertThat(err).contains("a bearer token is needed (HTTP 401)", "--token-file");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "set p",
        "set p abc",
        "points --url ftp://x",
        "points --timeout 5",
        "config",
        "databases add db3 --vendor postgresql --url jdbc:postgresql://h/d --user u",
        "databases add db3 --vendor postgresql --url jdbc:postgresql://h/d --user u --password-file f --password-variable V",
        "databases add db3 --vendor postgresql --user u --password-file f",
        "databases remove",
        "databases activate db2 db3",
        "points --token-file /nowhere/token",
        "history p --from yesterday",
        "server --config /nowhere/server.conf",
        "server",
        "demo --databases 0",
        "demo --databases 6",
        "demo --servers 8",
        "demo --http-port 70000",
        "service",
        "drill",
        "drill dge/main --kind fire",
        "drill dge/main --stay soon"
      })
  void wrongUsageIsToldApart(String line) {
    assertThat(execute(line.isEmpty() ? new String[0] : line.split(" "))).isEqualTo(ExitCode.USAGE);
    assertThat(err).isNotBlank().doesNotContain("\tat ");
  }

  @Test
  void theServerProgramGivesItsExitCode() throws Exception {
    Path config = Files.writeString(directory.resolve("server.conf"), "");

    assertThat(execute("server", "--config", config.toString())).isEqualTo(42);
  }

  @Test
  void everyCommandExplainsItself() {
    assertThat(execute("--help")).isEqualTo(ExitCode.DONE);
    assertThat(out)
        .contains(
            "demo",
            "server",
            "status",
            "services",
            "service",
            "drill",
            "databases",
            "points",
            "set",
            "history",
            "config",
            "3   no server reachable");
  }

  private int run(String... arguments) {
    var all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--url", api.url()));
    return execute(all.toArray(String[]::new));
  }

  private int execute(String... arguments) {
    var printed = new StringWriter();
    var complained = new StringWriter();
    int code = Main.commandLine((part, config) -> 42)
        .setOut(new PrintWriter(printed, true))
        .setErr(new PrintWriter(complained, true))
        .execute(arguments);
    out = printed.toString();
    err = complained.toString();
    return code;
  }

  private static int closedPort() throws Exception {
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }
}
