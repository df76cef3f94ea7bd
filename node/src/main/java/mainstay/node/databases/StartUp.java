package mainstay.node.databases;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import mainstay.node.databases.core.Agreed;
import mainstay.node.databases.core.Configured;
import mainstay.node.databases.core.DatabaseList;
import mainstay.node.databases.core.FirstSet;
import mainstay.node.databases.core.Swap;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.DatabaseAddress;
import mainstay.protocol.model.Failures;
import mainstay.protocol.model.ServerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server does before anything else touches the databases: it learns from a majority of the voters which of them
 * count, and adopts that set when one that is active answers and stands in its epoch. While none does it waits, says so,
 * and asks again. If the voters know none, the databases are asked what they hold ({@link FirstSet}), and all of them
 * must answer in time. A database that does not count is never used, whatever else is missing.
 *
 * <p>Without the databases of the installation a server cannot start, so what prevents their use is its end. Of databases
 * for samples it is said, and tried again.
 */
final class StartUp extends AbstractBehavior<StartUp.Message> {
  private static final long SAY_NANOS = Duration.ofSeconds(5).toNanos();
  private static final long WARN_NANOS = Duration.ofSeconds(30).toNanos();
  private static final Duration ASK_AGAIN = Duration.ofSeconds(2);
  private static final Duration ASK_WHETHER_STORED = Duration.ofMillis(100);
  private static final Duration BEGIN_AGAIN = Duration.ofSeconds(5);

  /** Shorter than the time until it is asked again, so that the next look begins then. */
  private static final Duration LOOK = Duration.ofMillis(1500);

  interface Message {}

  private record Waiting(Set<ServerId> missing) implements Message {}

  private record Read(RoundActor.Result result) implements Message {}

  private record AskAgain() implements Message {}

  private record BeginAgain() implements Message {}

  /** An active one of a set that is known. */
  private record Looked(DatabaseAddress database, FirstSet.Content content, Throwable failure)
      implements Message {}

  /** A configured one while no set is known. */
  private record LookedFirst(String database, FirstSet.Content content, Throwable failure)
      implements Message {}

  private record Stored(Agreed agreed, Throwable failure) implements Message {}

  /**
   * @param patience how long the databases may take to accept a login while no set is known
   * @param ready completed with the adopted set, or with a failure whose message is a sentence
   */
  record Environment(
      DatabaseList list,
      ServerId self,
      Map<ServerId, ActorRef<Voting.Command>> voters,
      Ballots ballots,
      DatabaseLink link,
      ActorRef<DatabaseAdmin.Message> coordinator,
      CoordinationSettings settings,
      Duration patience,
      Clock clock,
      CompletableFuture<ActiveSet> ready) {}

