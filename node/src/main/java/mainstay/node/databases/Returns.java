package mainstay.node.databases;

import java.util.HashSet;
import java.util.Set;
import mainstay.node.databases.core.Agreed;
import mainstay.node.databases.core.DropPolicy;
import mainstay.node.databases.core.DropPolicy.Finding;
import mainstay.node.databases.core.DropPolicy.Probe;
import mainstay.node.databases.core.ReturnPolicy;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ActiveSet.Member;
import mainstay.protocol.model.ActiveSet.Role;
import mainstay.protocol.model.Failures;

/** Looks at the databases that are not active and not held, and has them synchronised when they have answered long enough. */
final class Returns {
  private final DatabaseCoordinatorActor.Environment environment;
  private final OwnThread thread;
  private final Peers peers;
  private final ChosenSet set;
  private final Synchronisations synchronisations;
  private final ReturnPolicies policies;
  private final Notes notes;
  private final Set<String> probing = new HashSet<>();

  Returns(
      DatabaseCoordinatorActor.Environment environment,
      OwnThread thread,
      Peers peers,
      ChosenSet set,
      Synchronisations synchronisations,
      ReturnPolicies policies,
      Notes notes) {
    this.environment = environment;
    this.thread = thread;
    this.peers = peers;
    this.set = set;
    this.synchronisations = synchronisations;
    this.policies = policies;
    this.notes = notes;
  }

  void learned(ActiveSet before, ActiveSet now) {
    before.written().stream()
        .flatMap(name -> now.member(name).stream())
        .filter(member -> member.role() == Role.INACTIVE)
        .forEach(member -> {
          if (DropPolicy.isDamage(member)) {
            policies.damaged(member.name());
          } else {
            policies.lost(member.name());
          }
        });
    policies.keep(now);
    notes.keep(name -> now.has(name, Role.INACTIVE));
  }

  void look() {
    if (peers.acting()) {
      set.settled()
          .ifPresent(agreed -> agreed.set().members().stream()
              .filter(member -> member.role() == Role.INACTIVE && !member.held())
              .filter(member -> !synchronisations.isRunning(member.name()))
              .filter(member -> probing.add(member.name()))
              .forEach(member -> probe(agreed, member)));
    }
  }

  private void probe(Agreed agreed, Member member) {
    thread.after(
        environment.link().probe(member.database(), agreed.cluster()),
        (probe, failure) -> probed(
            member.name(),
            failure == null ? probe : new Probe(Finding.REFUSED, Failures.message(failure))));
  }

  private void probed(String name, Probe probe) {
    probing.remove(name);
    if (!peers.acting()
        || set.known().filter(agreed -> agreed.set().has(name, Role.INACTIVE)).isEmpty()) {
      return;
    }
    if (!ReturnPolicy.canBeFilled(probe)) {
      policies.silent(name);
      notes.put(name, probe.detail());
      return;
    }
    notes.remove(name);
    if (policies.answered(name) && !synchronisations.isRunning()) {
      set.settled().ifPresent(agreed -> synchronisations.begin(agreed, name));
    }
  }
}
