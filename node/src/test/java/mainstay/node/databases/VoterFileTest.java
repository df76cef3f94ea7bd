package mainstay.node.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import mainstay.node.databases.VoterFile.VoterFileException;
import mainstay.node.databases.core.Acceptor;
import mainstay.node.databases.core.Agreed;
import mainstay.node.databases.core.Ballot;
import mainstay.node.databases.core.DatabaseList;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.DatabaseAddress;
import mainstay.protocol.model.ServerId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VoterFileTest {
  private static final Ballot BALLOT = new Ballot(7, new ServerId("alpha"), "1f3c");

  @TempDir
  Path directory;

  @Test
  void aNewVoterHasPromisedNothing() {
    assertThat(new VoterFile(directory, DatabaseList.INSTALLATION).load()).isEqualTo(Acceptor.NEW);
  }

  @Test
  void whatWasSavedIsLoaded() {
    var promised = Acceptor.NEW.prepare(BALLOT).next();
    new VoterFile(directory, DatabaseList.INSTALLATION).save(promised);

    assertThat(new VoterFile(directory, DatabaseList.INSTALLATION).load()).isEqualTo(promised);

    var accepted = promised.accept(BALLOT, value()).next();
    new VoterFile(directory, DatabaseList.INSTALLATION).save(accepted);

    assertThat(new VoterFile(directory, DatabaseList.INSTALLATION).load()).isEqualTo(accepted);
  }

  @Test
  void aDraftThatACrashLeftBehindChangesNothing() throws IOException {
    var promised = Acceptor.NEW.prepare(BALLOT).next();
    new VoterFile(directory, DatabaseList.INSTALLATION).save(promised);
    Files.writeString(
        directory.resolve(DatabaseList.INSTALLATION.voterFile() + ".draft"), "{ \"form");

    assertThat(new VoterFile(directory, DatabaseList.INSTALLATION).load()).isEqualTo(promised);
  }

  @Test
  void aFileThatCannotBeReadIsNamedAndNeverTakenForEmpty() throws IOException {
    for (var content :
        List.of("", "{", "{}", "[]", "{\"format\":2,\"voter\":{}}", "null", "\0\0\0\0")) {
      Files.writeString(directory.resolve(DatabaseList.INSTALLATION.voterFile()), content);

      assertThatThrownBy(() -> new VoterFile(directory, DatabaseList.INSTALLATION).load())
          .as("content %s", content)
          .isInstanceOf(VoterFileException.class)
          .hasMessageContaining(
              directory.resolve(DatabaseList.INSTALLATION.voterFile()).toString())
          .hasMessageContaining("restore it");
    }
  }

  @Test
  void aVoterThatCannotWriteSaysSo() {
    assertThatThrownBy(() -> new VoterFile(directory.resolve("missing"), DatabaseList.INSTALLATION)
            .save(Acceptor.NEW))
        .isInstanceOf(VoterFileException.class)
        .hasMessageContaining("cannot be written");
  }

  private static Agreed value() {
    var database = new DatabaseAddress(
        "db1",
        DatabaseAddress.POSTGRESQL,
        "jdbc:postgresql://127.0.0.1:5432/mainstay",
        "mainstay",
        Optional.empty(),
        Optional.of("DB1_PASSWORD"),
        3);
    return new Agreed(
        "c1",
        ActiveSet.first(List.of(database)),
        "alpha",
        Instant.parse("2026-11-25T12:00:00.123456Z"));
  }
}
