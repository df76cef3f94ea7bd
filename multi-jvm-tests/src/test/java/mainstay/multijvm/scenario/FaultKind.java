package mainstay.multijvm.scenario;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import mainstay.multijvm.cluster.Cuts;
import mainstay.multijvm.nemesis.Nemesis;
import mainstay.multijvm.nemesis.Nemesis.Hang;
import mainstay.multijvm.nemesis.Nemesis.Kill9;
import mainstay.multijvm.nemesis.Nemesis.KillDatabase;
import mainstay.multijvm.nemesis.Nemesis.PauseDatabase;
import mainstay.multijvm.nemesis.Nemesis.Restart;
import mainstay.multijvm.nemesis.Nemesis.Resume;
import mainstay.multijvm.nemesis.Nemesis.ResumeDatabase;
import mainstay.multijvm.nemesis.Nemesis.StartDatabase;
import mainstay.multijvm.nemesis.Nemesis.Terminate;
import mainstay.multijvm.nemesis.Nemesis.Wait;
import mainstay.multijvm.nemesis.WideNemesis.Cut;
import mainstay.multijvm.nemesis.WideNemesis.Forge;
import mainstay.multijvm.nemesis.WideNemesis.KillAllDatabases;
import mainstay.multijvm.nemesis.WideNemesis.Lose;
import mainstay.multijvm.nemesis.WideNemesis.LoseNothing;
import mainstay.multijvm.nemesis.WideNemesis.Mend;
import mainstay.multijvm.nemesis.WideNemesis.PowerLoss;
import mainstay.multijvm.nemesis.WideNemesis.TellTheTruth;
import mainstay.multijvm.workload.DriverClock;

/**
 * What {@link MatrixCampaign} does to a whole cluster of alpha, bravo and charlie, in this order in every list, with
 * databases db1 and db2. Each repairs what it did, where that takes a hand; the rest heals by itself.
 */
