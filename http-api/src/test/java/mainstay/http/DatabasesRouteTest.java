package mainstay.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.model.DatabaseAddress;
import mainstay.protocol.model.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DatabasesRouteTest {
  private static final HttpApiFixture API = new HttpApiFixture();
  private static final String ALL = "/api/v1/databases";
  private static final String BODY =
      "{\"vendor\":\"postgresql\",\"url\":\"jdbc:postgresql://192.0.2.23:5432/mainstay\","
          + "\"user\":\"mainstay\",\"passwordFile\":\"/etc/mainstay/db3.password\"}";
  private static final DatabaseAdmin.Database DB1 = new DatabaseAdmin.Database(
      "db1",
      "",
      "postgresql",
      "jdbc:postgresql://192.0.2.21:5432/mainstay",
      true,
      "active",
      "from the first start on",
      4,
      1,
      2,
      Optional.empty(),
      "9f2c",
      Optional.of(HttpApiFixture.NOW));
  private static final DatabaseAdmin.Database DB2 = new DatabaseAdmin.Database(
      "db2",
      "",
      "postgresql",
      "jdbc:postgresql://192.0.2.22:5432/mainstay",
      false,
      "synchronising",
      "it is back",
      4,
      3,
      0,
      Optional.of(new DatabaseAdmin.Progress("copying", 40, 1_200, 30_000)),
      "",
      Optional.empty());
  private static final String DB1_JSON =
      "{\"name\":\"db1\",\"vendor\":\"postgresql\",\"url\":\"jdbc:postgresql://192.0.2.21:5432/mainstay\","
          + "\"active\":true,\"state\":\"active\",\"message\":\"from the first start on\",\"epoch\":4,"
          + "\"weight\":1,\"load\":2,\"progress\":null,\"journalHash\":\"9f2c\","
          + "\"checkedAt\":\"2026-11-22T10:00:00Z\"}";
  private static final String DB2_JSON =
      "{\"name\":\"db2\",\"vendor\":\"postgresql\",\"url\":\"jdbc:postgresql://192.0.2.22:5432/mainstay\","
          + "\"active\":false,\"state\":\"synchronising\",\"message\":\"it is back\",\"epoch\":4,"
          + "\"weight\":3,\"load\":0,\"progress\":{\"phase\":\"copying\",\"percent\":40,"
          + "\"rowsCopied\":1200,\"rowsPerSecond\":30000},\"journalHash\":\"\",\"checkedAt\":null}";

  @AfterAll
  static void close() {
    API.close();
  }

  @BeforeEach
  void reset() {
    API.databases = Optional.of(new DatabaseAdmin.Listing(4, List.of(DB1, DB2)));
    API.coordinator = command -> Optional.of(DatabaseAdmin.Reply.of(DB2));
    API.administered.clear();
  }

  @Test
  void theDatabasesAreListedAndShownOneByOne() {
    assertThat(API.get(ALL).text()).isEqualTo("[" + DB1_JSON + "," + DB2_JSON + "]");
    assertThat(API.get(ALL + "/db2").text()).isEqualTo(DB2_JSON);
  }

  @Test
  void anUnknownDatabaseIsNotFound() {
    var response = API.get(ALL + "/db9");

    assertThat(response.status()).isEqualTo(404);
    assertThat(response.json().get("detail").asText())
        .isEqualTo("there is no database db9; known are db1, db2");
  }

  @Test
  void activationGoesOnAndTheRowSaysHow() {
    var plain = API.post(ALL + "/db2/activate", null);
    var forced = API.post(ALL + "/db2/activate", "{\"force\":true}");
    var explicit = API.post(ALL + "/db2/activate", "{}");

    assertThat(plain.status()).isEqualTo(202);
    assertThat(plain.header("Location")).contains(ALL + "/db2");
    assertThat(plain.text()).isEqualTo(DB2_JSON);
    assertThat(List.of(forced.status(), explicit.status())).containsExactly(202, 202);
    assertThat(API.administered)
        .extracting(command -> ((DatabaseAdmin.Activate) command).force())
        .containsExactly(false, true, false);
    var command = (DatabaseAdmin.Activate) API.administered.peek();
    assertThat(command.name()).isEqualTo("db2");
    assertThat(command.principal().role()).isEqualTo(Role.ADMIN);
  }

  @Test
  void deactivationIsDoneAndACheckGoesOn() {
    var deactivated = API.post(ALL + "/db2/deactivate", null);
    var checked = API.post(ALL + "/db2/check", null);

    assertThat(deactivated.status()).isEqualTo(200);
    assertThat(deactivated.text()).isEqualTo(DB2_JSON);
    assertThat(checked.status()).isEqualTo(202);
    assertThat(checked.header("Location")).contains(ALL + "/db2");
    assertThat(API.administered)
        .hasExactlyElementsOfTypes(DatabaseAdmin.Deactivate.class, DatabaseAdmin.Check.class);
  }

  @Test
  void aDatabaseIsMadeKnownOnce() {
    var address = new DatabaseAddress(
        "db3",
        "postgresql",
        "jdbc:postgresql://192.0.2.23:5432/mainstay",
        "mainstay",
        Optional.of("/etc/mainstay/db3.password"),
        Optional.empty(),
        1);

    var added = API.put(ALL + "/db3", BODY);

    assertThat(added.status()).isEqualTo(201);
    assertThat(added.text()).isEqualTo(DB2_JSON);
    assertThat(((DatabaseAdmin.Add) API.administered.peekLast()).database()).isEqualTo(address);
    assertThat(API.put(ALL + "/db2", BODY).status()).isEqualTo(200);
  }

  @Test
  void everyPartOfAnAddressIsTaken() {
    API.put(
        ALL + "/db3",
        "{\"name\":\"db3\",\"vendor\":\"mariadb\",\"url\":\"jdbc:mariadb://h/d\",\"user\":\"u\","
            + "\"passwordVariable\":\"DB3\",\"weight\":7}");

    assertThat(((DatabaseAdmin.Add) API.administered.peekLast()).database())
        .isEqualTo(new DatabaseAddress(
            "db3", "mariadb", "jdbc:mariadb://h/d", "u", Optional.empty(), Optional.of("DB3"), 7));
  }

  @Test
  void aDatabaseOfAClusterForSamplesIsAddedAndShownWithItsName() {
    API.coordinator = command -> Optional.of(DatabaseAdmin.Reply.of(new DatabaseAdmin.Database(
        "plant3",
        "plant",
        "postgresql",
        "jdbc:postgresql://h/d",
        false,
        "not active",
        "it is new",
        2,
        1,
        0,
        Optional.empty(),
        "",
        Optional.empty())));

    var added = API.put(
        ALL + "/plant3",
        "{\"vendor\":\"postgresql\",\"url\":\"jdbc:postgresql://h/d\",\"user\":\"u\","
            + "\"passwordVariable\":\"P3\",\"cluster\":\"plant\"}");

    assertThat(((DatabaseAdmin.Add) API.administered.peekLast()).cluster()).isEqualTo("plant");
    assertThat(added.json().get("cluster").asText()).isEqualTo("plant");
  }

  @Test
  void aDatabaseIsForgotten() {
    API.coordinator =
        command -> Optional.of(new DatabaseAdmin.Reply(Optional.empty(), Optional.empty()));

    var response = API.delete(ALL + "/db2");

    assertThat(response.status()).isEqualTo(204);
    assertThat(response.text()).isEmpty();
    assertThat(((DatabaseAdmin.Remove) API.administered.peek()).name()).isEqualTo("db2");
  }

  @ParameterizedTest
  @CsvSource({
    "REFUSED_BY_RULE, 409, db1 is the last active database",
    "NOT_FOUND, 404, there is no database db9",
    "INVALID, 422, db3 holds the tables of another product",
    "NO_ACTIVE_SERVER, 503, nobody coordinates the databases",
    "OUTCOME_UNKNOWN, 504, no majority of the voters answered"
  })
  void everyRefusalHasItsStatus(Reason reason, int status, String detail) {
    API.coordinator = command -> Optional.of(DatabaseAdmin.Reply.refused(reason, detail));

    changes().forEach(change -> {
      var response = change.send();

      assertThat(response.status()).as(change.path()).isEqualTo(status);
      assertThat(response.json().get("detail").asText()).isEqualTo(detail);
    });
  }

  @ParameterizedTest
  @MethodSource("changes")
  void aChangeWithoutAnAnswerIsUnknown(Change change) {
    API.coordinator = command -> Optional.empty();

    var response = change.send();

    assertThat(response.status()).isEqualTo(504);
    assertThat(response.json().get("detail").asText()).contains("repeating the request");
  }

  @Test
  void aListWithoutAnAnswerSaysThatNobodyCoordinates() {
    API.databases = Optional.empty();

    assertThat(Stream.of(API.get(ALL), API.get(ALL + "/db1"), API.put(ALL + "/db3", BODY)))
        .allSatisfy(response -> {
          assertThat(response.status()).isEqualTo(503);
          assertThat(response.json().get("detail").asText()).contains("nobody coordinates");
        });
    assertThat(API.administered).hasOnlyElementsOfType(DatabaseAdmin.GetDatabases.class);
  }

  @Test
  void whatIsNoJsonOrNotKnownIsRefusedBeforeAnybodyIsAsked() {
    assertThat(API.post(ALL + "/db2/activate", "{\"force\":\"yes\"}").status()).isEqualTo(422);
    assertThat(API.post(ALL + "/db2/activate", "{\"really\":true}").status()).isEqualTo(422);
    assertThat(API.post(ALL + "/db2/activate", "force").status()).isEqualTo(400);
    assertThat(API.post(ALL + "/db2/activate?force=true", null).status()).isEqualTo(400);
    assertThat(API.put(ALL + "/db3", "{").status()).isEqualTo(400);
    assertThat(API.administered).isEmpty();
  }

  @Test
  void anAnswerThatBreaksTheProtocolIsOurFault() {
    API.coordinator = command ->
        Optional.of(new DatabaseAdmin.Reply(Optional.empty(), Optional.<Rejected>empty()));

    assertThat(API.post(ALL + "/db2/deactivate", null).status()).isEqualTo(500);
  }

  private record Change(String method, String path, String body) {
    HttpApiFixture.Response send() {
      return API.send(method, path, Optional.of(Role.ADMIN), body);
    }
  }

  static Stream<Change> changes() {
    return Stream.of(
        new Change("PUT", ALL + "/db3", BODY),
        new Change("DELETE", ALL + "/db2", null),
        new Change("POST", ALL + "/db2/activate", null),
        new Change("POST", ALL + "/db2/deactivate", null),
        new Change("POST", ALL + "/db2/check", null));
  }
}
