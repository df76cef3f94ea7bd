package mainstay.node.databases;

import java.time.Duration;
import java.util.Optional;
import java.util.TreeMap;
import mainstay.node.databases.core.Agreed;
import mainstay.node.databases.core.DropPolicy;
import mainstay.node.databases.core.Swap;
import mainstay.persistence.resync.Scrub;
import mainstay.protocol.model.Failures;
import org.slf4j.Logger;

/** Compares the active databases now and then, and leaves out those that are damaged. */
final class ContentCheck {
  private static final Duration LOOK = Duration.ofSeconds(2);

  private final DatabaseCoordinatorActor.Environment environment;
  private final Logger log;
  private final OwnThread thread;
  private final Peers peers;
  private final ChosenSet set;
  private final Synchronisations synchronisations;
  private final Notes notes;
  private boolean running;

  ContentCheck(
      DatabaseCoordinatorActor.Environment environment,
      OwnThread thread,
      Peers peers,
      ChosenSet set,
      Synchronisations synchronisations,
      Notes notes) {
    this.environment = environment;
    this.log = environment.log();
    this.thread = thread;
    this.peers = peers;
    this.set = set;
    this.synchronisations = synchronisations;
    this.notes = notes;
  }

  /** Does nothing while one runs, and while the set changes or is about to. */
  void begin() {
    if (!peers.acting()
        || running
        || synchronisations.isRunning()
        || set.settled().isEmpty()) {
      return;
    }
    running = true;
    var agreed = set.settled().get();
    thread.after(environment.link().scrub(agreed), (findings, failure) -> {
      running = false;
      if (failure == null) {
        found(agreed, findings);
      } else {
        log.warn("databases were not checked: {}", Failures.message(failure));
      }
    });
  }

  private void found(Agreed agreed, Scrub.Findings findings) {
    findings.notes().forEach(note -> log.info("databases check: {}", note));
    notes.checked(findings.journalHash(), environment.clock().instant());
    var damaged = new TreeMap<String, String>();
    findings
        .damaged()
        .forEach(found -> damaged.put(found.database(), DropPolicy.DAMAGED + found.why()));
    if (damaged.isEmpty() || !peers.acting()) {
      return;
    }
    if (damaged.keySet().containsAll(set.known().orElseThrow().set().active())) {
      noneIsLeft(agreed, String.join("; ", damaged.values()));
    } else {
      set.drop(agreed.epoch(), damaged);
    }
  }

  private void noneIsLeft(Agreed agreed, String damage) {
    running = true; // one of two that is renamed already would make the other one look damaged
    thread.after(Swaps.lookAtActive(environment.link(), agreed, LOOK), (contents, failure) -> {
      running = false;
      var swap = failure == null ? Swap.of(agreed, contents) : Optional.<Swap>empty();
      if (swap.isPresent()) {
        putRight(agreed, swap.get());
      } else {
        log.error("databases are damaged, and none is left to repair them from: {}", damage);
      }
    });
  }

  private void putRight(Agreed agreed, Swap swap) {
    running = true;
    thread.after(Swaps.putRight(environment.link(), agreed, swap), (done, failure) -> {
      running = false;
      if (failure == null) {
        set.noteRenaming(agreed.epoch(), swap.why());
      } else {
        log.error("databases could not be renamed: {}", Failures.message(failure));
      }
    });
  }
}
