package mainstay.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import mainstay.node.ServerSettings.InvalidSettingsException;
import mainstay.node.failover.core.Part;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServerList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerSettingsTest {
  private static final String GOOD = """
      mainstay {
        server.name = alpha
        servers = [
          { name = alpha, host = 127.0.0.1, cluster-port = 1001, management-port = 1002, crash-watch-port = 1003, http-port = 1004 }
          { name = bravo, host = 127.0.0.1, cluster-port = 1011, management-port = 1012, crash-watch-port = 1013, http-port = 1014 }
        ]
        databases = [ { name = db1, vendor = postgresql, url = "jdbc:postgresql://127.0.0.1:5432/m", user = m, password-file = "p" } ]
        data-directory = "data"
        http.token-directory = "tokens"
      }
      """;

  private static final String WITH_WITNESS = GOOD.replace("  ]\n  databases", """
          { name = charlie, role = witness, host = 127.0.0.1, cluster-port = 1021, management-port = 1022, crash-watch-port = 1023 }
        ]
        quorum = keep-majority
        databases""");

  @TempDir
  private Path directory;

  @Test
  void theOrderOfTheFileIsTheDefaultOrderOfPreference() throws Exception {
    var settings = read(GOOD);

    assertThat(settings.serverList()).isEqualTo(ServerList.of("alpha", "bravo"));
    assertThat(settings.own().httpPort()).isEqualTo(1004);
    assertThat(settings.others()).hasSize(1);
    assertThat(settings.config().getString("akka.actor.provider")).isEqualTo("cluster");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      server.name = alpha              | server.name = zulu                 | mainstay.server.name = zulu is not among mainstay.servers [alpha, bravo]
      server.name = alpha              | server.name = "Al pha"             | server name 'Al pha' must start with a lower case letter
      server.name = alpha              | server.nam = alpha                 | unknown keys: mainstay.server.nam
      cluster-port = 1001              | cluster-port = 99999               | mainstay.servers[0].cluster-port = 99999 is no port
      cluster-port = 1001              | cluster-port = many                | cluster-port
      cluster-port = 1001              | cluster-port = 1002                | mainstay.servers[0]: port 1002 of 127.0.0.1 is given twice
      cluster-port = 1011              | clusterport = 1011                 | mainstay.servers[1] has the unknown key 'clusterport'
      name = bravo                     | name = alpha                       | mainstay.servers[1].name = alpha stands twice
      data-directory = "data"          | data-directory = "                 | server.conf: 8
      data-directory = "data"          | "data-directory" = "data", quorum = majority      | mainstay.quorum = 'majority' must be lease-majority or keep-majority
      data-directory = "data"          | "data-directory" = "data", quorum = keep-majority | mainstay.quorum = keep-majority does not fit 2 servers
      """)
  void whatIsWrongIsNamedWithItsKey(String right, String wrong, String message) throws Exception {
    assertThat(GOOD).contains(right);
    assertThatThrownBy(() -> read(GOOD.replace(right, wrong)))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aWitnessVotesAndIsNoServerOfAnyList() throws Exception {
    var settings = read(WITH_WITNESS);

    assertThat(settings.serverList()).isEqualTo(ServerList.of("alpha", "bravo"));
    assertThat(settings.witnesses()).containsExactly(new ServerId("charlie"));
    assertThat(settings.others())
        .extracting(server -> server.name().value())
        .containsExactly("bravo", "charlie");
    assertThat(settings.own().isWitness()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      role = witness,        | role = wintess,                         | mainstay.servers[2].role = 'wintess' must be server or witness
      crash-watch-port = 1023| crash-watch-port = 1023, http-port = 1  | mainstay.servers[2], a witness, has the unknown key 'http-port'
      quorum = keep-majority | quorum = lease-majority                 | a witness in mainstay.servers needs mainstay.quorum = keep-majority
      """)
  void whatIsWrongWithAWitnessIsNamed(String right, String wrong, String message) {
    assertThat(WITH_WITNESS).contains(right);
    assertThatThrownBy(() -> read(WITH_WITNESS.replace(right, wrong)))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining(message);
  }

  @Test
  void theFileOfAWitnessStartsNoServer() throws Exception {
    var witness = read(WITH_WITNESS.replace("server.name = alpha", "server.name = charlie"));

    witness.requirePart(Part.WITNESS);
    assertThatThrownBy(() -> witness.requirePart(Part.SERVER))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("charlie is a witness")
        .hasMessageContaining("mainstay witness --config FILE");
    assertThatThrownBy(() -> read(GOOD).requirePart(Part.WITNESS))
        .hasMessageContaining("alpha is a server");
  }

  @Test
  void listsOfDatabasesForSamplesHaveNamesOfTheirOwn() throws Exception {
    var settings = read(GOOD.replace(
        "data-directory", "sample-databases { plant = [], local = [] }, data-directory"));

    assertThat(settings.config().getConfig("mainstay.sample-databases").root()).hasSize(2);
  }

  @Test
  void aFileWithoutTheSectionAndOneThatIsNotThereAreRefused() {
    assertThatThrownBy(() -> read("other = 1"))
        .hasMessageContaining("there is no section 'mainstay'");
    assertThatThrownBy(() -> ServerSettings.read(directory.resolve("absent.conf")))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("absent.conf");
  }

  @Test
  void aDataDirectoryThatCannotBeMadeIsSaidInASentence() throws Exception {
    Files.writeString(directory.resolve("file"), "");
    var settings = read(GOOD.replace("\"data\"", "\"" + directory.resolve("file/below") + "\""));

    assertThat(settings.prepareDataDirectory())
        .hasValueSatisfying(why ->
            assertThat(why).startsWith("mainstay.data-directory").contains("cannot be created"));
  }

  private ServerSettings read(String text) throws InvalidSettingsException, IOException {
    return ServerSettings.read(Files.writeString(directory.resolve("server.conf"), text));
  }
}
