package mainstay.node.samples.core;

import static mainstay.node.provisioning.core.Samples.ALPHA;
import static mainstay.node.provisioning.core.Samples.BRAVO;
import static mainstay.node.provisioning.core.Samples.device;
import static mainstay.node.provisioning.core.Samples.point;
import static mainstay.node.provisioning.core.Samples.settings;
import static mainstay.node.provisioning.core.Samples.test;
import static mainstay.node.provisioning.core.Samples.with;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import mainstay.protocol.model.Dge;
import mainstay.protocol.model.PerformanceDatabase;
import org.junit.jupiter.api.Test;

class PlaceTest {
  private static final Set<String> CLUSTERS = Set.of("plant", "lab");
  private static final Place INSTALLATION = new Place.Installation();

  @Test
  void samplesOfAnEngineWithoutAChoiceStandInTheInstallation() {
    var configuration = with(device("db-1"), test("cpu", "db-1"));

    assertThat(Place.of(configuration, "cpu", CLUSTERS)).containsExactly(INSTALLATION);
  }

  @Test
  void samplesOfAClusterMayStandInTheInstallationFromBefore() {
    var configuration = with(
        device("db-1"),
        test("cpu", "db-1"),
        new Dge("main", "", PerformanceDatabase.cluster("plant")));

    assertThat(Place.of(configuration, "cpu", CLUSTERS))
        .containsExactly(new Place.Cluster("plant"), INSTALLATION);
  }

  @Test
  void localSamplesStandOnEveryServerThatMayHaveServed() {
    var configuration = with(
        device("db-1"),
        test("cpu", "db-1"),
        settings("dge/main", "bravo", "alpha"),
        new Dge("main", "", PerformanceDatabase.LOCAL));

    assertThat(Place.of(configuration, "cpu", CLUSTERS))
        .containsExactly(new Place.Server(BRAVO), new Place.Server(ALPHA), INSTALLATION);
  }

  @Test
  void theSeriesOfATestThatIsGoneMayStandInAnyCluster() {
    assertThat(Place.of(with(point("setpoint")), "gone", CLUSTERS))
        .containsExactly(new Place.Cluster("lab"), new Place.Cluster("plant"), INSTALLATION);
    assertThat(Place.of(with(point("setpoint")), "setpoint", CLUSTERS))
        .containsExactly(INSTALLATION);
  }
}
