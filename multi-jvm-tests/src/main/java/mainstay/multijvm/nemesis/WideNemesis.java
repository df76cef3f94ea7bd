package mainstay.multijvm.nemesis;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import mainstay.multijvm.cluster.Cluster;
import mainstay.multijvm.cluster.Cuts;
import mainstay.multijvm.cluster.HostCluster;
import mainstay.multijvm.cluster.Hosts;
import mainstay.multijvm.workload.DriverClock;
import mainstay.multijvm.workload.FaultEvent;
import mainstay.multijvm.workload.FaultEvent.Availability;
import mainstay.multijvm.workload.History;

/** Something that happens to several servers and databases at once, or to the network between them. */
public sealed interface WideNemesis {

  /**
   * Does it, and returns when it is over and proven.
   *
   * @return the moment just before it was done, in {@link DriverClock} nanoseconds
   * @throws IOException if it could not be done: then the run proves nothing
   */
  long strike(Cluster cluster, History history) throws IOException;

  /** What is sent on some ways vanishes, until {@link Mend}. */
  record Cut(Cuts cuts) implements WideNemesis {
    @Override
    public long strike(Cluster cluster, History history) throws IOException {
      long start = DriverClock.nanos();
      hosts(cluster).cut(cuts);
      var cutOff = cuts.cutOff(cluster.servers(), cluster.databases());
      record(
          "cut",
          servers(cluster, cuts),
          start,
          history,
          server -> cutOff.contains(server) ? Availability.CUT_OFF : Availability.UP);
      return start;
    }
  }

  /** Opens the ways of a cut, after a look whether they were closed until now. */
  record Mend(Cuts cuts) implements WideNemesis {
    @Override
    public long strike(Cluster cluster, History history) throws IOException {
      hosts(cluster).requireCut(cuts);
      long start = DriverClock.nanos();
      hosts(cluster).mend(cuts);
      record("mend", servers(cluster, cuts), start, history, server -> Availability.UP);
      return start;
    }
  }

  /** So many of a hundred packets that go some ways are lost, until {@link LoseNothing}. Nobody is cut off by that. */
  record Lose(Cuts ways, int percent) implements WideNemesis {
    @Override
    public long strike(Cluster cluster, History history) throws IOException {
      long start = DriverClock.nanos();
      hosts(cluster).lose(ways, percent);
      record("lose", servers(cluster, ways), start, history, server -> Availability.UP);
      return start;
    }
  }

  /** Ends a loss, after a look whether something was lost. */
  record LoseNothing(Cuts ways) implements WideNemesis {
    @Override
    public long strike(Cluster cluster, History history) throws IOException {
      long start = DriverClock.nanos();
      hosts(cluster).loseNothing(ways);
      record("lose-nothing", servers(cluster, ways), start, history, server -> Availability.UP);
      return start;
    }
  }

  /**
   * Evidence that a server has crashed is forged, until {@link TellTheTruth}: a firewall refuses the others' connections to
   * its crash-watch port. Its process lives, and may reach everything.
   */
  record Forge(String server) implements WideNemesis {
    @Override
    public long strike(Cluster cluster, History history) throws IOException {
      long start = DriverClock.nanos();
      var others = new ArrayList<>(cluster.servers());
      others.remove(server);
      hosts(cluster).refuse(server, others, HostCluster.CRASH_WATCH_PORT);
      record("forge", List.of(server), start, history, name -> Availability.CUT_OFF);
      return start;
    }
  }

  /** Ends a forgery, after a look whether anybody was told it. */
  record TellTheTruth(String server) implements WideNemesis {
    @Override
    public long strike(Cluster cluster, History history) throws IOException {
      long start = DriverClock.nanos();
      hosts(cluster).refuseNothing(server);
      record("tell-the-truth", List.of(server), start, history, name -> Availability.UP);
      return start;
    }
  }

  /** SIGKILL for every process there is, by one command. */
  record PowerLoss() implements WideNemesis {
    @Override
    public long strike(Cluster cluster, History history) throws IOException {
      return killAll(cluster, cluster.servers(), cluster.databases(), history);
    }
  }

  /** SIGKILL for all processes of all databases, by one command. */
  record KillAllDatabases() implements WideNemesis {
    @Override
    public long strike(Cluster cluster, History history) throws IOException {
      return killAll(cluster, List.of(), cluster.databases(), history);
    }
  }

  private static long killAll(
      Cluster cluster, List<String> servers, List<String> databases, History history)
      throws IOException {
    long start = DriverClock.nanos();
    cluster.killAll(servers, databases);
    var all = new ArrayList<>(servers);
    all.addAll(databases);
    record("kill-9", all, start, history, name -> Availability.DOWN);
    return start;
  }

  private static Hosts hosts(Cluster cluster) throws IOException {
    return cluster
        .hosts()
        .orElseThrow(() -> new IOException(
            "a cut needs servers and databases on hosts of their own; these share the loopback"));
  }

  private static Collection<String> servers(Cluster cluster, Cuts cuts) {
    var servers = new TreeSet<String>();
    for (var link : cuts.links()) {
      servers.add(link.from());
      servers.add(link.to());
    }
    servers.retainAll(cluster.servers());
    return servers;
  }

  private static void record(
      String fault,
      Collection<String> names,
      long start,
      History history,
      Function<String, Availability> after) {
    long end = DriverClock.nanos();
    names.forEach(name -> history.add(new FaultEvent(fault, name, after.apply(name), start, end)));
  }
}
