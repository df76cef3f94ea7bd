package mainstay.node.host;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.ReceiveBuilder;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import mainstay.node.host.core.CatchingUp;
import mainstay.node.host.core.Replica;
import mainstay.node.host.core.StateModel;
import mainstay.persistence.journal.JournalReader;
import mainstay.persistence.journal.StoredEvent;
import mainstay.persistence.journal.StoredForm;
import mainstay.protocol.message.ClusterOverview;
import mainstay.protocol.message.ServiceHost.Deliver;
import mainstay.protocol.message.ServiceHost.Delivered;
import mainstay.protocol.message.ServiceHost.FedEvent;
import mainstay.protocol.message.ServiceHost.Feed;
import mainstay.protocol.message.ServiceHost.FeedPosition;
import mainstay.protocol.message.ServiceHost.Follow;
import mainstay.protocol.message.ServiceHost.FollowAccepted;
import mainstay.protocol.message.ServiceHost.Message;
import mainstay.protocol.message.ServiceHost.State;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.message.ServiceRequest;
import mainstay.protocol.message.ServiceRouter;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.Failures;
import mainstay.protocol.model.Position;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Host of a service whose state is event-sourced. While active it runs the entities, answers reads from its copy after
 * a term check that all waiting reads share, and feeds every stored event to its standbys. On standby it follows that
 * feed and reads from the journal what it missed, so that it replays next to nothing when it is activated.
 */
public final class ReplicatedServiceHostActor extends ServiceHostActor {
  private static final Logger log = LoggerFactory.getLogger("mainstay.service");
  private static final Duration NEVER_HEARD = Duration.ofDays(365);

  /** What the host runs and tells; everything but the state model has effects. */
  public record Work(
      StateModel model, JournalReader journal, Entities entities, CopyListener listener) {}

  /** Starts the event-sourced actors of the service. */
  public interface Entities {
    /** Persistence ids that start with the service instead of with their first request. */
    List<String> eager();

    /**
     * @param sequence of the last event in {@code state}, 0 for none: the entity need not replay up to there
     */
    Behavior<Entity.Message> create(
        String persistenceId,
        Activation activation,
        long sequence,
        Optional<Object> state,
        ActorRef<Entity.Executed> replyTo);
  }

  /** Told on the host's thread of every event that reaches this server's copy; must not block. */
  public interface CopyListener {
    void applied(String persistenceId, Object event, mainstay.node.host.core.Streams copy);
  }

  private final Work work;
  private Replica replica;

  // standby
  private Optional<HostControl.ActiveServer> following = Optional.empty();
  private boolean feedAccepted;
  private boolean loaded;
  private boolean reading;
  private long behind;
  private long lastHeardNanos = System.nanoTime() - NEVER_HEARD.toNanos();
  private final List<FedEvent> early = new ArrayList<>();

  private Optional<CatchUp> catchUp = Optional.empty();

  // active
  /** Of term {@code followedTerm}; kept while this server is suspended in it, so that the feed goes on after. */
  private final Map<ServerId, ActorRef<Message>> followers = new HashMap<>();

  private long followedTerm;
  /** Stored events that the followers have not been told yet: all that come in one turn are one message. */
  private final List<FedEvent> fed = new ArrayList<>();

  private final Map<String, Running> entities = new HashMap<>();
  private final Deque<WaitingRead> reads = new ArrayDeque<>();
  private int readsInCheck;
  private long check;
  private final ActorRef<Entity.Executed> executed;

  private static final class Running {
    private final ActorRef<Entity.Message> ref;
    private final Deque<Deliver> queue = new ArrayDeque<>();
    /** Handed to the entity, which answers in this order. */
    private final Deque<Deliver> inFlight = new ArrayDeque<>();

    Running(ActorRef<Entity.Message> ref) {
      this.ref = ref;
    }
  }

  /** @param answer found already, but not proven to be of the current term; null to read when it is */
  private record WaitingRead(Deliver request, ServiceReply answer) {}

  /** One attempt of an activation to bring its copy up to date; equal to itself only. */
  private record CatchUp(Activation activation, CatchingUp progress) {}

  /** @param ends the last sequence number of each stream that was asked for, in every database */
  private record EndsAligned(CatchUp purpose, Map<String, Long> ends, Throwable failure)
      implements Message {}

  private record TailRead(Optional<CatchUp> purpose, JournalReader.Chunk chunk, Throwable failure)
      implements Message {}

