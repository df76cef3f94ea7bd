package mainstay.node.failover.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mainstay.protocol.message.FailoverAgent.Report;
import mainstay.protocol.model.ClockOffset;
import mainstay.protocol.model.DurationText;
import mainstay.protocol.model.ServerId;

/** What is missing for the next takeover of a service, or begins to, while all is still well. */
public final class Redundancy {
  private final ServiceView view;
  private final Knowledge knowledge;
  private final ConfigurationLag lag;
  private final Tolerances tolerances;
  private final long now;
  private final ServerId active;
  private final List<ServerId> backups;

  /**
   * @param clockOffset from the median of all, beyond which a server is unfit
   * @param configurationLag how long a backup may lack a version of the configuration without a word
   */
  public record Tolerances(Duration clockOffset, Duration configurationLag) {}

  private Redundancy(
      ServiceView view,
      Knowledge knowledge,
      ConfigurationLag lag,
      Tolerances tolerances,
      long now) {
    this.view = view;
    this.knowledge = knowledge;
    this.lag = lag;
    this.tolerances = tolerances;
    this.now = now;
    this.active = view.active().orElseThrow();
    this.backups =
        view.list().servers().stream().filter(server -> !server.equals(active)).toList();
  }

  /**
   * One sentence each; none if all backups are as they should be, or where the list names one server and nobody is meant to
   * take over. That one of several backups is not there is no warning.
   *
   * @param now nanoseconds of the clock of {@code knowledge} and {@code lag}
   */
  public static List<String> warnings(
      ServiceView view,
      Knowledge knowledge,
      ConfigurationLag lag,
      Tolerances tolerances,
      long now) {
    return view.active().isEmpty() || view.list().servers().size() == 1
        ? List.of()
        : new Redundancy(view, knowledge, lag, tolerances, now).warnings();
  }

  private List<String> warnings() {
    var warnings = new ArrayList<String>();
    boolean nobody = backups.stream().noneMatch(this::canTakeOver);
    if (nobody) {
      warnings.add("nobody can take over from " + active + ": "
          + backups.stream()
              .map(backup -> backup + " " + view.state(backup).shortcoming())
              .collect(Collectors.joining(", ")));
    }
    backups.stream()
        .filter(backup -> !(nobody && view.state(backup).available())) // named above with all else
        .forEach(backup -> unfit(backup).ifPresent(warnings::add));
    for (ServerId backup : backups) {
      otherVersion(backup).ifPresent(warnings::add);
      oldConfiguration(backup).ifPresent(warnings::add);
      clocksDiffer(backup).ifPresent(warnings::add);
    }
    Stream.concat(Stream.of(active), backups.stream())
        .forEach(server -> wrongClock(server).ifPresent(warnings::add));
    return warnings;
  }

  private boolean canTakeOver(ServerId backup) {
    return view.state(backup).available() && view.fit(backup);
  }

  private Optional<String> unfit(ServerId backup) {
    return Optional.of(view.state(backup).complaint())
        .filter(complaint -> !complaint.isEmpty())
        .map(complaint -> backup + " is unfit: " + complaint);
  }

  private Optional<String> otherVersion(ServerId backup) {
    var version = knowledge.report(active).map(Report::version);
    return knowledge
        .report(backup)
        .map(Report::version)
        .filter(other -> version.isPresent() && !other.equals(version.get()))
        .map(other -> backup + " runs version " + other + " of this program, " + active + " runs "
            + version.get());
  }

  private Optional<String> oldConfiguration(ServerId backup) {
    return knowledge
        .report(backup)
        .flatMap(report -> lag.of(backup, now)
            .filter(lack -> lack.duration().compareTo(tolerances.configurationLag()) > 0)
            .map(lack -> backup + " works with version " + report.configurationVersion()
                + " of the configuration and has lacked version " + lack.version() + " for "
                + lack.duration().toSeconds() + "s"));
  }

  /** One that is beyond the whole limit has said so itself as soon as it has looked twice. */
  private Optional<String> wrongClock(ServerId server) {
    return fromMedian(server)
        .filter(offset -> offset.exceeds(half()) && !offset.exceeds(tolerances.clockOffset()))
        .map(offset -> "the clock of " + server + " is " + offset.from("the median of all")
            + "; beyond " + DurationText.format(tolerances.clockOffset()) + " it is unfit");
  }

  /** Two clocks, or two camps of clocks, where it cannot be said whose is wrong. */
  private Optional<String> clocksDiffer(ServerId backup) {
    return undecided(active) && undecided(backup)
        ? knowledge
            .report(active)
            .flatMap(one -> knowledge.report(backup).flatMap(other -> Clocks.between(one, other)))
            .filter(offset -> offset.exceeds(half()))
            .map(offset -> "the clock of " + active + " is " + offset.from("that of " + backup)
                + ", and no majority of the servers says which of them is wrong")
        : Optional.empty();
  }

  private boolean undecided(ServerId server) {
    return fromMedian(server)
        .filter(offset -> !offset.exceeds(half()) && !offset.isWithin(half()))
        .isPresent();
  }

  private Optional<ClockOffset> fromMedian(ServerId server) {
    return knowledge
        .report(server)
        .flatMap(report -> Clocks.fromMedian(report, knowledge.reports()));
  }

  private Duration half() {
    return tolerances.clockOffset().dividedBy(2);
  }
}
