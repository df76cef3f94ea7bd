package mainstay.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerNodeTest {
  @TempDir
  private Path directory;

  @Test
  void tokensThatCannotBeReadAreFoundBeforeAnythingStarts() throws Exception {
    Path noDirectory = Files.writeString(directory.resolve("tokens"), "in the way");
    var settings = settings(noDirectory, "");

    // With a database that is not there, so what is found first is what was looked at first.
    assertThatThrownBy(() -> ServerNode.start(settings, "0", true, () -> {}))
        .isInstanceOf(ClusterPart.StartFailedException.class)
        .hasMessageContaining("token")
        .hasMessageContaining(noDirectory.toString());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      databases += { name = db2, vendor = postgresql, url = "jdbc:postgresql://127.0.0.1:5/none", user = u, password-file = p } | mainstay.databases: db1 and db2 are the same database jdbc:postgresql://127.0.0.1:5/none
      persistence.connections.writers = many                | writers has type STRING rather than NUMBER
      persistence.connections.writers = 2                   | mainstay.persistence.journal.lanes = 2 must be fewer than mainstay.persistence.connections.writers = 2
      persistence.replication.slow = 1 h                    | mainstay.persistence.replication.slow = 3600000 ms must be shorter than
      persistence.journal.fetch-size = 0                    | mainstay.persistence.journal: lanes
      """)
  void aWrongSettingOfTheDatabasesIsASentenceBeforeAnythingStarts(String line, String sentence)
      throws Exception {
    var settings = settings(directory.resolve("tokens"), line);

    assertThatThrownBy(() -> ServerNode.start(settings, "0", true, () -> {}))
        .isInstanceOf(ClusterPart.StartFailedException.class)
        .hasMessageContaining(sentence);
    assertThat(directory.resolve("tokens")).doesNotExist();
  }

  private ServerSettings settings(Path tokens, String line) throws Exception {
    Path password = Files.writeString(directory.resolve("password"), "secret\n");
    Path file = Files.writeString(
        directory.resolve("server.conf"), """
        mainstay {
          server.name = alpha
          servers = [
            { name = alpha, host = 127.0.0.1, cluster-port = 1, management-port = 2, crash-watch-port = 3, http-port = 4 }
          ]
          databases = [
            { name = db1, vendor = postgresql, url = "jdbc:postgresql://127.0.0.1:5/none", user = u, password-file = "%s" }
          ]
          data-directory = "%s"
          http.token-directory = "%s"
          %s
        }
        """.formatted(password, directory, tokens, line));
    return ServerSettings.read(file);
  }
}
