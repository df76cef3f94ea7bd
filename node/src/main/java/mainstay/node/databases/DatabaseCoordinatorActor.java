package mainstay.node.databases;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.ClusterEvent;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Subscribe;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import mainstay.node.databases.core.Acting;
import mainstay.node.databases.core.Agreed;
import mainstay.node.databases.core.DatabaseList;
import mainstay.node.databases.core.Synchronising;
import mainstay.persistence.databases.Suspicion;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.model.ServerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The coordinator of this server. Each hears suspicions, probes when it is asked, and adopts what is announced; the
 * acting one ({@link Acting}) decides what is asked of the register and carries out what was chosen there.
 *
 * <p>It passes what it receives to its parts, which share its thread: {@link Peers} who acts, {@link Register} what the
 * voters agree to, {@link ChosenSet} the way of a chosen set to all servers, {@link Suspicions} what is left out, {@link
 * Returns} and {@link Synchronisations} what comes back, {@link ContentCheck} what is damaged, {@link Administration}
 * what operators want.
 */
final class DatabaseCoordinatorActor extends AbstractBehavior<DatabaseAdmin.Message> {
  private static final Duration LISTING_LIMIT = Duration.ofSeconds(1);

  /**
   * What the coordinator works with.
   *
   * @param voterRefs of all that are configured
   * @param coordinators of all servers, which are the voters without the witness
   */
  record Environment(
      DatabaseList list,
      ServerId self,
      Map<ServerId, ActorRef<Voting.Command>> voterRefs,
      Map<ServerId, ActorRef<DatabaseAdmin.Message>> coordinators,
      Ballots ballots,
      DatabaseLink link,
      CoordinationSettings settings,
      Clock clock) {

    /** Those that are configured and can be asked about databases. */
    Set<ServerId> servers() {
      return coordinators.keySet();
    }

    Logger log() {
      return LoggerFactory.getLogger(list.logger());
    }
  }

  /** Something of this server's own to do. */
  private record Turn(Runnable work) implements DatabaseAdmin.Message {}

  private final Environment environment;
  private final ActorThread thread;
  private final Peers peers;
  private final ChosenSet set;
  private final Inquiries inquiries;
  private final Suspicions suspicions;
  private final Synchronisations synchronisations;
  private final Returns returns;
  private final DatabaseTable table;
  private final Administration administration;

  private DatabaseCoordinatorActor(
      ActorContext<DatabaseAdmin.Message> context,
      TimerScheduler<DatabaseAdmin.Message> timers,
      Environment environment) {
    super(context);
    this.environment = environment;
    var cluster = Cluster.get(context.getSystem());
    thread = new ActorThread(context, timers);
    var settings = environment.settings();
    var notes = new Notes();
    var policies = new ReturnPolicies(settings.holdOff());
    peers = new Peers(environment, cluster, this::onActing);
    var register = new Register(context, environment, thread, this::onRound);
    set = new ChosenSet(environment, thread, peers, register, new SetWatcher());
    inquiries = new Inquiries(context.getSelf(), environment, thread, peers);
    suspicions = new Suspicions(environment, set, peers, inquiries, notes);
    synchronisations =
        new Synchronisations(environment, thread, peers, register, set, policies, notes);
    returns = new Returns(environment, thread, peers, set, synchronisations, policies, notes);
    var contentCheck = new ContentCheck(environment, thread, peers, set, synchronisations, notes);
    table = new DatabaseTable(environment.list(), environment.link(), set, synchronisations, notes);
    administration = new Administration(
        environment,
        thread,
        peers,
        register,
        set,
        inquiries,
        synchronisations,
        policies,
        contentCheck,
        table);

    environment.link().onSuspicion(found -> thread.run(() -> suspectedHere(found)));
    var events = context.messageAdapter(
        ClusterEvent.ClusterDomainEvent.class, event -> new Turn(this::onMembers));
    cluster.subscriptions().tell(Subscribe.create(events, ClusterEvent.ClusterDomainEvent.class));
    thread.every("report", settings.reportInterval(), this::report);
    thread.every("return", settings.returnProbe(), returns::look);
    thread.every("check", settings.scrubInterval(), contentCheck::begin);
    report();
  }

