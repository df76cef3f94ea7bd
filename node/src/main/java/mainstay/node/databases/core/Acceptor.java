package mainstay.node.databases.core;

import java.util.Optional;

/**
 * What one voter has promised and accepted. The state that an answer comes with must be durable before the answer is
 * sent, or a voter that restarts breaks its word.
 *
 * @param promised the highest ballot that it has answered: lower ones are refused
 * @param accepted the newest value that it has accepted; it may or may not have been chosen
 */
public record Acceptor(Optional<Ballot> promised, Optional<Accepted> accepted) {
  public static final Acceptor NEW = new Acceptor(Optional.empty(), Optional.empty());

  public record Accepted(Ballot ballot, Agreed value) {}

  /** The state after a message, and what to answer. */
  public record Step(Acceptor next, Answer answer) {}

  public sealed interface Answer {
    Ballot ballot();
  }

  public record Promise(Ballot ballot, Optional<Accepted> accepted) implements Answer {}

  public record Done(Ballot ballot) implements Answer {}

  /** @param promised the higher ballot that it has answered */
  public record Refusal(Ballot ballot, Ballot promised) implements Answer {}

  /** Repeating it is harmless. */
  public Step prepare(Ballot ballot) {
    return refusal(ballot)
        .orElseGet(() ->
            new Step(new Acceptor(Optional.of(ballot), accepted), new Promise(ballot, accepted)));
  }

  /** Repeating it is harmless. */
  public Step accept(Ballot ballot, Agreed value) {
    return refusal(ballot)
        .orElseGet(() -> new Step(
            new Acceptor(Optional.of(ballot), Optional.of(new Accepted(ballot, value))),
            new Done(ballot)));
  }

  private Optional<Step> refusal(Ballot ballot) {
    return promised
        .filter(higher -> higher.compareTo(ballot) > 0)
        .map(higher -> new Step(this, new Refusal(ballot, higher)));
  }
}