enum FaultKind {
  KILL_ACTIVE("kill -9 of the active server", Moves.THERE_AND_BACK, Limits.SOON) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      return away(lab, new Kill9(), "alpha");
    }
  },
  KILL_BACKUP("kill -9 of a backup", Moves.NONE, Limits.SOON) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      return away(lab, new Kill9(), anyOf(round, BACKUPS));
    }
  },
  KILL_ONE_AFTER_THE_OTHER("kill -9 of alpha, then of bravo", Moves.TWICE, Limits.SOON) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      long struck = lab.strike(new Kill9(), "alpha");
      lab.awaitServing(Limits.SOON, BACKUPS);
      lab.strike(new Kill9(), "bravo");
      lab.awaitServing(Limits.SOON, List.of("charlie"));
      return new Times(struck, restart(lab, List.of("alpha", "bravo")));
    }
  },
  KILL_ACTIVE_AND_BACKUP("kill -9 of alpha and bravo at once", Moves.TWICE, Limits.SOON) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      long struck = lab.strike(new Kill9(), "alpha");
      lab.strike(new Kill9(), "bravo");
      lab.awaitServing(Limits.SOON, List.of("charlie"));
      return new Times(struck, restart(lab, List.of("alpha", "bravo")));
    }
  },
  KILL_BOTH_BACKUPS("kill -9 of bravo and charlie at once", Moves.NONE, Limits.SOON) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      long struck = lab.strike(new Kill9(), "bravo");
      lab.strike(new Kill9(), "charlie");
      lab.awaitServing(Limits.SOON, List.of("alpha"));
      return new Times(struck, restart(lab, BACKUPS));
    }
  },
  KILL_WHILE_IT_RETURNS(
      "kill -9 of alpha, three times while it returns", Moves.OFTEN, Limits.SOON) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      long struck = lab.strike(new Kill9(), "alpha");
      for (int time = 1; time <= 3; time++) {
        lab.launch(List.of("alpha"));
        lab.strike(new Wait(round.millis(1_000, 9_000)), "alpha");
        lab.strike(new Kill9(), "alpha");
      }
      lab.awaitServing(Limits.SOON, BACKUPS);
      return new Times(struck, lab.strike(new Restart(), "alpha"));
    }
  },
  STOP_ACTIVE("orderly stop of the active server", Moves.THERE_AND_BACK, Limits.SOON) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      return away(lab, new Terminate(Limits.TERMINATE), "alpha");
    }
  },
  STOP_BACKUP("orderly stop of a backup", Moves.NONE, Limits.SOON) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      return away(lab, new Terminate(Limits.TERMINATE), anyOf(round, BACKUPS));
    }
  },
  SWITCHOVER("switchover to bravo and back", Moves.THERE_AND_BACK, Limits.SOON) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      long struck = DriverClock.nanos();
      var client = lab.client(anyOf(round, SERVERS));
      for (var service : client.services()) {
        client.move(service.name(), "bravo", Limits.SOON);
      }
      lab.strike(new Wait(Duration.ofSeconds(2)), "alpha");
      long back = DriverClock.nanos();
      for (var service : client.services()) {
        client.move(service.name(), "alpha", Limits.SOON);
      }
      return new Times(struck, back);
    }
  },
  PAUSE_ACTIVE("pause of the active server for 2 s", Moves.NONE, Limits.SOON) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      return paused(lab, "alpha", Duration.ofSeconds(2));
    }
  },
  HANG_ACTIVE("hang of the active server for 10 s", Moves.THERE_AND_BACK, Limits.SOON) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      return paused(lab, "alpha", Duration.ofSeconds(10));
    }
  },
  HANG_BACKUP("hang of a backup for 10 s", Moves.NONE, Limits.SOON) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      return paused(lab, anyOf(round, BACKUPS), Duration.ofSeconds(10));
    }
  },
  KILL_DATABASE("kill -9 of a database", Moves.NONE, Limits.DATABASES_SETTLING) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      var database = anyOf(round, DATABASES);
      long struck = lab.strike(new KillDatabase(), database);
      lab.awaitDatabase(database, false, Limits.SOON, SERVERS);
      return new Times(struck, lab.strike(new StartDatabase(), database));
    }
  },
  HANG_DATABASE("hang of a database for 10 s", Moves.NONE, Limits.DATABASES_SETTLING) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      var database = anyOf(round, DATABASES);
      long struck = lab.strike(new PauseDatabase(), database);
      lab.strike(new Wait(Duration.ofSeconds(10)), database);
      return new Times(struck, lab.strike(new ResumeDatabase(), database));
    }
  },
  KILL_BOTH_DATABASES(
      "both databases killed, back in a random order", Moves.OFTEN, Limits.POWER_SETTLING) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      long struck = lab.strike(new KillAllDatabases());
      long healed = struck;
      for (var database : round.shuffled(DATABASES)) {
        lab.strike(new Wait(round.millis(1_000, 6_000)), database);
        healed = lab.strike(new StartDatabase(), database);
      }
      return new Times(struck, healed);
    }
  },
  POWER_LOSS("everything killed, back in a random order", Moves.OFTEN, Limits.POWER_SETTLING) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      long struck = lab.strike(new PowerLoss());
      long healed = struck;
      var all = new ArrayList<>(SERVERS);
      all.addAll(DATABASES);
      var answering = new ArrayList<CompletableFuture<Void>>();
      for (var name : round.shuffled(all)) {
        healed = DriverClock.nanos();
        if (DATABASES.contains(name)) {
          lab.strike(new StartDatabase(), name);
        } else {
          answering.add(lab.launchCounted(name));
        }
        lab.strike(new Wait(round.millis(0, 2_000)), name);
      }
      Lab.awaitAnswers(answering);
      return new Times(struck, healed);
    }
  },
  CUT_ACTIVE(
      "the active server cut from the other servers", Moves.THERE_AND_BACK, Limits.CUT_SETTLING) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      return cut(lab, round, Cuts.between(List.of("alpha"), BACKUPS));
    }
  },
  CUT_BACKUP("a backup cut from the other servers", Moves.NONE, Limits.CUT_SETTLING) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      var backup = anyOf(round, BACKUPS);
      return cut(lab, round, Cuts.between(List.of(backup), SERVERS));
    }
  },
  CUT_LINK(
      "the active server and a backup cut from each other, the third reaches both",
      Moves.NONE,
      Limits.CUT_SETTLING) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      return cut(lab, round, Cuts.between("alpha", anyOf(round, BACKUPS)));
    }
  },
  CUT_ACTIVE_FROM_ALL(
      "the active server cut from servers and databases",
      Moves.THERE_AND_BACK,
      Limits.CUT_SETTLING) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      return cut(
          lab, round, Cuts.between(List.of("alpha"), List.of("bravo", "charlie", "db1", "db2")));
    }
  },
  ACTIVE_IS_NOT_HEARD(
      "one-way cut: nobody hears the active server", Moves.THERE_AND_BACK, Limits.CUT_SETTLING) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      return cut(lab, round, Cuts.oneWay("alpha", "bravo").and(Cuts.oneWay("alpha", "charlie")));
    }
  },
  ACTIVE_HEARS_NOBODY(
      "one-way cut: the active server hears nobody", Moves.THERE_AND_BACK, Limits.CUT_SETTLING) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      return cut(lab, round, Cuts.oneWay("bravo", "alpha").and(Cuts.oneWay("charlie", "alpha")));
    }
  },
  BRIDGE("bravo and charlie cut from each other", Moves.NONE, Limits.CUT_SETTLING) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      return cut(lab, round, Cuts.between("bravo", "charlie"));
    }
  },
  CUT_ACTIVE_FROM_DATABASE(
      "the active server cut from one database", Moves.THERE_AND_BACK, Limits.CUT_SETTLING) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      return cut(lab, round, Cuts.between("alpha", anyOf(round, DATABASES)));
    }
  },
  CUT_BACKUP_FROM_DATABASE("a backup cut from one database", Moves.NONE, Limits.CUT_SETTLING) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      return cut(lab, round, Cuts.between(anyOf(round, BACKUPS), anyOf(round, DATABASES)));
    }
  },
  CROSSED("crossed cut: alpha from db1 and bravo from db2", Moves.OFTEN, Limits.CUT_SETTLING) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      return cut(lab, round, Cuts.between("alpha", "db1").and(Cuts.between("bravo", "db2")));
    }
  },
  HALVES(
      "alpha and db1 cut from bravo, charlie and db2", Moves.THERE_AND_BACK, Limits.CUT_SETTLING) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      return cut(
          lab, round, Cuts.between(List.of("alpha", "db1"), List.of("bravo", "charlie", "db2")));
    }
  },
  FLAPPING(
      "the active server's links go and come, 2 s each, five times",
      Moves.OFTEN,
      Limits.CUT_SETTLING) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      var cuts = Cuts.between(List.of("alpha"), BACKUPS);
      var two = new Wait(Duration.ofSeconds(2));
      long struck = lab.strike(new Cut(cuts));
      lab.strike(two, "network");
      long healed = lab.strike(new Mend(cuts));
      for (int time = 2; time <= 5; time++) {
        lab.strike(two, "network");
        lab.strike(new Cut(cuts));
        lab.strike(two, "network");
        healed = lab.strike(new Mend(cuts));
      }
      return new Times(struck, healed);
    }
  },
  LOSSY_SERVERS("a fifth of all packets between the servers lost", Moves.NONE, Limits.SOON) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      return lossy(lab, Cuts.between(SERVERS, SERVERS));
    }
  },
  LOSSY_ACTIVE(
      "a fifth of all packets between the active server and everything else lost",
      Moves.NONE,
      Limits.SOON) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      return lossy(lab, Cuts.between(List.of("alpha"), List.of("bravo", "charlie", "db1", "db2")));
    }
  },
  FORGED_CRASH(
      "a firewall refuses the others' connections to the active server, as if it had crashed",
      Moves.THERE_AND_BACK,
      Limits.CUT_SETTLING) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      long struck = lab.strike(new Forge("alpha"));
      lab.strike(new Wait(round.millis(10_000, 15_000)), "network");
      return new Times(struck, lab.strike(new TellTheTruth("alpha")));
    }
  },
  KILL_ACTIVE_AND_DATABASE(
      "kill -9 of the active server and of a database at once",
      Moves.THERE_AND_BACK,
      Limits.DATABASES_SETTLING) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      var database = anyOf(round, DATABASES);
      long struck = lab.strike(new Kill9(), "alpha");
      lab.strike(new KillDatabase(), database);
      lab.awaitServing(Limits.SOON, BACKUPS);
      lab.awaitDatabase(database, false, Limits.SOON, BACKUPS);
      lab.strike(new StartDatabase(), database);
      return new Times(struck, lab.strike(new Restart(), "alpha"));
    }
  },
  HANG_ACTIVE_AND_CUT(
      "hang of the active server while a backup is cut from a database",
      Moves.OFTEN,
      Limits.CUT_SETTLING) {
    @Override
    Times strike(Lab lab, Round round) throws Exception {
      var cuts = Cuts.between("bravo", anyOf(round, DATABASES));
      long struck = lab.strike(new Cut(cuts));
      lab.strike(new Hang(), "alpha");
      lab.strike(new Wait(Duration.ofSeconds(10)), "alpha");
      lab.strike(new Mend(cuts));
      return new Times(struck, lab.strike(new Resume(), "alpha"));
    }
  };

  private static final List<String> SERVERS = List.of("alpha", "bravo", "charlie");
  private static final List<String> BACKUPS = List.of("bravo", "charlie");
  private static final List<String> DATABASES = List.of("db1", "db2");
  private static final int LOST_PERCENT = 20;
  private static final Duration LOSSY = Duration.ofSeconds(20);

  /**
   * @param struck just before the fault, in {@link DriverClock} nanoseconds
   * @param healed just before the last thing that the driver did to repair it
   */
  record Times(long struck, long healed) {}

  /** Terms of a service that a fault may cost, the way back to the primary included. */
  private static final class Moves {
    static final int NONE = 0;
    static final int THERE_AND_BACK = 2;
    static final int TWICE = 4;
    static final int OFTEN = 6;
  }

  private final String title;
  private final int moves;
  private final Duration settling;

  /**
   * @param moves most new terms of one service that it may lead to
   * @param settling until the active server is the one that the rules name
   */
  FaultKind(String title, int moves, Duration settling) {
    this.title = title;
    this.moves = moves;
    this.settling = settling;
  }

  /** Does it and repairs it. The cluster is whole before; whether it is afterwards is for the caller to see. */
  abstract Times strike(Lab lab, Round round) throws Exception;

  int moves() {
    return moves;
  }

  Duration settling() {
    return settling;
  }

  String title() {
    return title;
  }

  /** As on the command line: {@code kill-active}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Times away(Lab lab, Nemesis fault, String server) throws Exception {
    long struck = lab.strike(fault, server);
    lab.awaitServing(
        Limits.SOON, SERVERS.stream().filter(other -> !other.equals(server)).toList());
    return new Times(struck, lab.strike(new Restart(), server));
  }

  private static Times paused(Lab lab, String server, Duration length) throws Exception {
    long struck = lab.strike(new Hang(), server);
    lab.strike(new Wait(length), server);
    return new Times(struck, lab.strike(new Resume(), server));
  }

  private static Times cut(Lab lab, Round round, Cuts cuts) throws Exception {
    long struck = lab.strike(new Cut(cuts));
    lab.strike(new Wait(round.millis(10_000, 15_000)), "network");
    return new Times(struck, lab.strike(new Mend(cuts)));
  }

  private static Times lossy(Lab lab, Cuts ways) throws Exception {
    long struck = lab.strike(new Lose(ways, LOST_PERCENT));
    lab.strike(new Wait(LOSSY), "network");
    return new Times(struck, lab.strike(new LoseNothing(ways)));
  }

  private static long restart(Lab lab, Collection<String> servers) throws Exception {
    long healed = DriverClock.nanos();
    for (var server : servers) {
      healed = lab.strike(new Restart(), server);
    }
    return healed;
  }

  private static String anyOf(Round round, List<String> names) {
    return round.shuffled(names).get(0);
  }
}