  private record Executed(Entity.Executed result) implements Message {}

  private record EntityStopped(String persistenceId, ActorRef<Entity.Message> ref)
      implements Message {}

  private record TermChecked(
      Activation asked, long check, Optional<Activation> stored, Throwable failure)
      implements Message {}

  private record FeedTick() implements Message {}

  private record TellFollowers() implements Message {}

  private ReplicatedServiceHostActor(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      ServiceName service,
      HostEnvironment environment,
      ActorRef<ClusterOverview.Message> agent,
      Work work) {
    super(context, timers, service, environment, agent);
    this.work = work;
    this.replica = new Replica(work.model());
    this.executed = context.messageAdapter(Entity.Executed.class, Executed::new);
    timers.startTimerWithFixedDelay(new FeedTick(), environment.settings().feedInterval());
    readTail(Optional.empty());
    report();
  }

  public static Behavior<Message> create(
      ServiceName service,
      HostEnvironment environment,
      ActorRef<ClusterOverview.Message> agent,
      Work work) {
    return Behaviors.setup(context -> Behaviors.withTimers(timers ->
        new ReplicatedServiceHostActor(context, timers, service, environment, agent, work)));
  }

  @Override
  protected ReceiveBuilder<Message> life() {
    return super.life()
        .onMessage(Feed.class, this::onFeed)
        .onMessage(FeedPosition.class, this::onFeedPosition)
        .onMessage(Follow.class, this::onFollow)
        .onMessage(FollowAccepted.class, this::onFollowAccepted)
        .onMessage(HostControl.ReadLocally.class, this::onReadLocally)
        .onMessage(TailRead.class, this::onTailRead)
        .onMessage(EndsAligned.class, this::onEndsAligned)
        .onMessage(Executed.class, this::onExecuted)
        .onMessage(EntityStopped.class, this::onEntityStopped)
        .onMessage(TermChecked.class, this::onTermChecked)
        .onMessage(FeedTick.class, tick -> onFeedTick())
        .onMessage(TellFollowers.class, turn -> {
          feedFollowers();
          return this;
        });
  }

  // ---- the copy

  @Override
  protected Position position() {
    return replica.position();
  }

  @Override
  protected int synchronisationMode() {
    if (!loaded) {
      return 2;
    }
    return following.isEmpty() || (feedAccepted && behind == 0 && early.isEmpty() && !reading)
        ? 0
        : 1;
  }

  @Override
  protected long behind() {
    return behind;
  }

  /** @param purpose the activation that waits for it; empty to catch up as a standby */
  private void readTail(Optional<CatchUp> purpose) {
    if (purpose.isEmpty()) {
      reading = true;
    }
    getContext()
        .pipeToSelf(
            work.journal().read(replica.sequences()),
            (chunk, failure) -> new TailRead(purpose, chunk, failure));
  }

  private Behavior<Message> onTailRead(TailRead read) {
    if (read.purpose().isPresent() && !isUnderWay(read.purpose().get())) {
      return this;
    }
    if (read.failure() != null) {
      log.warn(
          "service={} server={} the journal could not be read: {}",
          service,
          environment.self(),
          Failures.message(read.failure()));
      if (read.purpose().isPresent()) {
        suspendAndVerify("the journal could not be read: " + Failures.message(read.failure()));
      } else {
        reading = false;
        copyChanged();
      }
      return this;
    }
    boolean nothing = read.chunk().events().isEmpty();
    read.chunk().events().forEach(this::apply);
    if (read.purpose().isPresent()) {
      var purpose = read.purpose().get();
      take(purpose, purpose.progress().tailRead(nothing, replica.sequences()));
    } else if (!nothing) {
      readTail(Optional.empty()); // what was read may name streams that were not known before
    } else {
      reading = false;
      loaded = true;
      offerEarly();
      copyChanged();
    }
    return this;
  }

  private Replica.Offer apply(StoredEvent event) {
    return apply(
        event.persistenceId(),
        event.sequence(),
        event.form().payload(),
        work.journal().deserialize(event));
  }

  private Replica.Offer apply(String persistenceId, long sequence, byte[] stored, Object event) {
    var offer = replica.offer(persistenceId, sequence, stored, event);
    if (offer == Replica.Offer.APPLIED) {
      work.listener().applied(persistenceId, event, replica);
    }
    return offer;
  }

