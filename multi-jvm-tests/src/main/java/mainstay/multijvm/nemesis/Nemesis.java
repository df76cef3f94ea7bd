package mainstay.multijvm.nemesis;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import mainstay.multijvm.cluster.Cluster;
import mainstay.multijvm.workload.DriverClock;
import mainstay.multijvm.workload.FaultEvent;
import mainstay.multijvm.workload.FaultEvent.Availability;
import mainstay.multijvm.workload.History;

/** Something that happens to a server or to a database. */
public sealed interface Nemesis {

  /**
   * Does it, and returns when it is over and proven.
   *
   * @param target name of the server or the database
   * @return the moment just before the (first) thing was done, in {@link DriverClock} nanoseconds
   * @throws IOException if it could not be done: then the run proves nothing
   */
  long strike(Cluster cluster, String target, History history) throws IOException;

  /** SIGKILL: the process is gone at once and says no goodbye. */
  record Kill9() implements Nemesis {
    @Override
    public long strike(Cluster cluster, String server, History history) throws IOException {
      return Step.record("kill-9", server, Availability.DOWN, history, () -> cluster.kill(server));
    }
  }

  /**
   * SIGTERM: the process stops in order.
   *
   * @param limit for how long it may take
   */
  record Terminate(Duration limit) implements Nemesis {
    @Override
    public long strike(Cluster cluster, String server, History history) throws IOException {
      return Step.record(
          "terminate", server, Availability.DOWN, history, () -> cluster.terminate(server, limit));
    }
  }

  /** SIGSTOP and nothing more: the process hangs until {@link Resume}. */
  record Hang() implements Nemesis {
    @Override
    public long strike(Cluster cluster, String server, History history) throws IOException {
      return Step.record(
          "pause", server, Availability.PAUSED, history, () -> cluster.pause(server));
    }
  }

  /** SIGCONT. */
  record Resume() implements Nemesis {
    @Override
    public long strike(Cluster cluster, String server, History history) throws IOException {
      return Step.record("resume", server, Availability.UP, history, () -> cluster.resume(server));
    }
  }

  /** The {@code demo start} command on a server that is down: a new process under the old name. */
  record Restart() implements Nemesis {
    @Override
    public long strike(Cluster cluster, String server, History history) throws IOException {
      return Step.record("restart", server, Availability.UP, history, () -> cluster.start(server));
    }
  }

  /** SIGKILL for all processes of a database. */
  record KillDatabase() implements Nemesis {
    @Override
    public long strike(Cluster cluster, String database, History history) throws IOException {
      return Step.record(
          "kill-9", database, Availability.DOWN, history, () -> cluster.killDatabase(database));
    }
  }

  /** SIGSTOP for all processes of a database: it hangs until {@link ResumeDatabase}. */
  record PauseDatabase() implements Nemesis {
    @Override
    public long strike(Cluster cluster, String database, History history) throws IOException {
      return Step.record(
          "pause", database, Availability.PAUSED, history, () -> cluster.pauseDatabase(database));
    }
  }

  /** SIGCONT for all processes of a database. */
  record ResumeDatabase() implements Nemesis {
    @Override
    public long strike(Cluster cluster, String database, History history) throws IOException {
      return Step.record(
          "resume", database, Availability.UP, history, () -> cluster.resumeDatabase(database));
    }
  }

  /** The {@code demo start-db} command on a database that is down. */
  record StartDatabase() implements Nemesis {
    @Override
    public long strike(Cluster cluster, String database, History history) throws IOException {
      return Step.record(
          "restart", database, Availability.UP, history, () -> cluster.startDatabase(database));
    }
  }

  /** Several things to the same server or database, one after the other. */
  record Sequence(List<Nemesis> steps) implements Nemesis {
    public Sequence {
      if (steps.isEmpty()) {
        throw new IllegalArgumentException("a sequence of nothing is no fault");
      }
      steps = List.copyOf(steps);
    }

    @Override
    public long strike(Cluster cluster, String server, History history) throws IOException {
      long first = steps.get(0).strike(cluster, server, history);
      for (var step : steps.subList(1, steps.size())) {
        step.strike(cluster, server, history);
      }
      return first;
    }
  }

  /** Time in which nothing is done. */
  record Wait(Duration length) implements Nemesis {
    @Override
    public long strike(Cluster cluster, String server, History history) {
      long start = DriverClock.nanos();
      for (long left = length.toNanos();
          left > 0;
          left = start + length.toNanos() - DriverClock.nanos()) {
        LockSupport.parkNanos(left);
      }
      return start;
    }
  }

  /** SIGSTOP, SIGCONT after {@code length}. */
  static Nemesis pause(Duration length) {
    return new Sequence(List.of(new Hang(), new Wait(length), new Resume()));
  }

  /** How one step is recorded. */
  final class Step {
    private Step() {}

    @FunctionalInterface
    private interface Deed {
      void run() throws IOException;
    }

    private static long record(
        String fault, String server, Availability after, History history, Deed deed)
        throws IOException {
      long start = DriverClock.nanos();
      deed.run();
      history.add(new FaultEvent(fault, server, after, start, DriverClock.nanos()));
      return start;
    }
  }
}
