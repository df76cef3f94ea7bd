package mainstay.persistence.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresBinariesTest {
  @TempDir
  Path temporary;

  @Test
  void machinesWithoutBinariesAreToldSo() {
    assertThat(PostgresBinaries.archiveName("Linux", "amd64"))
        .isEqualTo("postgres-linux-x86_64.txz");
    assertThat(PostgresBinaries.archiveName("Linux", "aarch64"))
        .isEqualTo("postgres-linux-arm_64.txz");
    assertThatThrownBy(() -> PostgresBinaries.archiveName("Mac OS X", "aarch64"))
        .hasMessageContaining("only for Linux")
        .hasMessageContaining("Mac OS X");
  }

  @Test
  void twoProcessesThatUnpackAtOnceGetOneCompleteDirectory() throws Exception {
    var processes = Stream.of(1, 2).map(n -> unpackInAnotherJvm()).toList();

    for (Process process : processes) {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(output).isZero();
      assertThat(Path.of(output.strip()).resolve("bin/postgres")).isExecutable();
    }
    try (var entries = Files.list(temporary)) {
      assertThat(entries.filter(Files::isDirectory)).hasSize(1);
    }
  }

  private Process unpackInAnotherJvm() {
    try {
      return new ProcessBuilder(List.of(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-cp",
              System.getProperty("java.class.path"),
              Unpack.class.getName(),
              temporary.toString()))
          .redirectErrorStream(true)
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What each JVM of the test above does. */
  static final class Unpack {
    public static void main(String[] arguments) {
      System.out.println(PostgresBinaries.unpackedIn(Path.of(arguments[0])));
    }
  }
}