  private Behavior<Message> onReadLocally(HostControl.ReadLocally read) {
    long age = state() == State.ACTIVE
        ? 0
        : Duration.ofNanos(System.nanoTime() - lastHeardNanos).toMillis();
    read.replyTo().tell(new ServiceRouter.Answer(work.model().read(read.request(), replica), age));
    return this;
  }

  // ---- standby: follow the feed

  @Override
  protected void follow(HostControl.ActiveServer active) {
    if (following.filter(active::equals).isEmpty()) {
      following = Optional.of(active);
      feedAccepted = false;
      early.clear();
      askToFollow();
    }
  }

  @Override
  protected void unfollow() {
    following = Optional.empty();
    feedAccepted = false;
    behind = 0;
    early.clear();
  }

  private void askToFollow() {
    following.ifPresent(active -> active
        .host()
        .tell(new Follow(environment.self(), active.term(), getContext().getSelf())));
  }

  private boolean followsTerm(long term) {
    return following.filter(active -> active.term() == term).isPresent();
  }

  private Behavior<Message> onFollowAccepted(FollowAccepted accepted) {
    if (followsTerm(accepted.term())) {
      feedAccepted = true;
      behind = accepted.sequences().entrySet().stream()
          .mapToLong(entry -> Math.max(0, entry.getValue() - replica.sequence(entry.getKey())))
          .sum();
      catchUpWithFeed();
    }
    return this;
  }

  private void catchUpWithFeed() {
    if (behind > 0 && !reading) {
      readTail(Optional.empty());
    }
    copyChanged();
  }

  private Behavior<Message> onFeed(Feed feed) {
    if (feedAccepted && followsTerm(feed.term())) {
      lastHeardNanos = System.nanoTime();
      feed.events().forEach(this::onFed);
    }
    return this;
  }

  private void onFed(FedEvent event) {
    if (offer(event) == Replica.Offer.GAP) {
      early.add(event);
      if (early.size() > environment.settings().queuePerEntity()) {
        early.clear();
      }
      behind = Math.max(behind, 1);
      catchUpWithFeed();
    }
  }

  private Replica.Offer offer(FedEvent event) {
    return apply(new StoredEvent(
        event.persistenceId(),
        event.sequence(),
        "",
        new StoredForm(event.serializer(), event.manifest(), event.payload())));
  }

  /** What the feed brought while the journal was being read: either it fits now, or there is a gap still. */
  private void offerEarly() {
    early.removeIf(event -> offer(event) != Replica.Offer.GAP);
    if (early.isEmpty()) {
      behind = 0;
    } else {
      readTail(Optional.empty());
    }
  }

  private Behavior<Message> onFeedPosition(FeedPosition at) {
    if (!feedAccepted || !followsTerm(at.term())) {
      return this;
    }
    lastHeardNanos = System.nanoTime();
    if (reading || !early.isEmpty()) {
      return this;
    }
    var own = replica.position();
    if (own.equals(at.position())) {
      behind = 0;
      copyChanged();
    } else if (own.sequence() < at.position().sequence()) {
      behind = at.position().sequence() - own.sequence();
      catchUpWithFeed();
    } else if (own.sequence() > at.position().sequence()) {
      // Read from the journal, where an event stands a moment before the active server has it in
      // its own copy.
      behind = 0;
      copyChanged();
    } else {
      log.error(
          "service={} server={} this copy differs from the active server's: {} here, {} there; loading it anew",
          service,
          environment.self(),
          own,
          at.position());
      replica = new Replica(work.model());
      loaded = false;
      readTail(Optional.empty());
      copyChanged();
    }
    return this;
  }

  private Behavior<Message> onFeedTick() {
    if (state() == State.ACTIVE || state() == State.DRAINING) {
      tellPosition();
      report();
    } else if (activation().isEmpty()) {
      if (following.isPresent() && !feedAccepted) {
        askToFollow();
      }
      if (!reading && (!loaded || behind > 0)) {
        readTail(Optional.empty());
      }
      copyChanged();
    }
    return this;
  }

  // ---- active

  @Override
  protected void catchUp(Activation activation) {
    var begun = new CatchUp(activation, new CatchingUp());
    catchUp = Optional.of(begun);
    alignEnds(begun, replica.sequences().keySet());
    readTail(catchUp);
  }

