package mainstay.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import mainstay.protocol.message.Precondition;
import mainstay.protocol.message.Provisioning;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceRouter.Consistency;
import mainstay.protocol.model.ConfigurationObject;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.Dge;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.ManualPoint;
import mainstay.protocol.model.ObjectKind;
import mainstay.protocol.model.PerformanceDatabase;
import mainstay.protocol.model.Role;
import mainstay.protocol.model.ServerList;
import mainstay.protocol.model.ServiceSettings;
import mainstay.protocol.model.TestDefinition;
import mainstay.protocol.model.TestKind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigurationRouteTest {
  private static final HttpApiFixture API = new HttpApiFixture();
  private static final Device DEVICE =
      new Device("this-machine", "This machine", "main", "127.0.0.1", true);
  private static final ServiceReply STORED = new ServiceReply.Written(17, 3, 2, false);

  @AfterAll
  static void close() {
    API.close();
  }

  static Stream<Arguments> objects() {
    return Stream.of(
        arguments(
            "dge",
            new Dge("main", "Plant", PerformanceDatabase.cluster("plant")),
            "{\"id\":\"main\",\"name\":\"Plant\",\"performanceDatabase\":\"cluster plant\",\"revision\":3}"),
        arguments(
            "dge",
            new Dge("main", "Plant", PerformanceDatabase.INSTALLATION),
            "{\"id\":\"main\",\"name\":\"Plant\",\"performanceDatabase\":null,\"revision\":3}"),
        arguments(
            "device",
            DEVICE,
            "{\"id\":\"this-machine\",\"name\":\"This machine\",\"dge\":\"main\",\"address\":\"127.0.0.1\","
                + "\"enabled\":true,\"revision\":3}"),
        arguments(
            "test",
            new TestDefinition(
                "host-cpu",
                "this-machine",
                TestKind.HOST,
                "CPU load",
                Duration.ofSeconds(5),
                Duration.ofMillis(1_500),
                "%",
                false,
                Map.of("metric", "cpu")),
            "{\"id\":\"host-cpu\",\"device\":\"this-machine\",\"kind\":\"host\",\"name\":\"CPU load\","
                + "\"interval\":\"5s\",\"timeout\":\"1500ms\",\"unit\":\"%\",\"enabled\":false,"
                + "\"parameters\":{\"metric\":\"cpu\"},\"revision\":3}"),
        arguments(
            "point",
            new ManualPoint("setpoint-1", "Setpoint 1", "°C", Optional.of(1.5), Optional.empty()),
            "{\"id\":\"setpoint-1\",\"name\":\"Setpoint 1\",\"unit\":\"°C\",\"minimum\":1.5,\"maximum\":null,"
                + "\"revision\":3}"),
        arguments(
            "service",
            new ServiceSettings(
                "dge/main",
                ServerList.of("bravo", "charlie"),
                new FailbackPolicy(FailbackPolicy.Mode.DELAYED, Duration.ofSeconds(30)),
                true),
            "{\"id\":\"dge/main\",\"serverList\":[\"bravo\",\"charlie\"],"
                + "\"policy\":{\"mode\":\"delayed\",\"delay\":\"30s\"},\"configurationOnBackup\":true,"
                + "\"revision\":3}"),
        arguments(
            "service",
            new ServiceSettings("default", ServerList.of("alpha"), FailbackPolicy.AUTOMATIC, false),
            "{\"id\":\"default\",\"serverList\":[\"alpha\"],\"policy\":{\"mode\":\"automatic\"},"
                + "\"configurationOnBackup\":false,\"revision\":3}"));
  }

  @ParameterizedTest
  @MethodSource("objects")
  void whatIsReadCanBeWrittenBackAndDemandsTheRevisionThatWasRead(
      String kind, ConfigurationObject object, String json) {
    String path = "/api/v1/config/" + kind + "/" + object.id();
    API.answer(new ServiceReply.ObjectFound(object, 3, 17));

    var read = API.send("GET", path, Optional.of(Role.VIEWER), null);

    assertThat(read.status()).isEqualTo(200);
    assertThat(read.text()).isEqualTo(json);
    assertThat(read.etag()).isEqualTo("\"3\"");
    assertThat(API.onlyAsk().request())
        .isEqualTo(new Provisioning.GetObject(object.objectKind(), object.id()));

    API.answer(STORED);

    var written = API.put(path, read.text());

    assertThat(written.status()).isEqualTo(200);
    assertThat(written.text()).isEqualTo("{\"version\":17,\"revision\":3,\"term\":2}");
    assertThat(written.etag()).isEqualTo("\"3\"");
    assertThat(API.onlyAsk().request())
        .isEqualTo(new Provisioning.PutObject(object, Precondition.revision(3), ""));
  }

  @Test
  void anObjectIsCreatedOnlyIfItMustNotExist() {
    API.answer(new ServiceReply.Written(18, 1, 2, true));

    var response = API.send(
        "PUT",
        "/api/v1/config/device/this-machine?comment=first%20one",
        Optional.of(Role.ENGINEER),
        "{\"name\":\"This machine\",\"dge\":\"main\",\"address\":\"127.0.0.1\"}",
        "If-None-Match",
        "*",
        "Idempotency-Key",
        "k");

    assertThat(response.status()).isEqualTo(201);
    assertThat(response.etag()).isEqualTo("\"1\"");
    assertThat(API.onlyAsk().requestId()).isEqualTo("engineer/k");
    assertThat(API.onlyAsk().request())
        .isEqualTo(new Provisioning.PutObject(DEVICE, Precondition.ABSENT, "first one"));
  }

  @Test
  void defaultsFillWhatIsLeftOutAndNumbersAreTakenAsParameters() {
    API.answer(STORED);

    API.put(
        "/api/v1/config/test/db1",
        "{\"device\":\"d\",\"kind\":\"tcp\",\"name\":\"DB\",\"interval\":\"5s\","
            + "\"timeout\":\"2s\",\"parameters\":{\"port\":5432}}");

    assertThat(API.onlyAsk().request())
        .isEqualTo(new Provisioning.PutObject(
            new TestDefinition(
                "db1",
                "d",
                TestKind.TCP,
                "DB",
                Duration.ofSeconds(5),
                Duration.ofSeconds(2),
                "",
                true,
                Map.of("port", "5432")),
            Precondition.NONE,
            ""));
  }

  @Test
  void aSlashInTheIdOfAServiceMayBeEncoded() {
    API.answer(new ServiceReply.Written(18, 0, 2, false));

    var response = API.delete("/api/v1/config/service/dge%2Fmain", "If-Match", "\"3\"");

    assertThat(response.text()).isEqualTo("{\"version\":18,\"revision\":0,\"term\":2}");
    assertThat(API.onlyAsk().request())
        .isEqualTo(new Provisioning.DeleteObject(
            ObjectKind.SERVICE, "dge/main", Precondition.revision(3), ""));
  }

  @Test
  void objectsOfOneKindAreListed() {
    API.answer(new ServiceReply.Objects(List.of(new ServiceReply.Revisioned(DEVICE, 3)), 17));

    var linearizable = API.get("/api/v1/config/device");
    var local = API.get("/api/v1/config/device?consistency=local");

    assertThat(linearizable.text())
        .isEqualTo(
            "{\"items\":[{\"id\":\"this-machine\",\"name\":\"This machine\","
                + "\"dge\":\"main\",\"address\":\"127.0.0.1\",\"enabled\":true,\"revision\":3}],\"version\":17}");
    assertThat(local.json().get("ageMillis").asLong()).isEqualTo(120);
    assertThat(API.asked.peekLast().consistency()).isEqualTo(Consistency.LOCAL);
    assertThat(API.asked.peekLast().request())
        .isEqualTo(new Provisioning.ListObjects(Optional.of(ObjectKind.DEVICE)));
  }

  @Test
  void allObjectsAreExportedWithoutRevisions() {
    API.answer(new ServiceReply.Objects(List.of(new ServiceReply.Revisioned(DEVICE, 3)), 17));

    assertThat(API.get("/api/v1/config/export").text())
        .isEqualTo("{\"version\":17,\"objects\":{\"service\":[],\"dge\":[],"
            + "\"device\":[{\"id\":\"this-machine\",\"name\":\"This machine\",\"dge\":\"main\","
            + "\"address\":\"127.0.0.1\",\"enabled\":true}],\"test\":[],\"point\":[]}}");
    assertThat(API.onlyAsk().request()).isEqualTo(new Provisioning.ListObjects(Optional.empty()));
  }

  @Test
  void theHistoryOfChangesIsRead() {
    API.answer(new ServiceReply.History(
        List.of(new ServiceReply.Change(
            17,
            ObjectKind.DEVICE,
            "this-machine",
            "created",
            1,
            HttpApiFixture.NOW,
            "engineer",
            "first one",
            2)),
        17));

    assertThat(API.get("/api/v1/config/history?after=16&limit=5").text())
        .isEqualTo("{\"items\":[{\"version\":17,"
            + "\"kind\":\"device\",\"id\":\"this-machine\",\"action\":\"created\",\"revision\":1,"
            + "\"at\":\"2026-11-22T10:00:00Z\",\"author\":\"engineer\",\"comment\":\"first one\",\"term\":2}],"
            + "\"version\":17}");
    assertThat(API.onlyAsk().request()).isEqualTo(new Provisioning.GetHistory(16, 5));
  }
}
