package mainstay.node.failover;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskSpaceTest {
  @TempDir
  private Path directory;

  @Test
  void enoughIsNoComplaint() {
    assertThat(DiskSpace.complaint(directory, 1)).isEmpty();
  }

  @Test
  void tooLittleIsSaidWithWhatIsFreeAndWhatIsWanted() {
    assertThat(DiskSpace.complaint(directory, Long.MAX_VALUE))
        .hasValueSatisfying(complaint -> assertThat(complaint)
            .startsWith("its disk is short: ")
            .contains(directory.toString())
            .contains("8796093022207 MiB are wanted")
            .contains("mainstay.failover.disk-minimum"));
  }

  @Test
  void aDirectoryThatIsGoneIsAComplaint() {
    assertThat(DiskSpace.complaint(directory.resolve("gone"), 1))
        .hasValueSatisfying(complaint -> assertThat(complaint).contains("cannot be looked at"));
  }
}
