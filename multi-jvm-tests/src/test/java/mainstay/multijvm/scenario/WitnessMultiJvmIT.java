package mainstay.multijvm.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import mainstay.multijvm.cluster.Cuts;
import mainstay.multijvm.nemesis.Nemesis.Kill9;
import mainstay.multijvm.nemesis.Nemesis.KillDatabase;
import mainstay.multijvm.nemesis.Nemesis.Restart;
import mainstay.multijvm.nemesis.Nemesis.StartDatabase;
import mainstay.multijvm.nemesis.Nemesis.Wait;
import mainstay.multijvm.nemesis.WideNemesis.Cut;
import mainstay.multijvm.nemesis.WideNemesis.Mend;
import mainstay.multijvm.workload.DriverClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two servers and a witness: a majority decides who goes on, and no database is asked. */
class WitnessMultiJvmIT {
  private static final List<String> BACKUP = List.of("bravo");
  private static final Duration WRITE_INTERVAL = Duration.ofMillis(50);

  @RegisterExtension
  static final Lab LAB = Lab.onHosts(2, "witness");

  @Test
  void theOtherServerGoesOnWithoutADatabaseThatDiesWithThisOne() throws Exception {
    var load = LAB.load(BACKUP, WRITE_INTERVAL);
    try (load) {
      load.awaitWrites(50);
      long struck = LAB.strike(new Kill9(), "alpha");
      LAB.strike(new KillDatabase(), "db1");
      LAB.awaitServing(Limits.SOON, BACKUP);
      LAB.awaitDatabase("db1", false, Limits.SOON, BACKUP);
      load.awaitWrites(50);
      LAB.strike(new StartDatabase(), "db1");
      long healed = LAB.strike(new Restart(), "alpha");
      finish("kill -9 of alpha and db1 with a witness", load, struck, healed);
    }
  }

  /** The witness hears both of them, and alpha comes first where both are fit. */
  @Test
  void whoIsCutOffFromAllButTheWitnessStopsAndTheOtherServerGoesOn() throws Exception {
    var cuts = Cuts.between(List.of("alpha"), List.of("bravo", "db1", "db2"));
    var load = LAB.load(BACKUP, WRITE_INTERVAL);
    try (load) {
      load.awaitWrites(50);
      long struck = LAB.strike(new Cut(cuts));
      LAB.awaitServing(Limits.SOON, BACKUP);
      load.awaitWrites(50);
      long healed = LAB.strike(new Mend(cuts));
      finish("alpha cut from bravo, db1 and db2", load, struck, healed);
    }
  }

  /** Each of them reaches a majority with the witness. */
  @Test
  void ofTwoServersThatReachTheWitnessAloneTheFirstGoesOn() throws Exception {
    var cuts = Cuts.between("alpha", "bravo");
    var load = LAB.load(List.of("alpha"), WRITE_INTERVAL);
    try (load) {
      load.awaitWrites(50);
      long term = LAB.client("alpha").service(Lab.CONFIGURATION).term();
      long struck = LAB.strike(new Cut(cuts));
      LAB.strike(new Wait(Duration.ofSeconds(12)), "network");
      assertThat(LAB.client("alpha").explain(Lab.CONFIGURATION).active()).isEqualTo("alpha");
      long healed = LAB.strike(new Mend(cuts));
      finish("alpha cut from bravo", load, struck, healed);
      assertThat(LAB.client("alpha").service(Lab.CONFIGURATION).term()).isEqualTo(term);
    }
  }

  private static void finish(String title, Lab.Load load, long struck, long healed)
      throws Exception {
    LAB.awaitWhole();
    long whole = DriverClock.nanos();
    load.awaitWrites(50);
    var failed = load.stop();
    LAB.conclude(title, new Lab.Spell(struck, healed, whole), failed, Limits.DATABASES_SETTLING);
    assertThat(failed).isEmpty();
  }
}
