package mainstay.persistence.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import mainstay.protocol.model.DatabaseAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseSettingsTest {
  private static final String GOOD = "{ name = db1, vendor = postgresql, "
      + "url = \"jdbc:postgresql://127.0.0.1:5432/mainstay\", user = mainstay, password-file = \"/run/db1.password\" }";

  @Test
  void readsTheDatabase() {
    assertThat(DatabaseSettings.listFrom(
            ConfigFactory.parseString("mainstay.databases = [" + GOOD + "]")))
        .containsExactly(new DatabaseAddress(
            "db1",
            "postgresql",
            "jdbc:postgresql://127.0.0.1:5432/mainstay",
            "mainstay",
            Optional.of("/run/db1.password"),
            Optional.empty(),
            1));
  }

  @Test
  void readsSeveralInTheirOrderWithWeightsAndPasswordsFromTheEnvironment() {
    var databases = DatabaseSettings.listFrom(ConfigFactory.parseString("mainstay.databases = ["
        + GOOD.replace("db1", "db2").replace("5432", "5433").replace(" user", " weight = 3, user")
        + "," + GOOD.replace("password-file = \"/run/db1.password\"", "password-variable = DB1")
        + "]"));

    assertThat(databases)
        .extracting(DatabaseAddress::name, DatabaseAddress::weight)
        .containsExactly(tuple("db2", 3), tuple("db1", 1));
    assertThat(databases.get(1).passwordVariable()).contains("DB1");
  }

  @Test
  void databasesOfOneClusterMayBeOfDifferentVendors() {
    var databases = DatabaseSettings.listFrom(ConfigFactory.parseString("mainstay.databases = ["
        + GOOD + ", " + GOOD.replace("db1", "db2").replace("postgresql", "mariadb") + "]"));

    assertThat(databases)
        .extracting(DatabaseAddress::vendor)
        .containsExactly("postgresql", "mariadb");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      name = db1                 | name = "Db 1"             | mainstay.databases[0].name = "Db 1" must start
      vendor = postgresql        | vendor = oracle           | mainstay.databases[0].vendor = "oracle" must be one of [postgresql, mariadb, h2]
      vendor = postgresql        | vendor = mariadb          | mainstay.databases[0].url = "jdbc:postgresql://127.0.0.1:5432/mainstay" must have the form jdbc:mariadb://HOST:PORT/DATABASE
      jdbc:postgresql://         | postgres://               | mainstay.databases[0].url = "postgres://127.0.0.1:5432/mainstay" must have the form
      5432/mainstay              | 5432/mainstay?password=x  | url must not hold user or password
      user = mainstay            | user = [1]                | mainstay.databases[0].user = "[1]" must be a text
      user = mainstay            | user = ""                 | mainstay.databases[0].user = "" must not be empty
      user = mainstay,           | ''                        | mainstay.databases[0].user is missing
      user = mainstay            | usr = mainstay            | mainstay.databases[0].usr is not known; the keys of a database are [name, password-file, password-variable, url, user, vendor, weight]
      password-file = "/run/db1.password" | weight = 1          | mainstay.databases[0].password-file or password-variable must be given
      user = mainstay            | user = m, weight = 0      | mainstay.databases[0].weight = "0" must be between 1 and 100
      user = mainstay            | user = m, weight = much   | mainstay.databases[0].weight = "much" must be a whole number
      """)
  void namesKeyAndValueOfWhatIsWrong(String good, String bad, String message) {
    var config =
        ConfigFactory.parseString("mainstay.databases = [" + GOOD.replace(good, bad) + "]");

    assertThatThrownBy(() -> DatabaseSettings.listFrom(config))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesNoneAndTheSameOneTwice() {
    assertThatThrownBy(
            () -> DatabaseSettings.listFrom(ConfigFactory.parseString("mainstay.databases = []")))
        .hasMessage("mainstay.databases is empty: a server needs at least one database");
    assertThatThrownBy(() -> DatabaseSettings.listFrom(
            ConfigFactory.parseString("mainstay.databases = [" + GOOD + ", " + GOOD + "]")))
        .hasMessage("mainstay.databases names db1 twice");
    assertThatThrownBy(() -> DatabaseSettings.listFrom(ConfigFactory.parseString(
            "mainstay.databases = [" + GOOD + ", " + GOOD.replace("db1", "db2") + "]")))
        .hasMessageContaining(
            "db1 and db2 are the same database jdbc:postgresql://127.0.0.1:5432/");
    assertThatThrownBy(
            () -> DatabaseSettings.listFrom(ConfigFactory.parseString("mainstay.databases = db1")))
        .hasMessageContaining("mainstay.databases must be a list");
    assertThatThrownBy(() ->
            DatabaseSettings.listFrom(ConfigFactory.parseString("mainstay.databases = [db1]")))
        .hasMessageContaining("mainstay.databases[0] = db1 must be an object");
  }

  @Test
  void readsThePasswordAnewWithoutItsLineBreak(@TempDir Path directory) throws Exception {
    var file = Files.writeString(directory.resolve("password"), "secret \n");
    var database = new DatabaseAddress(
        "db1",
        "postgresql",
        "jdbc:postgresql://h/d",
        "u",
        Optional.of(file.toString()),
        Optional.empty(),
        1);

    assertThat(Passwords.of(database)).isEqualTo("secret");
    Files.writeString(file, "changed");
    assertThat(Passwords.of(database)).isEqualTo("changed");
    Files.delete(file);
    assertThatThrownBy(() -> Passwords.of(database))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot read the password of database db1 from " + file);
  }

  @Test
  void aPasswordVariableThatIsNotSetIsNamed() {
    var database = new DatabaseAddress(
        "db1",
        "postgresql",
        "jdbc:postgresql://h/d",
        "u",
        Optional.empty(),
        Optional.of("MAINSTAY_NOT_SET"),
        1);

    assertThatThrownBy(() -> Passwords.of(database)).hasMessageContaining("MAINSTAY_NOT_SET");
  }

  @Test
  void theDefaultLimitsFitTogetherAndOthersAreNamed() {
    assertThat(ConnectionLimits.from(ConfigFactory.load()).writers()).isEqualTo(4);
    assertThatThrownBy(() -> ConnectionLimits.from(
            ConfigFactory.parseString("mainstay.persistence.connections.socket-timeout = 3 s")
                .withFallback(ConfigFactory.load())))
        .hasMessage("mainstay.persistence.connections.socket-timeout = 3000 ms must be longer than"
            + " statement-timeout = 5000 ms");
    assertThatThrownBy(() -> ConnectionLimits.from(
            ConfigFactory.parseString("mainstay.persistence.connections.readers = 0")
                .withFallback(ConfigFactory.load())))
        .hasMessage("mainstay.persistence.connections.readers = 0 must be at least 1");
  }

  @Test
  void aSessionNameFitsIntoWhatTheDatabaseKeeps() {
    var longest =
        new SessionName(new mainstay.protocol.model.ServerId("a".repeat(31)), "f".repeat(22));

    assertThat(longest.text()).hasSizeLessThanOrEqualTo(63);
    assertThatThrownBy(() -> new SessionName(longest.server(), "a/b"))
        .hasMessageContaining("incarnation 'a/b'");
  }

  @Test
  void databasesForSamplesStandInNamedLists() {
    var lists = DatabaseSettings.sampleListsFrom(samples("{ plant = [" + named("plant1") + ", "
        + named("plant2") + "], local = [" + named("own") + "] }"));

    assertThat(lists.keySet()).containsExactly("local", "plant");
    assertThat(lists.get("plant"))
        .extracting(DatabaseAddress::name)
        .containsExactly("plant1", "plant2");
    assertThat(DatabaseSettings.sampleListsFrom(samples("{}"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      [p1]                                  | mainstay.sample-databases must be an object of named lists
      { plant = [] }                        | mainstay.sample-databases.plant is empty: name a database, or leave it out
      { plant = 5 }                         | mainstay.sample-databases.plant = 5 must be a list of databases
      { plant = [5] }                       | mainstay.sample-databases.plant[0] = 5 must be an object with the keys
      { Plant = [p1] }                      | mainstay.sample-databases has a list "Plant"; a name must start with a lower case letter
      { local = [p1, p2] }                  | mainstay.sample-databases.local names 2 databases; it is the one database of this server alone
      { plant = [p1, p1] }                  | mainstay.sample-databases.plant names p1 twice
      { plant = [p1], lab = [p1] }          | the database jdbc:postgresql://127.0.0.1:5432/p1 stands in mainstay.sample-databases.lab and in mainstay.sample-databases.plant
      { plant = [db1] }                     | the database jdbc:postgresql://127.0.0.1:5432/db1 stands in mainstay.databases and in mainstay.sample-databases.plant
      { plant = [elsewhere] }               | the name db1 stands in mainstay.databases and in mainstay.sample-databases.plant
      """)
  void saysWhatIsWrongWithDatabasesForSamples(String lists, String message) {
    var config = samples(lists
        .replace("elsewhere", named("x").replace("name = x", "name = db1"))
        .replace("p1", named("p1"))
        .replace("p2", named("p2"))
        .replace("[db1]", "[" + named("db1") + "]"));

    assertThatThrownBy(() -> DatabaseSettings.sampleListsFrom(config))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  private static Config samples(String lists) {
    return ConfigFactory.parseString(
        "mainstay.databases = [" + named("db1") + "]\nmainstay.sample-databases = " + lists);
  }

  /** With an address of its own. */
  private static String named(String name) {
    return GOOD.replace("name = db1", "name = " + name).replace("5432/mainstay", "5432/" + name);
  }
}
