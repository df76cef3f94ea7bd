package mainstay.multijvm.checker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import mainstay.multijvm.workload.DriverClock;
import mainstay.multijvm.workload.FaultEvent.Availability;
import mainstay.multijvm.workload.History;
import mainstay.multijvm.workload.RoleSample;

/**
 * I6: the active server is the one that the rules name, after a settling time: the first of the list that is up and
 * synchronised, where the one that serves counts as synchronised. Under the policies {@code sticky}, {@code manual} and
 * {@code delayed} a lower server may go on, as long as it is up. Being wrong is counted from the first sample that shows it,
 * and anew after each thing that the driver does and after each silence, since nobody knows what was in between. A server
 * that is up and answers nothing for longer than the settling time is a violation too: its silence would hide everything
 * else. One that is cut off may not know who is active; it is wrong when it says that it is itself.
 */
public final class ActiveFollowsTheList implements Checker {
  /** Samples further apart than this say nothing about the time between them. */
  private static final Duration SILENCE = Duration.ofSeconds(1);

  private final Duration settling;

  public ActiveFollowsTheList(Duration settling) {
    this.settling = settling;
  }

  @Override
  public Verdict check(History history) {
    var violations = new ArrayList<String>();
    var fleet = new Fleet(history.faults());
    var views = history.roles().stream()
        .collect(Collectors.groupingBy(
            r -> r.service() + " seen by " + r.asked(), TreeMap::new, Collectors.toList()));
    long right = 0;
    long end = history.roles().stream().mapToLong(RoleSample::end).max().orElse(0);
    for (Map.Entry<String, List<RoleSample>> view : views.entrySet()) {
      right += checkView(view.getKey(), view.getValue(), fleet, violations);
      var last = view.getValue().get(view.getValue().size() - 1);
      if (silent(last, end, fleet)) {
        violations.add(silence(view.getKey(), last, end));
      }
    }
    return new Verdict(
        "I6 the active server follows the list",
        views.size() + " views, right in " + right + " of " + history.roles().size()
            + " samples, settling " + settling,
        violations);
  }

  /** @return how many samples were right */
  private long checkView(
      String view, List<RoleSample> samples, Fleet fleet, List<String> violations) {
    long right = 0;
    long wrongSince = -1;
    boolean reported = false;
    RoleSample before = null;
    for (var sample : samples) {
      boolean interrupted = before != null
          && (fleet.disturbed(before.end(), sample.end())
              || sample.end() - before.end() > SILENCE.toNanos());
      var complaint = complaint(sample, fleet);
      if (complaint.isEmpty()) {
        right++;
        wrongSince = -1;
        reported = false;
      } else if (wrongSince < 0 || interrupted) {
        wrongSince = sample.end();
        reported = false;
      } else if (!reported && sample.end() - wrongSince > settling.toNanos()) {
        violations.add(view + " for " + DriverClock.millis(sample.end() - wrongSince) + " until "
            + DriverClock.millis(sample.end()) + ": " + complaint.get());
        reported = true;
      }
      if (before != null && silent(before, sample.end(), fleet)) {
        violations.add(silence(view, before, sample.end()));
      }
      before = sample;
    }
    return right;
  }

  private boolean silent(RoleSample before, long until, Fleet fleet) {
    return until - before.end() > settling.toNanos()
        && !fleet.disturbed(before.end(), until)
        && fleet.at(before.asked(), until) == Availability.UP;
  }

  private static String silence(String view, RoleSample before, long until) {
    return view + ": no answer from " + DriverClock.millis(before.end()) + " to "
        + DriverClock.millis(until) + " although the server was up";
  }

  private static Optional<String> complaint(RoleSample sample, Fleet fleet) {
    long now = sample.end();
    if (fleet.at(sample.asked(), now) == Availability.CUT_OFF) {
      return "active".equals(sample.state()) && sample.asked().equals(sample.active())
          ? Optional.of(sample.asked() + " says that it is active and is cut off")
          : Optional.empty();
    }
    if (sample.active() == null || !"active".equals(sample.state())) {
      boolean nobody =
          sample.serverList().stream().noneMatch(s -> fleet.at(s, now) == Availability.UP);
      return nobody ? Optional.empty() : Optional.of("nobody is active, state " + sample.state());
    }
    if (fleet.at(sample.active(), now) != Availability.UP) {
      return Optional.of(
          sample.active() + " is said to be active and is " + fleet.at(sample.active(), now));
    }
    var expected = sample.serverList().stream()
        .filter(s -> fleet.at(s, now) == Availability.UP)
        .filter(s -> s.equals(sample.active()) || synchronised(sample, s))
        .findFirst();
    if (expected.isEmpty()) {
      return Optional.of(sample.active() + " is active and not in the list " + sample.serverList());
    }
    if (expected.get().equals(sample.active()) || !"automatic".equals(sample.policy())) {
      return Optional.empty();
    }
    return Optional.of(sample.active() + " is active, " + expected.get() + " comes before it in "
        + sample.serverList() + " and is up and synchronised");
  }

  private static boolean synchronised(RoleSample sample, String server) {
    return sample.standby(server).map(s -> s.synchronisationMode() == 0).orElse(false);
  }
}
