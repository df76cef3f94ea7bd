package mainstay.node.databases;

import akka.actor.typed.ActorRef;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import mainstay.node.databases.core.Acceptor;
import mainstay.node.databases.core.Agreed;
import mainstay.node.databases.core.Ballot;
import mainstay.protocol.message.CborSerializable;
import mainstay.protocol.model.ServerId;

/** Protocol of the voters. Works between servers that are not members of one cluster yet. */
final class Voting {
  /** Below {@code /user} on every server; for other lists than the installation's with their name behind it. */
  static final String NAME = "database-voter";

  private Voting() {}

  sealed interface Command extends CborSerializable permits Prepare, Accept {}

  record Prepare(Ballot ballot, ActorRef<Answered> replyTo) implements Command {}

  record Accept(Ballot ballot, Agreed value, ActorRef<Answered> replyTo) implements Command {}

  record Answered(
      ServerId voter,

      @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
      @JsonSubTypes({
        @JsonSubTypes.Type(value = Acceptor.Promise.class, name = "promise"),
        @JsonSubTypes.Type(value = Acceptor.Done.class, name = "done"),
        @JsonSubTypes.Type(value = Acceptor.Refusal.class, name = "refusal")
      })
      Acceptor.Answer answer)
      implements CborSerializable {}
}