  static Behavior<DatabaseAdmin.Message> create(Environment environment) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> new DatabaseCoordinatorActor(context, timers, environment)));
  }

  @Override
  public Receive<DatabaseAdmin.Message> createReceive() {
    return newReceiveBuilder()
        .onMessage(Turn.class, turn -> {
          turn.work().run();
          return this;
        })
        .onMessage(Coordination.Heard.class, this::onHeard)
        .onMessage(Coordination.Suspected.class, this::onSuspected)
        .onMessage(Coordination.AskProbe.class, ask -> {
          inquiries.onAskProbe(ask);
          return this;
        })
        .onMessage(Coordination.Probed.class, probed -> {
          inquiries.onProbed(probed);
          return this;
        })
        .onMessage(Coordination.Announced.class, announced -> {
          set.onAnnounced(announced.agreed());
          return this;
        })
        .onMessage(Coordination.Returning.class, returning -> {
          environment.link().expect(returning.database());
          return this;
        })
        .onMessage(Coordination.Forwarded.class, this::onForwarded)
        .onMessage(DatabaseAdmin.Command.class, this::onCommand)
        .build();
  }

  private void onRound(RoundActor.Result result) {
    set.onRound(result);
  }

  private void onActing(boolean acting) {
    if (acting) {
      set.beginActing();
    } else {
      suspicions.forget();
      synchronisations.end("another server coordinates now");
    }
  }

  private void onMembers() {
    peers.look();
    inquiries.lookAgain();
  }

  private void report() {
    peers.forgetSilent();
    peers.look();
    peers.tellOthers(word());
    set.goOn();
  }

  private Coordination.Heard word() {
    return new Coordination.Heard(
        environment.self(), set.adoptedEpoch(), set.epoch(), peers.firstMember());
  }

  private Behavior<DatabaseAdmin.Message> onHeard(Coordination.Heard heard) {
    if (peers.heard(new Acting.Word(heard.from(), heard.acting()))) {
      peers.coordinator(heard.from()).ifPresent(other -> other.tell(word())); // it has just started
    }
    peers.look();
    set.tellNewer(heard.from(), heard.epoch());
    if (peers.acting() && heard.chosen() > set.epoch()) {
      set.read();
    }
    return this;
  }

  private void suspectedHere(Suspicion found) {
    peers.look();
    if (peers.acting()) {
      suspicions.suspect(environment.self(), found.database(), found.epoch(), found.why());
    } else {
      var suspected = new Coordination.Suspected(
          environment.self(), found.database(), found.epoch(), found.why());
      peers.other().ifPresent(other -> other.tell(suspected));
    }
  }

  private Behavior<DatabaseAdmin.Message> onSuspected(Coordination.Suspected message) {
    peers.look();
    set.tellNewer(message.from(), message.epoch());
    if (peers.acting()) {
      suspicions.suspect(message.from(), message.database(), message.epoch(), message.why());
    }
    return this;
  }

  private Behavior<DatabaseAdmin.Message> onCommand(DatabaseAdmin.Command command) {
    peers.look();
    peers
        .other()
        .ifPresentOrElse(other -> forward(command, other), () -> administration.carryOut(command));
    return this;
  }

  /** The other one may just have died. What this server knows is better than no listing; a change is not repeated. */
  private void forward(DatabaseAdmin.Command command, ActorRef<DatabaseAdmin.Message> other) {
    if (command instanceof DatabaseAdmin.GetDatabases get) {
      CompletionStage<DatabaseAdmin.Listing> answer = AskPattern.ask(
          other,
          replyTo -> new Coordination.Forwarded(new DatabaseAdmin.GetDatabases(replyTo)),
          LISTING_LIMIT,
          getContext().getSystem().scheduler());
      thread.after(
          answer,
          (listing, failure) -> get.replyTo().tell(failure == null ? listing : table.listing()));
    } else {
      other.tell(new Coordination.Forwarded(command));
    }
  }

  /** Never forwarded again: two servers that each take the other for the acting one would not find an end. */
  private Behavior<DatabaseAdmin.Message> onForwarded(Coordination.Forwarded forwarded) {
    peers.look();
    administration.carryOut(forwarded.command());
    return this;
  }

  private final class SetWatcher implements ChosenSet.Watcher {
    @Override
    public void learned(Optional<Agreed> before, Agreed now) {
      before.ifPresent(older -> returns.learned(older.set(), now.set()));
      synchronisations.learned(now.set());
    }

    @Override
    public Optional<Synchronising> synchronising() {
      return synchronisations.state();
    }

    @Override
    public void refused(String database, long epoch, String why) {
      suspicions.suspect(environment.self(), database, epoch, why);
    }
  }

  private record ActorThread(
      ActorContext<DatabaseAdmin.Message> context, TimerScheduler<DatabaseAdmin.Message> timers)
      implements OwnThread {
    @Override
    public void run(Runnable work) {
      context.getSelf().tell(new Turn(work));
    }

    @Override
    public <T> void after(CompletionStage<T> stage, BiConsumer<T, Throwable> work) {
      context.pipeToSelf(stage, (value, failure) -> new Turn(() -> work.accept(value, failure)));
    }

    @Override
    public void later(String key, Duration delay, Runnable work) {
      timers.startSingleTimer(key, new Turn(work), delay);
    }

    @Override
    public void cancel(String key) {
      timers.cancel(key);
    }

    private void every(String key, Duration interval, Runnable work) {
      timers.startTimerWithFixedDelay(key, new Turn(work), interval);
    }
  }
}
