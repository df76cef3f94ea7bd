package mainstay.node.failover.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import mainstay.protocol.message.FailoverAgent;
import mainstay.protocol.model.ServerId;

/** What is missing for the next takeover of a service while all is still well. */
public final class Redundancy {
  private Redundancy() {}

  /** One sentence each; none if a backup can take over, or where the list names one server and nobody is meant to. */
  public static List<String> warnings(ServiceView view, Knowledge knowledge) {
    var warnings = new ArrayList<String>();
    if (view.active().isEmpty() || view.list().servers().size() == 1) {
      return warnings;
    }
    var active = view.active().get();
    var backups =
        view.list().servers().stream().filter(server -> !server.equals(active)).toList();
    if (backups.stream().noneMatch(backup -> view.state(backup).available() && view.fit(backup))) {
      warnings.add("nobody can take over from " + active + ": "
          + backups.stream()
              .map(backup -> backup + " " + view.state(backup).shortcoming())
              .collect(Collectors.joining(", ")));
    }
    var version = knowledge.report(active).map(FailoverAgent.Report::version);
    for (ServerId backup : backups) {
      knowledge
          .report(backup)
          .map(FailoverAgent.Report::version)
          .filter(other -> version.isPresent() && !Objects.equals(other, version.get()))
          .ifPresent(other -> warnings.add(backup + " runs version " + other + " of this program, "
              + active + " runs " + version.get()));
    }
    return warnings;
  }
}
