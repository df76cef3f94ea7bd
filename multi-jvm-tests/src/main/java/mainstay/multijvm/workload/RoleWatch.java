package mainstay.multijvm.workload;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import mainstay.multijvm.cluster.AdminClient;
import mainstay.multijvm.cluster.AdminClient.ServiceStatus;

/**
 * Asks every server again and again who does what, and keeps the answers in the history: the role log. One thread per
 * server, so that a dead or paused one does not hold up the others. A server without an answer leaves no sample.
 */
public final class RoleWatch implements AutoCloseable {
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopping;

  private RoleWatch() {}

  /** @param interval pause between an answer and the next question */
  public static RoleWatch start(List<AdminClient> servers, Duration interval, History history) {
    var watch = new RoleWatch();
    for (var server : servers) {
      var thread =
          new Thread(() -> watch.run(server, interval, history), "role-watch-" + server.server());
      thread.setDaemon(true);
      thread.start();
      watch.threads.add(thread);
    }
    return watch;
  }

  /** Ends when the questions under way have their answer or their time-out. */
  @Override
  public void close() {
    stopping = true;
    for (var thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void run(AdminClient server, Duration interval, History history) {
    while (!stopping) {
      long start = DriverClock.nanos();
      try {
        var services = server.services();
        long end = DriverClock.nanos();
        services.forEach(s -> history.add(sample(start, end, server.server(), s)));
      } catch (IOException noAnswer) {
        // A server that is down or has nothing to say: its silence is no evidence of a role.
        LockSupport.parkNanos(interval.toNanos());
      }
      LockSupport.parkNanos(interval.toNanos());
    }
  }

  private static RoleSample sample(long start, long end, String asked, ServiceStatus status) {
    return new RoleSample(
        start,
        end,
        asked,
        status.name(),
        status.serverList(),
        status.policy() == null ? "automatic" : status.policy().mode(),
        status.active(),
        status.term(),
        status.state(),
        status.standbys().stream()
            .map(s -> new RoleSample.StandbyState(
                s.server(), s.synchronisationMode(), s.sequence(), s.hash()))
            .toList());
  }
}
