package mainstay.multijvm.scenario;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The network between servers and databases is cut. All such scenarios: {@code multi-jvm-tests/campaign cuts}. */
class CutMultiJvmIT {
  @RegisterExtension
  static final Lab LAB = Lab.onHosts();

  @Test
  void crossedCutsMoveTheServicesToTheServerThatReachesAllDatabases() throws Exception {
    CutScenario.CROSSED.run(LAB, Duration.ofSeconds(10));
  }
}
