package mainstay.node.databases;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import mainstay.node.databases.core.Acceptor;
import mainstay.protocol.model.ServerId;

/** The voter of this server: makes durable what it says, then says it. It blocks, so it needs a thread for that. */
final class VoterActor extends AbstractBehavior<Voting.Command> {
  private final ServerId self;
  private final VoterFile file;
  private Acceptor voter;

  private VoterActor(ActorContext<Voting.Command> context, ServerId self, VoterFile file) {
    super(context);
    this.self = self;
    this.file = file;
    this.voter = file.load();
  }

  /** Fails, and does not come back, when the file cannot be read or written: it must not vote without a memory. */
  static Behavior<Voting.Command> create(ServerId self, VoterFile file) {
    return Behaviors.setup(context -> new VoterActor(context, self, file));
  }

  @Override
  public Receive<Voting.Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Voting.Prepare.class, prepare -> {
          var answer = answer(voter.prepare(prepare.ballot()));
          prepare.replyTo().tell(answer);
          return this;
        })
        .onMessage(Voting.Accept.class, accept -> {
          var answer = answer(voter.accept(accept.ballot(), accept.value()));
          accept.replyTo().tell(answer);
          return this;
        })
        .build();
  }

  private Voting.Answered answer(Acceptor.Step step) {
    if (!step.next().equals(voter)) {
      file.save(step.next());
      voter = step.next();
    }
    return new Voting.Answered(self, step.answer());
  }
}
