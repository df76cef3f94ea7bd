package mainstay.persistence.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
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
        .containsExactly(new DatabaseSettings(
            "db1",
            "postgresql",
            "jdbc:postgresql://127.0.0.1:5432/mainstay",
            "mainstay",
            Path.of("/run/db1.password")));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      name = db1                 | name = "Db 1"             | mainstay.databases[0].name = "Db 1" must start
      vendor = postgresql        | vendor = oracle           | mainstay.databases[0].vendor = "oracle" must be postgresql
      jdbc:postgresql://         | postgres://               | mainstay.databases[0].url = "postgres://127.0.0.1:5432/mainstay" must have the form
      5432/mainstay              | 5432/mainstay?password=x  | url must not hold user or password
      user = mainstay            | user = [1]                | mainstay.databases[0].user = "[1]" must be a text
      user = mainstay            | user = ""                 | mainstay.databases[0].user = "" must not be empty
      user = mainstay,           | ''                        | mainstay.databases[0].user is missing
      user = mainstay            | usr = mainstay            | mainstay.databases[0].usr is not known; the keys of a database are [name, password-file, url, user, vendor]
      """)
  void namesKeyAndValueOfWhatIsWrong(String good, String bad, String message) {
    var config =
        ConfigFactory.parseString("mainstay.databases = [" + GOOD.replace(good, bad) + "]");

    assertThatThrownBy(() -> DatabaseSettings.listFrom(config))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesNoneAndSeveralDatabases() {
    assertThatThrownBy(
            () -> DatabaseSettings.listFrom(ConfigFactory.parseString("mainstay.databases = []")))
        .hasMessageContaining(
            "mainstay.databases lists 0 databases; this version works with exactly one");
    assertThatThrownBy(() -> DatabaseSettings.listFrom(
            ConfigFactory.parseString("mainstay.databases = [" + GOOD + ", " + GOOD + "]")))
        .hasMessageContaining("lists 2 databases");
    assertThatThrownBy(
            () -> DatabaseSettings.listFrom(ConfigFactory.parseString("mainstay.databases = db1")))
        .hasMessageContaining("mainstay.databases must be a list");
    assertThatThrownBy(() ->
            DatabaseSettings.listFrom(ConfigFactory.parseString("mainstay.databases = [db1]")))
        .hasMessageContaining("mainstay.databases[0] = db1 must be an object");
  }

  @Test
  void readsThePasswordWithoutItsLineBreak(@TempDir Path directory) throws Exception {
    var file = Files.writeString(directory.resolve("password"), "secret \n");
    var settings = new DatabaseSettings("db1", "postgresql", "jdbc:postgresql://h/d", "u", file);

    assertThat(settings.password()).isEqualTo("secret");
    Files.delete(file);
    assertThatThrownBy(settings::password)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot read the password of database db1 from " + file);
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
}
