package mainstay.multijvm.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mainstay.multijvm.cluster.AdminClient.RefusedException;
import mainstay.multijvm.cluster.OsProcess.State;
import mainstay.multijvm.nemesis.Nemesis;
import mainstay.multijvm.workload.Driver;
import mainstay.multijvm.workload.FaultEvent;
import mainstay.multijvm.workload.FaultEvent.Availability;
import mainstay.multijvm.workload.History;
import org.junit.jupiter.api.Test;

class DemoClusterTest {
  private static final Installation FAKE = new Installation(
      Installation.currentJava(), System.getProperty("java.class.path"), FakeDemo.class.getName());

  @Test
  void serversAreStartedFaultedAndLeftBehindNowhere() throws Exception {
    try (var driver = new Driver()) {
      var cluster = DemoCluster.start(FAKE, driver.http(), 2, 1);
      var history = new History();
      List<OsProcess> processes;
      try (cluster) {
        assertThat(cluster.servers()).containsExactly("alpha", "bravo");
        var first = cluster.process("alpha");

        new Nemesis.Kill9().strike(cluster, "alpha", history);
        assertThat(first.state()).isEqualTo(State.GONE);
        assertThat(cluster.refresh().server("alpha").running()).isFalse();
        new Nemesis.Restart().strike(cluster, "alpha", history);
        assertThat(cluster.process("alpha")).isNotEqualTo(first);
        Nemesis.pause(Duration.ofMillis(100)).strike(cluster, "bravo", history);
        new Nemesis.Terminate(Duration.ofSeconds(10)).strike(cluster, "bravo", history);

        assertThat(history.faults())
            .extracting(FaultEvent::server, FaultEvent::after)
            .containsExactly(
                tuple("alpha", Availability.DOWN),
                tuple("alpha", Availability.UP),
                tuple("bravo", Availability.PAUSED),
                tuple("bravo", Availability.UP),
                tuple("bravo", Availability.DOWN));
        processes = List.of(cluster.process("alpha"), cluster.process("bravo"));
      }
      for (var process : processes) {
        process.awaitState(State.GONE, Duration.ofSeconds(5));
      }
      assertThat(cluster.directory()).doesNotExist();
    }
  }

  @Test
  void aDatabaseIsFaultedWithAllItsProcesses() throws Exception {
    try (var driver = new Driver()) {
      var history = new History();
      List<OsProcess> last;
      try (var cluster = DemoCluster.start(FAKE, driver.http(), 1, 1)) {
        assertThat(cluster.databases()).containsExactly("db1");
        assertThat(cluster.database("db1"))
            .isEqualTo(new DatabaseAccess(
                "db1", "jdbc:postgresql://127.0.0.1:1/mainstay", "mainstay", "secret"));
        var family = family(cluster);

        new Nemesis.PauseDatabase().strike(cluster, "db1", history);
        assertThat(states(family)).containsOnly(State.STOPPED);
        new Nemesis.ResumeDatabase().strike(cluster, "db1", history);
        for (var process : family) {
          process.awaitState(State.RUNNING, Duration.ofSeconds(5));
        }
        new Nemesis.KillDatabase().strike(cluster, "db1", history);
        assertThat(states(family)).containsOnly(State.GONE);
        assertThat(cluster.refresh().database("db1").running()).isFalse();
        assertThat(cluster.databaseState("db1")).isEqualTo(State.GONE);
        new Nemesis.StartDatabase().strike(cluster, "db1", history);
        assertThat(cluster.databaseState("db1")).isEqualTo(State.RUNNING);

        assertThat(history.faults())
            .extracting(FaultEvent::fault, FaultEvent::server, FaultEvent::after)
            .containsExactly(
                tuple("pause", "db1", Availability.PAUSED),
                tuple("resume", "db1", Availability.UP),
                tuple("kill-9", "db1", Availability.DOWN),
                tuple("restart", "db1", Availability.UP));
        last = family(cluster);
        cluster.pauseDatabase("db1");
      }
      for (var process : last) {
        process.awaitState(State.GONE, Duration.ofSeconds(5));
      }
    }
  }

  private static List<OsProcess> family(DemoCluster cluster) throws Exception {
    var first = OsProcess.of(cluster.status().database("db1").pid());
    return Await.until(
        "the database has two children", Duration.ofSeconds(5), first::family, f -> f.size() == 3);
  }

  private static List<State> states(List<OsProcess> processes) throws Exception {
    var states = new ArrayList<State>();
    for (var process : processes) {
      states.add(process.state());
    }
    return states;
  }

  @Test
  void aServerThatWaitsIsLaunchedAndAwaitedLater() throws Exception {
    try (var driver = new Driver();
        var cluster = DemoCluster.start(FAKE, driver.http(), 1, 1)) {
      new Nemesis.Kill9().strike(cluster, "alpha", new History());

      var alive = cluster.launch("alpha");

      assertThat(cluster.running("alpha")).isTrue();
      alive.get(20, TimeUnit.SECONDS);
      assertThat(cluster.client("alpha").alive()).isTrue();
    }
  }

  @Test
  void answersAreTypedAndRefusalsNameTheQuestion() throws Exception {
    try (var driver = new Driver();
        var cluster = DemoCluster.start(FAKE, driver.http(), 1, 1)) {
      // It listens a moment after its process is there.
      var client = cluster.client("alpha");
      Await.until("alpha answers", Duration.ofSeconds(20), client::alive, alive -> alive);

      var service = client.service("dge/main");

      assertThat(service.activeOn("alpha")).isTrue();
      assertThat(service.whole()).isTrue();
      assertThatThrownBy(() -> client.service("nonsense"))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("GET /services/nonsense on alpha was answered 404")
          .hasMessageContaining("no such service");
    }
  }

  @Test
  void aDemoThatDoesNotStartIsReportedWithWhatItPrinted() {
    var broken = new Installation(Installation.currentJava(), "/nowhere", "no.such.Program");

    try (var driver = new Driver()) {
      assertThatThrownBy(() -> DemoCluster.start(broken, driver.http(), 3, 1))
          .hasMessageContaining("the demo did not start")
          .hasMessageContaining("no.such.Program");
    }
  }
}
