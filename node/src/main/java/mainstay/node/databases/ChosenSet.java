package mainstay.node.databases;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import mainstay.node.databases.core.Agreed;
import mainstay.node.databases.core.Execution;
import mainstay.node.databases.core.SetChanges;
import mainstay.node.databases.core.Synchronising;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.Failures;
import mainstay.protocol.model.ServerId;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * The newest set that is known to be chosen, on its way into the databases and to all servers.
 *
 * <p>chosen -> stored in every written database -> adopted and announced. An epoch that is not stored everywhere is not
 * announced, and a database that refuses to store it is the next suspect.
 */
final class ChosenSet {
  private static final Duration RETRY_STORE = Duration.ofMillis(100);

  /** Whoever has to know what happens to the set. */
  interface Watcher {
    /** Before it is carried out. */
    void learned(Optional<Agreed> before, Agreed now);

    /** What this coordinator synchronises. */
    Optional<Synchronising> synchronising();

    /** A database does not store an epoch. */
    void refused(String database, long epoch, String why);
  }

  private final DatabaseCoordinatorActor.Environment environment;
  private final Logger log;
  private final OwnThread thread;
  private final Peers peers;
  private final Register register;
  private final Watcher watcher;
  private final Set<String> unstored = new TreeSet<>();
  private final Set<String> dropping = new HashSet<>();
  private Optional<Agreed> known = Optional.empty();
  private long announced;
  private boolean reading;

  ChosenSet(
      DatabaseCoordinatorActor.Environment environment,
      OwnThread thread,
      Peers peers,
      Register register,
      Watcher watcher) {
    this.environment = environment;
    this.log = environment.log();
    this.thread = thread;
    this.peers = peers;
    this.register = register;
    this.watcher = watcher;
  }

  Optional<Agreed> known() {
    return known;
  }

  /** The known one if it is stored everywhere. */
  Optional<Agreed> settled() {
    return known.filter(agreed -> agreed.epoch() == announced);
  }

  /** 0 for none. */
  long epoch() {
    return known.map(Agreed::epoch).orElse(0L);
  }

  /** 0 for none. */
  long adoptedEpoch() {
    return environment.link().adopted().map(ActiveSet::epoch).orElse(0L);
  }

  /** Whether a set without it was asked for. */
  boolean isDropping(String name) {
    return dropping.contains(name);
  }

  /**
   * What is chosen may not be stored everywhere: its coordinator is gone. Nobody waits for that where all work with it
   * already, and services are just being taken over: then it is done with the next {@link #goOn}.
   */
  void beginActing() {
    announced = 0;
    unstored.clear();
    if (known.isEmpty() || adoptedEpoch() < epoch()) {
      read();
    }
  }

  /** The acting one does not leave a set half way. */
  void goOn() {
    if (peers.acting() && (known.isEmpty() || isToBeCarriedOut(known.get()))) {
      read();
    }
  }

  void read() {
    if (!reading) {
      reading = true;
      register.ask(current -> Optional.empty(), result -> {
        reading = false;
        if (result instanceof RoundActor.Chosen) {
          known.filter(this::isToBeCarriedOut).ifPresent(this::carryOut);
        }
      });
    }
  }

  /** Of servers that start one after the other the first ones find no majority, and nothing is wrong. */
  void onRound(RoundActor.Result result) {
    if (result instanceof RoundActor.Chosen chosen) {
      chosen.value().ifPresent(this::learn);
    } else if (result instanceof RoundActor.Failed failed) {
      log.atLevel(known.isPresent() ? Level.WARN : Level.INFO)
          .log("databases server={} {}", environment.self(), failed.why());
    }
  }

  void onAnnounced(Agreed agreed) {
    learn(agreed);
    adopt(agreed);
  }

  /** Whoever is behind learns what is stored everywhere. */
  void tellNewer(ServerId server, long epoch) {
    if (epoch < announced) {
      settled()
          .ifPresent(agreed -> peers
              .coordinator(server)
              .ifPresent(other -> other.tell(new Coordination.Announced(agreed))));
    }
  }

  /** Asks for a set without these. */
  void drop(long epoch, Map<String, String> whys) {
    dropping.addAll(whys.keySet());
    register.askFirst(changes().drop(epoch, whys), result -> {
      dropping.removeAll(whys.keySet());
      // Nobody reports a joining one whose coordinator has gone, so this one has to try again.
      known
          .filter(agreed -> result instanceof RoundActor.Failed && isToBeCarriedOut(agreed))
          .ifPresent(this::carryOut);
    });
  }

  /** The same databases count as before, with an epoch that says what was done. */
  void noteRenaming(long epoch, String why) {
    register.ask(changes().note(epoch, why), result -> {});
  }

  SetChanges changes() {
    return changes(environment.self().value());
  }

  SetChanges changes(String by) {
    return new SetChanges(by, environment.clock().instant().truncatedTo(ChronoUnit.MICROS));
  }

  private boolean isToBeCarriedOut(Agreed agreed) {
    return peers.acting() && agreed.epoch() > announced && unstored.isEmpty();
  }

  private void learn(Agreed agreed) {
    if (known.filter(older -> older.epoch() >= agreed.epoch()).isPresent()) {
      return;
    }
    var before = known;
    known = Optional.of(agreed);
    unstored.clear();
    dropping.clear();
    watcher.learned(before, agreed);
    if (peers.acting()) {
      carryOut(agreed);
    }
  }

  private void carryOut(Agreed agreed) {
    var step = Execution.of(agreed.set(), watcher.synchronising());
    if (step instanceof Execution.LeaveOut out) {
      drop(agreed.epoch(), Map.of(out.database(), out.why()));
    } else if (step instanceof Execution.Store store) {
      unstored.addAll(store.databases());
      List.copyOf(unstored).forEach(name -> store(name, agreed));
    }
  }

  private void store(String name, Agreed agreed) {
    var database = agreed.set().member(name).orElseThrow().database();
    thread.after(
        environment.link().store(database, agreed),
        (done, failure) -> stored(name, agreed, failure));
  }

  private void stored(String name, Agreed agreed, Throwable failure) {
    if (epoch() != agreed.epoch()) {
      return;
    }
    if (failure != null) {
      watcher.refused(name, agreed.epoch(), Failures.message(failure));
      thread.later("store-" + name, RETRY_STORE, () -> storeAgain(name, agreed));
    } else if (unstored.remove(name) && unstored.isEmpty()) {
      announce(agreed);
    }
  }

  private void storeAgain(String name, Agreed agreed) {
    if (peers.acting() && epoch() == agreed.epoch() && unstored.contains(name)) {
      store(name, agreed);
    }
  }

  /** It is stored everywhere. */
  void announce(Agreed agreed) {
    announced = agreed.epoch();
    adopt(agreed);
    peers.tellOthers(new Coordination.Announced(agreed));
  }

  private void adopt(Agreed agreed) {
    var before = environment.link().adopted();
    if (before.filter(older -> older.epoch() >= agreed.epoch()).isPresent()) {
      return;
    }
    environment.link().adopt(agreed);
    var set = agreed.set();
    boolean fewer =
        before.filter(older -> !set.active().containsAll(older.active())).isPresent();
    log.atLevel(fewer ? Level.WARN : Level.INFO)
        .log("databases epoch={} {} why=\"{}\"", set.epoch(), set.text(), set.why());
  }
}
