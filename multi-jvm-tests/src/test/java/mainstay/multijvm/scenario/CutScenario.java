package mainstay.multijvm.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import mainstay.multijvm.cluster.Cuts;
import mainstay.multijvm.nemesis.Nemesis.Wait;
import mainstay.multijvm.nemesis.WideNemesis.Cut;
import mainstay.multijvm.nemesis.WideNemesis.Mend;
import mainstay.multijvm.workload.DriverClock;

/** Cuts between servers and databases: made under load, mended after a while. */
enum CutScenario {
  /** A majority reaches db2, so it stays and alpha, which misses it, is unfit. */
  ALPHA_FROM_DB2("alpha cut from db2", Cuts.between("alpha", "db2")),

  /** Both databases stay, and charlie alone reaches both of them. */
  CROSSED(
      "alpha cut from db1 and bravo from db2",
      Cuts.between("alpha", "db1").and(Cuts.between("bravo", "db2"))),

  ALPHA_ALONE(
      "alpha cut from bravo, charlie, db1 and db2",
      Cuts.between(List.of("alpha"), List.of("bravo", "charlie", "db1", "db2"))),

  /** The side of the majority goes on without db1. */
  HALVES(
      "alpha and db1 cut from bravo, charlie and db2",
      Cuts.between(List.of("alpha", "db1"), List.of("bravo", "charlie", "db2")));

  private static final List<String> SERVERS = List.of("alpha", "bravo", "charlie");
  /** Slowly: many writes that wait are repeated again and again, and the machine would be busy with those. */
  private static final Duration WRITE_INTERVAL = Duration.ofMillis(100);

  private final String title;
  private final Cuts cuts;

  CutScenario(String title, Cuts cuts) {
    this.title = title;
    this.cuts = cuts;
  }

  /** No write fails for a client that repeats it, and everything heals by itself. */
  void run(Lab lab, Duration length) throws Exception {
    var load = lab.load(SERVERS, WRITE_INTERVAL);
    try (load) {
      load.awaitWrites(100);

      long cut = lab.strike(new Cut(cuts));
      lab.strike(new Wait(length), "network");
      long mended = lab.strike(new Mend(cuts));
      lab.awaitWhole();
      long whole = DriverClock.nanos();
      load.awaitWrites(100);

      var failed = load.stop();
      lab.conclude(
          title + " for " + length.toMillis() + " ms",
          new Lab.Spell(cut, mended, whole),
          failed,
          Limits.CUT_SETTLING);
      assertThat(failed).isEmpty();
    }
  }

  @Override
  public String toString() {
    return title;
  }
}
