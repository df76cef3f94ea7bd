package mainstay.http.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mainstay.protocol.model.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenFilesTest {
  @TempDir
  private Path parent;

  @Test
  void missingFilesAreMadeForTheirOwnerOnly() throws IOException {
    Path directory = parent.resolve("a/b");

    var tokens = TokenFiles.open(directory);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
        .isEqualTo("rwx------");
    try (var files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "viewer.token", "operator.token", "engineer.token", "admin.token");
    }
    for (Role role : Role.values()) {
      Path file = directory.resolve(TokenFiles.fileName(role));
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      assertThat(Files.readString(file).strip()).isEqualTo(tokens.get(role)).hasSize(43);
    }
    assertThat(new HashSet<>(tokens.values())).hasSize(4);
  }

  @Test
  void filesThatAreThereAreKept() {
    var first = TokenFiles.open(parent);

    assertThat(TokenFiles.open(parent)).isEqualTo(first);
  }

  @Test
  void serversThatStartAtOnceAgree() throws Exception {
    int servers = 8;
    for (int round = 0; round < 10; round++) {
      Path directory = parent.resolve("round" + round);
      var barrier = new CyclicBarrier(servers);
      var threads = Executors.newFixedThreadPool(servers);
      try {
        Callable<Map<Role, String>> start = () -> {
          barrier.await();
          return TokenFiles.open(directory);
        };
        var results = new HashSet<Map<Role, String>>();
        for (var result :
            threads.invokeAll(Stream.generate(() -> start).limit(servers).toList())) {
          results.add(result.get());
        }
        assertThat(results).hasSize(1);
      } finally {
        threads.shutdownNow();
      }
      try (var files = Files.list(directory)) {
        assertThat(files.map(Path::toString).collect(Collectors.toSet())).hasSize(4);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-r--r--"})
  void aFileThatIsOpenToOthersIsRefused(String permissions) throws IOException {
    TokenFiles.open(parent);
    Path file = parent.resolve("operator.token");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));

    assertThatThrownBy(() -> TokenFiles.open(parent))
        .isInstanceOf(TokenFileException.class)
        .hasMessageContaining("token file " + file + " is open to others than its owner")
        .hasMessageContaining("chmod 600 " + file);
  }

  @Test
  void aDirectoryThatEverybodyCanWriteToIsRefused() throws IOException {
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThatThrownBy(() -> TokenFiles.open(parent)).hasMessageContaining("chmod o-w " + parent);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "short",
        "with space in the middle of the token 1234567890",
        "ümlaut-ümlaut-ümlaut-ümlaut-1234"
      })
  void aFileWithoutATokenIsRefused(String content) throws IOException {
    TokenFiles.open(parent);
    Files.writeString(parent.resolve("viewer.token"), content);

    assertThatThrownBy(() -> TokenFiles.open(parent))
        .hasMessageContaining("viewer.token must hold one line of 32 to 512");
  }

  @Test
  void twoRolesMustNotShareAToken() throws IOException {
    TokenFiles.open(parent);
    Files.writeString(
        parent.resolve("admin.token"), Files.readString(parent.resolve("viewer.token")));

    assertThatThrownBy(() -> TokenFiles.open(parent))
        .hasMessageContaining("viewer.token and admin.token")
        .hasMessageContaining("hold the same token");
  }

  @Test
  void aDirectoryThatIsAFileIsNamed() throws IOException {
    Path file = Files.createFile(parent.resolve("file"));

    assertThatThrownBy(() -> TokenFiles.open(file.resolve("tokens")))
        .isInstanceOf(TokenFileException.class)
        .hasMessageContaining("token directory " + file.resolve("tokens"));
    assertThatThrownBy(() -> TokenFiles.open(file)).isInstanceOf(TokenFileException.class);
  }
}
