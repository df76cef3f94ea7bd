package mainstay.multijvm.scenario;

import static mainstay.multijvm.scenario.Lab.CONFIGURATION;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import mainstay.multijvm.nemesis.Nemesis.Kill9;
import mainstay.multijvm.nemesis.Nemesis.Restart;
import mainstay.multijvm.nemesis.Nemesis.Terminate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class FormingMultiJvmIT {

  @RegisterExtension
  static final Lab LAB = Lab.onLoopback();

  @Test
  void theClusterFormsWithoutItsFirstServerInAnyOrder() throws Exception {
    for (var server : List.of("alpha", "bravo", "charlie")) {
      LAB.strike(new Terminate(Limits.TERMINATE), server);
    }

    LAB.startTogether(List.of("charlie", "bravo"));
    LAB.awaitServing(Limits.WHOLE, List.of("bravo", "charlie"));
    var load = LAB.load(List.of("charlie", "bravo"), Lab.WRITE_INTERVAL);
    try (load) {
      load.awaitWrites(200);
      LAB.strike(new Restart(), "alpha");
      LAB.awaitWhole();
      load.awaitWrites(200);

      assertThat(load.stop()).isEmpty();
    }
    assertThat(LAB.client("charlie").service(CONFIGURATION).active()).isEqualTo("alpha");
    LAB.readDatabases();
    LAB.assertInvariants();
    LAB.assertDatabasesIdentical();
  }

  @Test
  void nothingAcknowledgedIsLostWhenAllServersAreKilledAtOnce() throws Exception {
    // Slowly: all of it waits until the servers are back.
    var load = LAB.load(List.of("alpha", "bravo", "charlie"), Duration.ofMillis(100));
    try (load) {
      load.awaitWrites(200);

      for (var server : List.of("alpha", "bravo", "charlie")) {
        LAB.strike(new Kill9(), server);
      }
      LAB.startTogether(List.of("bravo", "charlie", "alpha"));
      LAB.awaitWhole();
      load.awaitWrites(200);
      load.stop();
    }
    LAB.readDatabases();
    LAB.assertInvariants();
    LAB.assertDatabasesIdentical();
  }
}
