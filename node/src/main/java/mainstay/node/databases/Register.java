package mainstay.node.databases;

import akka.actor.typed.javadsl.ActorContext;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import mainstay.node.databases.core.Agreed;

/** What the voters agree to, as this coordinator reads and changes it: one round at a time. */
final class Register {
  private final ActorContext<?> context;
  private final DatabaseCoordinatorActor.Environment environment;
  private final OwnThread thread;
  private final Consumer<RoundActor.Result> heard;
  private final Deque<Change> changes = new ArrayDeque<>();
  private boolean roundRuns;

  private record Change(UnaryOperator<Optional<Agreed>> change, Consumer<RoundActor.Result> then) {}

  /** @param heard told how each round ended, before the one who asked for it */
  Register(
      ActorContext<?> context,
      DatabaseCoordinatorActor.Environment environment,
      OwnThread thread,
      Consumer<RoundActor.Result> heard) {
    this.context = context;
    this.environment = environment;
    this.thread = thread;
    this.heard = heard;
  }

  void ask(UnaryOperator<Optional<Agreed>> change, Consumer<RoundActor.Result> then) {
    changes.addLast(new Change(change, then));
    next();
  }

  /** Before those that wait: writers do, too. */
  void askFirst(UnaryOperator<Optional<Agreed>> change, Consumer<RoundActor.Result> then) {
    changes.addFirst(new Change(change, then));
    next();
  }

  boolean busy() {
    return roundRuns || !changes.isEmpty();
  }

  private void next() {
    if (roundRuns || changes.isEmpty()) {
      return;
    }
    roundRuns = true;
    var change = changes.removeFirst();
    context.spawnAnonymous(RoundActor.create(new RoundActor.Round(
        environment.voterRefs(),
        environment.ballots(),
        change.change(),
        environment.settings().resend(),
        Optional.of(environment.settings().roundTimeout()),
        missing -> {},
        result -> thread.run(() -> ended(change, result)))));
  }

  private void ended(Change change, RoundActor.Result result) {
    roundRuns = false;
    heard.accept(result);
    change.then().accept(result);
    next();
  }
}
