package mainstay.node.databases;

import java.util.TreeMap;
import mainstay.node.databases.core.DropPolicy;
import mainstay.persistence.resync.Scrub;
import org.slf4j.Logger;

/** Compares the active databases now and then, and leaves out those that are damaged. */
final class ContentCheck {

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
        found(agreed.epoch(), findings);
      } else {
        log.warn("databases were not checked: {}", Failures.message(failure));
      }
    });
  }

  private void found(long epoch, Scrub.Findings findings) {
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
      log.error(
          "databases are damaged, and none is left to repair them from: {}",
          String.join("; ", damaged.values()));
    } else {
      set.drop(epoch, damaged);
    }
  }
}
