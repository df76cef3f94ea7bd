package mainstay.multijvm.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import mainstay.multijvm.cluster.Cluster;
import mainstay.multijvm.cluster.Cuts;
import mainstay.multijvm.nemesis.Nemesis.Kill9;
import mainstay.multijvm.nemesis.Nemesis.KillDatabase;
import mainstay.multijvm.nemesis.Nemesis.StartDatabase;
import mainstay.multijvm.nemesis.WideNemesis.Cut;
import mainstay.multijvm.nemesis.WideNemesis.KillAllDatabases;
import mainstay.multijvm.nemesis.WideNemesis.Mend;
import mainstay.multijvm.workload.DriverClock;

/**
 * Something that lasts until it is repaired. Of what it breaks the parts break one after the other, as soon as the cluster
 * has got over the one before.
 *
 * @param servers that die, in this order; one of them may be the witness
 * @param databases that die, all with the first server
 * @param cuts of the network, all at once
 */
record LastingFault(String title, List<String> servers, List<String> databases, Cuts cuts) {
  private static final List<String> SERVERS = List.of("alpha", "bravo", "charlie");
  private static final Cuts NONE = new Cuts(Set.of());

  /** All that {@link OutcomeCampaign} does to a cluster of so many servers, and of a witness if there is one. */
  static List<LastingFault> of(int number, boolean witness) {
    var faults = ofServers(number);
    if (witness) {
      var all = SERVERS.subList(0, number);
      faults.addAll(ofWitness(all));
    }
    return faults;
  }

  private static List<LastingFault> ofWitness(List<String> servers) {
    var faults = new ArrayList<LastingFault>();
    var witness = List.of(Cluster.WITNESS);
    faults.add(died(witness, List.of()));
    faults.add(died(witness, List.of("db1")));
    for (var server : servers) {
      faults.add(died(List.of(server, Cluster.WITNESS), List.of()));
      faults.add(died(List.of(Cluster.WITNESS, server), List.of()));
    }
    faults.add(cut(
        "alpha cut from bravo and the witness",
        Cuts.between(List.of("alpha"), List.of("bravo", Cluster.WITNESS))));
    faults.add(cut("alpha cut from the witness", Cuts.between(List.of("alpha"), witness)));
    faults.add(cut("all servers cut from the witness", Cuts.between(servers, witness)));
    return faults;
  }

  private static List<LastingFault> ofServers(int number) {
    var all = SERVERS.subList(0, number);
    var faults = new ArrayList<LastingFault>();
    for (var one : all) {
      faults.add(died(List.of(one), List.of()));
    }
    for (var first : all) {
      for (var second : all) {
        if (!first.equals(second)) {
          faults.add(died(List.of(first, second), List.of()));
        }
      }
    }
    faults.add(died(List.of(), List.of("db1")));
    faults.add(died(List.of(), List.of("db1", "db2")));
    faults.add(died(List.of("alpha"), List.of("db1")));
    for (var one : all) {
      var others = all.stream().filter(other -> !other.equals(one)).toList();
      if (number > 2 || one.equals(all.get(0))) {
        faults.add(cut(one + " cut from " + names(others), Cuts.between(List.of(one), others)));
      }
    }
    if (number > 2) {
      faults.add(cut("alpha cut from bravo", Cuts.between("alpha", "bravo")));
      faults.add(cut("all servers cut from each other", Cuts.between(all, all)));
    }
    faults.add(cut("alpha cut from db1", Cuts.between("alpha", "db1")));
    faults.add(
        cut("alpha cut from db1 and db2", Cuts.between(List.of("alpha"), List.of("db1", "db2"))));
    faults.add(cut("all servers cut from db1", Cuts.between(all, List.of("db1"))));
    faults.add(cut(
        "alpha cut from db1 and bravo from db2",
        Cuts.between("alpha", "db1").and(Cuts.between("bravo", "db2"))));
    var rest = all.subList(1, number);
    faults.add(cut(
        "alpha cut from " + names(rest) + ", db1 and db2",
        Cuts.between(List.of("alpha"), rest)
            .and(Cuts.between(List.of("alpha"), List.of("db1", "db2")))));
    faults.add(cut(
        "alpha and db1 cut from " + names(rest) + " and db2",
        Cuts.between(List.of("alpha"), rest)
            .and(Cuts.between("alpha", "db2"))
            .and(Cuts.between(rest, List.of("db1")))));
    return faults;
  }

  private static LastingFault died(List<String> servers, List<String> databases) {
    var both = new ArrayList<String>();
    if (!servers.isEmpty()) {
      both.add(String.join(", then ", servers));
    }
    if (!databases.isEmpty()) {
      both.add(names(databases));
    }
    return new LastingFault("kill -9 of " + String.join(" with ", both), servers, databases, NONE);
  }

  private static LastingFault cut(String title, Cuts cuts) {
    return new LastingFault(title, List.of(), List.of(), cuts);
  }

  private static String names(List<String> names) {
    int last = names.size() - 1;
    return last == 0
        ? names.get(0)
        : String.join(", ", names.subList(0, last)) + " and " + names.get(last);
  }

  /** @return just before the last part of it, in {@link DriverClock} nanoseconds */
  long strike(Lab lab) throws Exception {
    long struck = DriverClock.nanos();
    if (!cuts.links().isEmpty()) {
      struck = lab.strike(new Cut(cuts));
    }
    var left = new ArrayList<>(lab.servers());
    for (var server : servers) {
      if (!server.equals(servers.get(0))) {
        lab.awaitServing(Limits.SOON, left);
      }
      struck = lab.strike(new Kill9(), server);
      left.remove(server);
    }
    if (databases.size() > 1) {
      lab.strike(new KillAllDatabases());
    } else {
      for (var database : databases) {
        lab.strike(new KillDatabase(), database);
      }
    }
    return struck;
  }

  /** @return just before the first thing that was done, in {@link DriverClock} nanoseconds */
  long repair(Lab lab) throws Exception {
    long healed = DriverClock.nanos();
    if (!cuts.links().isEmpty()) {
      lab.strike(new Mend(cuts));
    }
    for (var database : databases) {
      lab.strike(new StartDatabase(), database);
    }
    lab.startTogether(servers);
    return healed;
  }
}