  private boolean isUnderWay(CatchUp purpose) {
    return catchUp.filter(purpose::equals).isPresent()
        && state() == State.ACTIVATING
        && activation().filter(purpose.activation()::equals).isPresent();
  }

  private void alignEnds(CatchUp purpose, Set<String> streams) {
    getContext()
        .pipeToSelf(
            work.journal().align(streams),
            (found, failure) -> new EndsAligned(purpose, found, failure));
  }

  private Behavior<Message> onEndsAligned(EndsAligned aligned) {
    var purpose = aligned.purpose();
    if (!isUnderWay(purpose)) {
      return this;
    }
    if (aligned.failure() != null) {
      suspendAndVerify(
          "the ends of the journal could not be compared: " + Failures.message(aligned.failure()));
      return this;
    }
    take(purpose, purpose.progress().endsAligned(aligned.ends(), replica.sequences()));
    return this;
  }

  private void take(CatchUp purpose, CatchingUp.Step step) {
    if (step instanceof CatchingUp.AlignEnds align) {
      alignEnds(purpose, align.streams());
    } else if (step instanceof CatchingUp.ReadTail) {
      readTail(Optional.of(purpose));
    } else if (step instanceof CatchingUp.LoadAnew anew) {
      log.warn(
          "service={} server={} this copy holds events of {} that no database has any more; loading it anew",
          service,
          environment.self(),
          anew.stream());
      replica = new Replica(work.model());
      loaded = false;
      readTail(Optional.of(purpose));
    } else if (step instanceof CatchingUp.UpToDate) {
      loaded = true;
      caughtUp(purpose.activation());
    }
  }

  @Override
  protected void startWork(Activation activation) {
    work.entities().eager().forEach(this::entity);
  }

  @Override
  protected void stopWork() {
    entities.forEach((id, running) -> {
      running.inFlight.forEach(request -> refuse(request.requestId(), request.replyTo()));
      running.queue.forEach(request -> refuse(request.requestId(), request.replyTo()));
      getContext().stop(running.ref);
    });
    entities.clear();
    reads.forEach(read -> refuse(read.request().requestId(), read.request().replyTo()));
    reads.clear();
    readsInCheck = 0;
  }

  @Override
  protected void drain() {
    // What waits has not been begun: its router sends it to the successor.
    entities.values().forEach(running -> {
      running.queue.forEach(request -> refuse(request.requestId(), request.replyTo()));
      running.queue.clear();
    });
    drainedIfIdle();
  }

  private void drainedIfIdle() {
    if (state() == State.DRAINING
        && reads.isEmpty()
        && entities.values().stream().allMatch(running -> running.inFlight.isEmpty())) {
      // In order with the feed before it, so that the successor is at this position when it is
      // asked.
      tellPosition();
      drained();
    }
  }

  @Override
  protected void serve(Deliver request) {
    if (request.request() instanceof ServiceRequest.Read) {
      await(request, null);
      return;
    }
    var write = (ServiceRequest.Write) request.request();
    var refusal = work.model().admit(write, replica);
    if (refusal.isPresent()) {
      await(request, refusal.get());
      return;
    }
    var running = entity(work.model().streamFor(write));
    if (running.queue.size() >= environment.settings().queuePerEntity()) {
      reply(
          request,
          Rejected.of(
              Reason.BUSY,
              environment.settings().queuePerEntity() + " requests wait for this object already"));
      return;
    }
    running.queue.add(request);
    execute(running);
  }

  private Running entity(String persistenceId) {
    return entities.computeIfAbsent(persistenceId, id -> {
      var ref = getContext()
          .spawnAnonymous(work.entities()
              .create(
                  id,
                  activation().orElseThrow(),
                  replica.sequence(id),
                  replica.state(id),
                  executed));
      getContext().watchWith(ref, new EntityStopped(id, ref));
      return new Running(ref);
    });
  }

  private void execute(Running running) {
    while (running.inFlight.size() < environment.settings().inFlightPerEntity()
        && !running.queue.isEmpty()) {
      var request = running.queue.poll();
      running.inFlight.add(request);
      running.ref.tell(new Entity.Execute(
          request.requestId(),
          request.principal(),
          (ServiceRequest.Write) request.request(),
          executed));
    }
  }

