package mainstay.node.databases;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mainstay.node.databases.core.Agreed;
import mainstay.node.databases.core.Synchronising;
import mainstay.node.databases.core.Synchronising.Phase;
import mainstay.persistence.resync.Synchroniser;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ActiveSet.Role;
import mainstay.protocol.model.Failures;
import org.slf4j.Logger;

/**
 * Brings a database back ({@link Synchronising}), one at a time. It may end at every step: what is there already costs
 * little when it is copied again.
 */
final class Synchronisations {
  private static final Duration RETRY_JOIN = Duration.ofMillis(100);

  /** Compared by identity. */
  private static final class Run {
    private Synchronising state;
    private Optional<Synchroniser> synchroniser = Optional.empty();

    private Run(Synchronising state) {
      this.state = state;
    }

    private String name() {
      return state.name();
    }

    private void enter(Phase phase) {
      state = new Synchronising(name(), phase);
    }
  }

  private final DatabaseCoordinatorActor.Environment environment;
  private final Logger log;
  private final OwnThread thread;
  private final Peers peers;
  private final Register register;
  private final ChosenSet set;
  private final ReturnPolicies policies;
  private final Notes notes;
  private Optional<Run> current = Optional.empty();

  Synchronisations(
      DatabaseCoordinatorActor.Environment environment,
      OwnThread thread,
      Peers peers,
      Register register,
      ChosenSet set,
      ReturnPolicies policies,
      Notes notes) {
    this.environment = environment;
    this.log = environment.log();
    this.thread = thread;
    this.peers = peers;
    this.register = register;
    this.set = set;
    this.policies = policies;
    this.notes = notes;
  }

  Optional<Synchronising> state() {
    return current.map(run -> run.state);
  }

  boolean isRunning() {
    return current.isPresent();
  }

  boolean isRunning(String name) {
    return current.filter(run -> run.name().equals(name)).isPresent();
  }

  Optional<DatabaseAdmin.Progress> progress(String name) {
    return current
        .filter(run -> run.name().equals(name))
        .flatMap(run -> run.synchroniser)
        .flatMap(Synchroniser::progress);
  }

  void learned(ActiveSet now) {
    current.filter(run -> !run.state.goesOnIn(now)).ifPresent(run -> end(now.why()));
  }

  void begin(Agreed agreed, String name) {
    var run = new Run(new Synchronising(name, Phase.COPYING));
    current = Optional.of(run);
    log.info("databases {} answers again and is synchronised", name);
    var database = agreed.set().member(name).orElseThrow().database();
    environment.link().expect(database);
    peers.tellOthers(new Coordination.Returning(database));
    thread.after(
        environment.link().begin(agreed, database),
        (synchroniser, failure) -> begun(run, synchroniser, failure));
  }

  private void begun(Run run, Synchroniser synchroniser, Throwable failure) {
    if (goesOn(run, failure)) {
      run.synchroniser = Optional.of(synchroniser);
      thread.after(synchroniser.copy(), (done, copyFailure) -> copied(run, copyFailure));
    } else if (synchroniser != null) {
      synchroniser.cancel();
    }
  }

  private void copied(Run run, Throwable failure) {
    if (!goesOn(run, failure)) {
      return;
    }
    var settled = set.settled();
    if (settled.isEmpty() || register.busy()) {
      // The set is changing; what has been copied is not lost.
      thread.later("join", RETRY_JOIN, () -> copied(run, failure));
      return;
    }
    run.enter(Phase.JOINING);
    var agreed = settled.get();
    thread.after(
        environment
            .link()
            .join(
                agreed,
                agreed.set().member(run.name()).orElseThrow().database(),
                run.synchroniser.orElseThrow(),
                () -> askJoining(run, agreed.epoch())),
        (joining, joinFailure) -> joined(run, joining, joinFailure));
  }

  /** The barrier is up and every writer waits. Called on any thread. */
  private CompletionStage<Agreed> askJoining(Run run, long epoch) {
    var answer = new CompletableFuture<Agreed>();
    thread.run(() -> {
      if (!isCurrent(run)) {
        answer.completeExceptionally(new IllegalStateException("it was ended"));
        return;
      }
      register.askFirst(
          set.changes().role(epoch, run.name(), Role.INACTIVE, Role.JOINING, "it has been copied"),
          result -> answer(run, epoch, result, answer));
    });
    return answer;
  }

  private static void answer(
      Run run, long epoch, RoundActor.Result result, CompletableFuture<Agreed> answer) {
    var joining = result instanceof RoundActor.Chosen chosen
        ? chosen
            .value()
            .filter(value -> value.epoch() == epoch + 1)
            .filter(value -> value.set().has(run.name(), Role.JOINING))
        : Optional.<Agreed>empty();
    joining.ifPresentOrElse(
        answer::complete,
        () -> answer.completeExceptionally(
            new IllegalStateException(why(result, "the set has changed meanwhile"))));
  }

  private void joined(Run run, Agreed joining, Throwable failure) {
    if (!goesOn(run, failure)) {
      return;
    }
    run.enter(Phase.COMPLETING);
    if (set.epoch() != joining.epoch()) {
      end("the set has changed meanwhile");
      return;
    }
    set.announce(joining);
    thread.after(
        environment.link().complete(run.synchroniser.orElseThrow()),
        (done, completeFailure) -> completed(run, completeFailure));
  }

  private void completed(Run run, Throwable failure) {
    if (goesOn(run, failure)) {
      var change = set.changes()
          .role(
              set.epoch(), run.name(), Role.JOINING, Role.ACTIVE, run.name() + " is synchronised");
      register.ask(change, result -> activated(run, result));
    }
  }

  private void activated(Run run, RoundActor.Result result) {
    if (set.known().filter(agreed -> agreed.set().has(run.name(), Role.JOINING)).isPresent()) {
      end(why(result, "the set has changed"));
    } else if (isCurrent(run)) {
      current = Optional.empty();
    }
  }

  private static String why(RoundActor.Result result, String otherwise) {
    return result instanceof RoundActor.Failed failed ? failed.why() : otherwise;
  }

  private boolean isCurrent(Run run) {
    return current.filter(other -> other == run).isPresent();
  }

  private boolean goesOn(Run run, Throwable failure) {
    if (!isCurrent(run)) {
      return false;
    }
    if (failure != null) {
      end(Failures.message(failure));
      return false;
    }
    return true;
  }

  void end(String name, String why) {
    if (isRunning(name)) {
      end(why);
    }
  }

  /** It may be tried again later. */
  void end(String why) {
    if (current.isEmpty()) {
      return;
    }
    var run = current.get();
    current = Optional.empty();
    run.synchroniser.ifPresent(Synchroniser::cancel);
    log.warn("databases synchronisation of {} ended why=\"{}\"", run.name(), why);
    var note = "its synchronisation ended: " + why;
    notes.put(run.name(), note);
    set.known().ifPresent(agreed -> {
      if (peers.acting() && agreed.set().has(run.name(), Role.JOINING)) {
        set.drop(agreed.epoch(), Map.of(run.name(), note));
      } else {
        policies.lost(run.name());
      }
    });
  }
}
