package mainstay.node.databases;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import mainstay.node.databases.core.Agreed;
import mainstay.node.databases.core.Proposer;
import mainstay.protocol.model.ServerId;

/** Asks the voters until a change is chosen, or the limit is reached. Its outcome is then unknown. */
final class RoundActor extends AbstractBehavior<RoundActor.Message> {
  private static final int SHORTEST_PAUSE_MILLIS = 2;
  private static final int LONGEST_PAUSE_MILLIS = 40;

  interface Message {}

  private record Heard(Voting.Answered answered) implements Message {}

  private record Resend() implements Message {}

  private record Again() implements Message {}

  private record Over() implements Message {}

  /**
   * @param limit none: it goes on for ever
   * @param waiting told at each repetition who has not answered
   */
  record Round(
      Map<ServerId, ActorRef<Voting.Command>> voters,
      Ballots ballots,
      UnaryOperator<Optional<Agreed>> change,
      Duration resend,
      Optional<Duration> limit,
      Consumer<Set<ServerId>> waiting,
      Consumer<Result> then) {}

  sealed interface Result {}

  /** @param value empty if nothing was ever agreed to and the change wanted it so */
  record Chosen(Optional<Agreed> value) implements Result {}

  record Failed(String why) implements Result {}

  private final Round round;
  private final TimerScheduler<Message> timers;
  private final ActorRef<Voting.Answered> answers;
  private Proposer proposer;

  private RoundActor(ActorContext<Message> context, TimerScheduler<Message> timers, Round round) {
    super(context);
    this.round = round;
    this.timers = timers;
    this.answers = context.messageAdapter(Voting.Answered.class, Heard::new);
    this.proposer = proposer();
    timers.startTimerWithFixedDelay(new Resend(), round.resend());
    round.limit().ifPresent(limit -> timers.startSingleTimer(new Over(), limit));
    send(proposer.missing());
  }

  static Behavior<Message> create(Round round) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new RoundActor(context, timers, round)));
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder()
        .onMessage(Heard.class, this::onHeard)
        .onMessage(Resend.class, resend -> {
          round.waiting().accept(proposer.missing());
          send(proposer.missing());
          return this;
        })
        .onMessage(Again.class, again -> again())
        .onMessage(
            Over.class,
            over -> end(new Failed("no majority of the voters "
                + names(round.voters().keySet()) + " agreed within "
                + round.limit().orElseThrow().toMillis() + " ms; no answer of "
                + names(proposer.missing()))))
        .build();
  }

  static String names(Set<ServerId> servers) {
    return new TreeSet<>(servers).stream().map(ServerId::value).collect(Collectors.joining(", "));
  }

  private Proposer proposer() {
    return new Proposer(round.ballots().next(), round.voters().keySet(), round.change());
  }

  private Behavior<Message> onHeard(Heard heard) {
    var next = proposer.on(heard.answered().voter(), heard.answered().answer());
    if (next.isEmpty()) {
      return this;
    }
    if (next.get() instanceof Proposer.Chosen chosen) {
      return chosen.asked() ? end(new Chosen(chosen.value())) : again();
    }
    if (next.get() instanceof Proposer.Lost lost) {
      round.ballots().seen(lost.higher());
      // Chance keeps two that compete from stopping each other for ever.
      timers.startSingleTimer(
          new Again(),
          Duration.ofMillis(
              ThreadLocalRandom.current().nextInt(SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS)));
      return this;
    }
    send(round.voters().keySet());
    return this;
  }

  private Behavior<Message> again() {
    proposer = proposer();
    send(proposer.missing());
    return this;
  }

  private void send(Set<ServerId> voters) {
    Voting.Command message = proposer
        .sent()
        .<Voting.Command>map(sent -> new Voting.Accept(sent.ballot(), sent.value(), answers))
        .orElseGet(() -> new Voting.Prepare(proposer.ballot(), answers));
    voters.forEach(voter -> round.voters().get(voter).tell(message));
  }

  private Behavior<Message> end(Result result) {
    round.then().accept(result);
    return Behaviors.stopped();
  }
}