  private Behavior<Message> onExecuted(Executed message) {
    var result = message.result();
    var running = entities.get(result.persistenceId());
    if (running == null || activation().isEmpty()) {
      return this;
    }
    for (var event : result.events()) {
      stored(result.persistenceId(), event);
    }
    if (entities.get(result.persistenceId()) != running) {
      return this;
    }
    if (!result.requestId().isEmpty()) {
      var request = running.inFlight.remove();
      if (!request.requestId().equals(result.requestId())) {
        throw new IllegalStateException(result.persistenceId() + " answered " + result.requestId()
            + " before " + request.requestId());
      }
      if (result.events().isEmpty()) {
        await(request, result.reply());
      } else {
        reply(request, result.reply());
      }
    }
    if (state() == State.DRAINING) {
      drainedIfIdle();
    } else {
      execute(running);
    }
    return this;
  }

  private void stored(String persistenceId, Entity.Stored event) {
    var encoded = work.journal().encode(event.event());
    if (apply(persistenceId, event.sequence(), encoded.payload(), event.event())
        == Replica.Offer.GAP) {
      suspendAndVerify("stream " + persistenceId + " went from " + replica.sequence(persistenceId)
          + " to " + event.sequence() + " on the active server");
      return;
    }
    if (fed.isEmpty()) {
      getContext().getSelf().tell(new TellFollowers());
    }
    fed.add(new FedEvent(
        persistenceId,
        event.sequence(),
        encoded.serializerId(),
        encoded.manifest(),
        encoded.payload()));
  }

  private void feedFollowers() {
    if (!fed.isEmpty() && activation().isPresent()) {
      tellFollowers(new Feed(activation().get().term(), List.copyOf(fed)));
    }
    fed.clear();
  }

  private void tellPosition() {
    feedFollowers();
    tellFollowers(new FeedPosition(activation().orElseThrow().term(), replica.position()));
  }

  private void tellFollowers(Message message) {
    if (activation().orElseThrow().term() == followedTerm) {
      followers.values().forEach(follower -> follower.tell(message));
    }
  }

  private Behavior<Message> onEntityStopped(EntityStopped stopped) {
    var running = entities.get(stopped.persistenceId());
    if (running != null && running.ref.equals(stopped.ref())) {
      suspendAndVerify("a write of " + stopped.persistenceId() + " failed");
    }
    return this;
  }

  private Behavior<Message> onFollow(Follow follow) {
    if (serving() && activation().orElseThrow().term() == follow.term()) {
      if (followedTerm != follow.term()) {
        followers.clear();
        followedTerm = follow.term();
      }
      followers.put(follow.server(), follow.follower());
      follow.follower().tell(new FollowAccepted(follow.term(), replica.sequences()));
    }
    return this;
  }

  private void reply(Deliver request, ServiceReply reply) {
    request.replyTo().tell(new Delivered(service, request.requestId(), true, reply));
  }

  // ---- reads: one term check answers all that came before it began

  private void await(Deliver request, ServiceReply answer) {
    if (reads.size() >= environment.settings().waitingReads()) {
      reply(
          request,
          Rejected.of(Reason.BUSY, environment.settings().waitingReads() + " reads wait already"));
      return;
    }
    reads.add(new WaitingRead(request, answer));
    checkTerm();
  }

  private void checkTerm() {
    if (readsInCheck == 0 && !reads.isEmpty()) {
      readsInCheck = reads.size();
      var asked = activation().orElseThrow();
      long number = ++check;
      getContext()
          .pipeToSelf(
              environment.terms().current(service),
              (stored, failure) -> new TermChecked(
                  asked, number, stored == null ? Optional.empty() : stored, failure));
    }
  }

  private Behavior<Message> onTermChecked(TermChecked checked) {
    if (checked.check() != check
        || activation().filter(checked.asked()::equals).isEmpty()
        || !(serving() || state() == State.DRAINING)) {
      return this;
    }
    if (checked.failure() != null) {
      suspendAndVerify("the term could not be checked: " + Failures.message(checked.failure()));
    } else if (checked.stored().filter(checked.asked()::equals).isEmpty()) {
      superseded(checked
          .stored()
          .orElseThrow(
              () -> new IllegalStateException("the databases hold no term of " + service)));
    } else {
      for (; readsInCheck > 0; readsInCheck--) {
        var read = reads.poll();
        reply(
            read.request(),
            read.answer() != null
                ? read.answer()
                : work.model().read((ServiceRequest.Read) read.request().request(), replica));
      }
      checkTerm();
      drainedIfIdle();
    }
    return this;
  }
}