  /** The server cannot start; the message says what is missing and what to do. */
  static final class StartUpException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StartUpException(String message) {
      super(message);
    }
  }

  private final Environment environment;
  private final Logger log;
  private final TimerScheduler<Message> timers;
  private final Map<String, FirstSet.Content> contents = new HashMap<>();
  private final Map<String, String> failures = new TreeMap<>();
  private final Set<DatabaseAddress> looking = new HashSet<>();
  private long beganNanos = System.nanoTime();
  private Optional<Agreed> known = Optional.empty();
  private long saidNanos = System.nanoTime();
  private long warnedNanos = System.nanoTime() - WARN_NANOS;
  private boolean reading;
  private String said = "";

  private StartUp(
      ActorContext<Message> context, TimerScheduler<Message> timers, Environment environment) {
    super(context);
    this.environment = environment;
    this.log = LoggerFactory.getLogger(environment.list().logger());
    this.timers = timers;
    read();
  }

  static Behavior<Message> create(Environment environment) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new StartUp(context, timers, environment)));
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder()
        .onMessage(Waiting.class, this::onWaiting)
        .onMessage(Read.class, this::onRead)
        .onMessage(AskAgain.class, again -> {
          read();
          return this;
        })
        .onMessage(BeginAgain.class, this::onBeginAgain)
        .onMessage(Looked.class, this::onLooked)
        .onMessage(LookedFirst.class, this::onLookedFirst)
        .onMessage(Stored.class, this::onStored)
        .onSignal(PostStop.class, stopped -> end("the server ended before it could use a database"))
        .build();
  }

  private void read() {
    if (!reading) {
      reading = true;
      var self = getContext().getSelf();
      round(current -> Optional.empty(), result -> self.tell(new Read(result)));
    }
  }

  /** @param then called by another actor */
  private void round(UnaryOperator<Optional<Agreed>> change, Consumer<RoundActor.Result> then) {
    var self = getContext().getSelf();
    getContext()
        .spawnAnonymous(RoundActor.create(new RoundActor.Round(
            environment.voters(),
            environment.ballots(),
            change,
            environment.settings().resend(),
            Optional.empty(),
            missing -> self.tell(new Waiting(missing)),
            then)));
  }

  private Behavior<Message> onWaiting(Waiting waiting) {
    if (sayAgain()) {
      var answering = new TreeSet<>(environment.voters().keySet());
      answering.removeAll(waiting.missing());
      log.info(
          "server={} waits for a majority of the voters to say which databases count: {} answered, {} did not",
          environment.self(),
          answering.isEmpty() ? "none" : RoundActor.names(answering),
          RoundActor.names(waiting.missing()));
    }
    return this;
  }

  private Behavior<Message> onRead(Read read) {
    reading = false;
    var value = ((RoundActor.Chosen) read.result()).value(); // without a limit it does not fail
    if (value.isEmpty()) {
      lookAtAll();
      return this;
    }
    var agreed = value.get();
    var mismatch =
        Configured.mismatch(environment.list(), environment.link().configured(), agreed.set());
    if (mismatch.isPresent()) {
      return fail(mismatch.get());
    }
    if (known.filter(before -> before.epoch() == agreed.epoch()).isEmpty()) {
      failures.clear();
    }
    known = value;
    lookAtActive(agreed.set());
    timers.startSingleTimer(new AskAgain(), ASK_AGAIN);
    return this;
  }

  // ---- a set is known

  private void lookAtActive(ActiveSet set) {
    set.active().stream()
        .map(name -> set.member(name).orElseThrow().database())
        .filter(looking::add)
        .forEach(database -> getContext()
            .pipeToSelf(
                environment.link().look(database, LOOK),
                (content, failure) -> new Looked(database, content, failure)));
  }

  /** One that counts is enough to begin; without the others the servers agree to go on, or wait for them. */
  private Behavior<Message> onLooked(Looked looked) {
    var database = looked.database();
    looking.remove(database);
    var agreed = known.orElseThrow();
    boolean counts = agreed
        .set()
        .member(database.name())
        .filter(member -> member.role() == ActiveSet.Role.ACTIVE)
        .filter(member -> member.database().equals(database))
        .isPresent();
    if (!counts) {
      return this; // the register has moved on
    }
    if (looked.failure() != null) {
      return unusable(database, Failures.message(looked.failure()));
    }
    var content = looked.content();
    var wrong = content
        .identity()
        .flatMap(identity -> FirstSet.contradiction(database, identity, agreed.cluster()));
    if (wrong.isPresent()) {
      lookWhetherSwapped(agreed);
      return unusable(database, wrong.get());
    }
    if (content.epoch() > agreed.epoch()) {
      read(); // it has gone on meanwhile
      return this;
    }
    if (content.epoch() < agreed.epoch()) {
      return awaitStored(database, content.epoch(), agreed);
    }
    return succeed(agreed);
  }

  /** Whatever comes of it shows when they are looked at again. */
  private void lookWhetherSwapped(Agreed agreed) {
    var link = environment.link();
    Swaps.lookAtActive(link, agreed, LOOK)
        .thenApply(contents -> Swap.of(agreed, contents))
        .thenAccept(found -> found.ifPresent(swap -> {
          log.warn("server={} {}", environment.self(), swap.why());
          Swaps.putRight(link, agreed, swap).exceptionally(failure -> {
            log.warn("server={} not renamed: {}", environment.self(), Failures.message(failure));
            return null;
          });
        }));
  }

  /** Whoever acts is storing the set, or will. Until then the database refuses what claims its epoch. */
  private Behavior<Message> awaitStored(DatabaseAddress database, long epoch, Agreed agreed) {
    if (sayAgain()) {
      log.info(
          "server={} waits until epoch {} ({}) is stored in {}, which is in epoch {}",
          environment.self(),
          agreed.epoch(),
          agreed.set().text(),
          database.name(),
          epoch);
    }
    timers.startSingleTimer(new AskAgain(), ASK_WHETHER_STORED);
    return this;
  }

  private boolean sayAgain() {
    boolean again = System.nanoTime() - saidNanos >= SAY_NANOS;
    if (again) {
      saidNanos = System.nanoTime();
    }
    return again;
  }

  private Behavior<Message> unusable(DatabaseAddress database, String why) {
    failures.put(database.name(), why);
    var agreed = known.orElseThrow();
    var active = agreed.set().active();
    if (failures.keySet().containsAll(active) && System.nanoTime() - warnedNanos >= WARN_NANOS) {
      warnedNanos = System.nanoTime();
      log.warn(
          "server={} waits: none of the databases that count in epoch {} ({}) can be used: {}; start one of {}, the"
              + " others lack what was written since they were left out; 'databases activate' with --force gives that up",
          environment.self(),
          agreed.epoch(),
          agreed.set().text(),
          String.join("; ", failures.values()),
          active);
    }
    return this;
  }

  // ---- no set is known

  private void lookAtAll() {
    contents.clear();
    failures.clear();
    var left = environment.patience().minusNanos(System.nanoTime() - beganNanos);
    environment
        .link()
        .configured()
        .forEach(database -> getContext()
            .pipeToSelf(
                environment.link().look(database, left.isNegative() ? Duration.ZERO : left),
                (content, failure) -> new LookedFirst(database.name(), content, failure)));
  }

  private Behavior<Message> onLookedFirst(LookedFirst looked) {
    if (looked.failure() == null) {
      contents.put(looked.database(), looked.content());
    } else {
      failures.put(looked.database(), Failures.message(looked.failure()));
    }
    int asked = environment.link().configured().size();
    return contents.size() + failures.size() < asked ? this : begin();
  }

  private Behavior<Message> begin() {
    if (!failures.isEmpty()) {
      return fail("the voters do not know yet which databases count, so all of "
          + environment.list().key() + " must answer once: "
          + String.join("; ", failures.values()));
    }
    var by = environment.self().value();
    var decision = FirstSet.decide(
        environment.list(),
        environment.link().configured(),
        contents,
        UUID.randomUUID().toString(),
        by,
        environment.clock().instant().truncatedTo(ChronoUnit.MICROS));
    if (decision instanceof FirstSet.Refuse refuse) {
      return fail(refuse.why());
    }
    var first = ((FirstSet.Begin) decision).agreed();
    var self = getContext().getSelf();
    round(current -> current.isPresent() ? Optional.empty() : Optional.of(first), result -> {
      if (((RoundActor.Chosen) result).value().equals(Optional.of(first))) {
        store(first);
      } else {
        self.tell(new Read(result)); // another server was first
      }
    });
    return this;
  }

  /** Called by another actor: uses nothing but thread-safe parts. */
  private void store(Agreed first) {
    var self = getContext().getSelf();
    var stores = first.set().written().stream()
        .map(name -> environment
            .link()
            .store(first.set().member(name).orElseThrow().database(), first)
            .toCompletableFuture())
        .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(stores)
        .whenComplete((done, failure) -> self.tell(new Stored(first, failure)));
  }

  private Behavior<Message> onStored(Stored stored) {
    if (stored.failure() != null) {
      return fail("the first set of databases, " + stored.agreed().set().text()
          + ", could not be stored in them: " + Failures.message(stored.failure())
          + "; start the server again");
    }
    return succeed(stored.agreed());
  }

  private Behavior<Message> succeed(Agreed agreed) {
    environment.coordinator().tell(new Coordination.Announced(agreed));
    environment.link().adopt(agreed);
    environment.ready().complete(environment.link().adopted().orElseThrow());
    return Behaviors.stopped();
  }

  private Behavior<Message> fail(String why) {
    if (environment.list().isInstallation()) {
      return end(why);
    }
    if (!why.equals(said)) {
      said = why;
      log.warn(
          "server={} does not use {} yet, and tries again: {}",
          environment.self(),
          environment.list().key(),
          why);
    }
    timers.cancel(new AskAgain());
    timers.startSingleTimer(new BeginAgain(), BEGIN_AGAIN);
    return this;
  }

  private Behavior<Message> onBeginAgain(BeginAgain again) {
    beganNanos = System.nanoTime();
    read();
    return this;
  }

  private Behavior<Message> end(String why) {
    environment.ready().completeExceptionally(new StartUpException(why));
    return Behaviors.stopped();
  }
}
