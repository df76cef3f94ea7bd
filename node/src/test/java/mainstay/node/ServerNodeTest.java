package mainstay.node;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerNodeTest {
  @TempDir
  private Path directory;

  @Test
  void tokensThatCannotBeReadAreFoundBeforeAnythingStarts() throws Exception {
    Path noDirectory = Files.writeString(directory.resolve("tokens"), "in the way");
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
        }
        """.formatted(password, directory, noDirectory));
    var settings = ServerSettings.read(file);

    // With a database that is not there, so what is found first is what was looked at first.
    assertThatThrownBy(() -> ServerNode.start(settings, "0", true))
        .isInstanceOf(ServerNode.StartFailedException.class)
        .hasMessageContaining("token")
        .hasMessageContaining(noDirectory.toString());
  }
}
