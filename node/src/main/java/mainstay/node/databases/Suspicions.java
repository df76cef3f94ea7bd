package mainstay.node.databases;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import mainstay.node.databases.core.DropPolicy;
import mainstay.node.databases.core.SuspicionPolicy;
import mainstay.protocol.model.ServerId;
import org.slf4j.Logger;

/** Databases that somebody could not work with: all servers are asked, then some are left out or all stay. */
final class Suspicions {
  private static final Duration PAUSE_AFTER_KEEP = Duration.ofMillis(200);

  private final DatabaseCoordinatorActor.Environment environment;
  private final Logger log;
  private final ChosenSet set;
  private final Peers peers;
  private final Inquiries inquiries;
  private final Notes notes;
  private final Set<String> suspects = new TreeSet<>();
  private Optional<Inquiry> open = Optional.empty();
  private long quietUntilNanos = System.nanoTime();

  Suspicions(
      DatabaseCoordinatorActor.Environment environment,
      ChosenSet set,
      Peers peers,
      Inquiries inquiries,
      Notes notes) {
    this.environment = environment;
    this.log = environment.log();
    this.set = set;
    this.peers = peers;
    this.inquiries = inquiries;
    this.notes = notes;
  }

  /** @param epoch in which it was tried */
  void suspect(ServerId from, String name, long epoch, String why) {
    boolean quiet = System.nanoTime() - quietUntilNanos < 0;
    switch (SuspicionPolicy.of(
        set.known(), name, epoch, set.isDropping(name), open.isPresent(), quiet)) {
      case NOTHING -> {}
      case READ_THE_SET -> set.read();
      case JOIN_THE_INQUIRY -> {
        if (suspects.add(name)) {
          decide(open.orElseThrow());
        }
      }
      case ASK_THE_SERVERS -> {
        log.debug("databases {} is suspected by {}: {}", name, from, why);
        suspects.clear();
        suspects.add(name);
        var agreed = set.known().orElseThrow();
        open =
            Optional.of(inquiries.ask(agreed, agreed.set().written(), Set.of(name), this::decide));
      }
    }
  }

  /** Another server acts now. */
  void forget() {
    open = Optional.empty();
  }

  private void decide(Inquiry inquiry) {
    if (open.filter(current -> current == inquiry).isEmpty()) {
      inquiries.close(inquiry);
      return;
    }
    var agreed = set.known().orElseThrow();
    var decision = DropPolicy.decide(
        agreed.set(),
        suspects,
        environment.self(),
        peers.asked(),
        inquiry.probes(),
        inquiry.waited(),
        inquiry.limit());
    if (decision instanceof DropPolicy.Wait) {
      return;
    }
    inquiries.close(inquiry);
    open = Optional.empty();
    if (decision instanceof DropPolicy.Drop drop) {
      set.drop(agreed.epoch(), drop.databases());
    } else {
      quietUntilNanos = System.nanoTime() + PAUSE_AFTER_KEEP.toNanos();
      log.debug("databases epoch={} stays why=\"{}\"", agreed.epoch(), decision.why());
    }
    for (var name : suspects) {
      var found = inquiry.probes().getOrDefault(name, Map.of()).values();
      if (found.stream().allMatch(DropPolicy.Probe::reachable)) {
        notes.remove(name);
      } else {
        notes.put(name, decision.why());
      }
    }
  }
}
