package mainstay.multijvm.checker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import mainstay.multijvm.workload.DriverClock;
import mainstay.multijvm.workload.FaultEvent.Availability;
import mainstay.multijvm.workload.History;
import mainstay.multijvm.workload.RoleSample;

/**
 * I7: failback only after synchronisation. A service that moves while its old server is up was moved on purpose: the last
 * thing that anybody said of the new server before must be synchronisation mode 0. If the last word is another and older
 * than {@code resolution}, the server may have synchronised unseen: that move is counted as not observed. That the new
 * server really had everything shows in {@link NoAcknowledgedWriteLost} and {@link LinearizablePerKey}.
 *
 * <p>A move to a later server of the list is no failback: a backup takes over from a server that is unfit, and has decided so
 * some hundred milliseconds before it is active. Any word within {@code resolution} that it was synchronised is good then.
 */
public final class FailbackOnlyWhenSynchronised implements Checker {
  private final Duration resolution;

  /** @param resolution a server cannot synchronise and take over within this time, so a sample this fresh is binding */
  public FailbackOnlyWhenSynchronised(Duration resolution) {
    this.resolution = resolution;
  }

  @Override
  public Verdict check(History history) {
    var tally = new Tally();
    var fleet = new Fleet(history.faults());
    var services = history.roles().stream().collect(Collectors.groupingBy(RoleSample::service));
    services.values().forEach(samples -> checkService(samples, fleet, tally));
    return new Verdict(
        "I7 failback only when synchronised",
        tally.observed + " planned moves observed, " + tally.unobserved + " not observed",
        tally.violations);
  }

  private static final class Tally {
    private final List<String> violations = new ArrayList<>();
    private int observed;
    private int unobserved;
  }

  private void checkService(List<RoleSample> samples, Fleet fleet, Tally tally) {
    RoleSample current = null;
    for (int i = 0; i < samples.size(); i++) {
      var sample = samples.get(i);
      if (sample.active() == null || !"active".equals(sample.state())) {
        continue;
      }
      if (current != null
          && sample.term() > current.term()
          && !sample.active().equals(current.active())) {
        checkMove(current, sample, samples.subList(0, i), fleet, tally);
      }
      if (current == null || sample.term() >= current.term()) {
        current = sample;
      }
    }
  }

  private void checkMove(
      RoleSample old, RoleSample moved, List<RoleSample> before, Fleet fleet, Tally tally) {
    boolean planned = fleet.at(old.active(), moved.end()) == Availability.UP
        && !fleet.disturbed(old.start(), moved.end());
    if (!planned) {
      return;
    }
    var last = lastWord(before, old, moved.active());
    if (last == null) {
      tally.unobserved++;
      return;
    }
    var standby = last.standby(moved.active()).orElseThrow();
    if (standby.synchronisationMode() == 0 || wasSynchronised(before, old, moved)) {
      tally.observed++;
    } else if (moved.start() - last.end() <= resolution.toNanos()) {
      tally.observed++;
      tally.violations.add(
          moved.service() + " moved from " + old.active() + " to " + moved.active() + " in term "
              + moved.term() + " while " + moved.active() + " was in synchronisation mode "
              + standby.synchronisationMode() + ", said by " + last.asked() + " "
              + DriverClock.millis(moved.start() - last.end()) + " before");
    } else {
      tally.unobserved++;
    }
  }

  /** Whether a backup that takes over was synchronised when it may have decided to. */
  private boolean wasSynchronised(List<RoleSample> before, RoleSample old, RoleSample moved) {
    var list = moved.serverList();
    return list.indexOf(moved.active()) > list.indexOf(old.active())
        && before.stream()
            .filter(sample -> sample.term() == old.term())
            .filter(sample -> moved.start() - sample.end() <= resolution.toNanos())
            .flatMap(sample -> sample.standby(moved.active()).stream())
            .anyMatch(standby -> standby.synchronisationMode() == 0);
  }

  /** The last answer of the old term that names the new server as a standby. */
  private static RoleSample lastWord(List<RoleSample> before, RoleSample old, String server) {
    for (int i = before.size() - 1; i >= 0; i--) {
      var sample = before.get(i);
      if (sample.term() == old.term() && sample.standby(server).isPresent()) {
        return sample;
      }
    }
    return null;
  }
}
