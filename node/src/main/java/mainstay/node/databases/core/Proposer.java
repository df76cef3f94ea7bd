package mainstay.node.databases.core;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import mainstay.node.databases.core.Acceptor.Accepted;
import mainstay.protocol.model.ServerId;

/**
 * One attempt to change the register or to read it: CASPaxos (D. Rystsov, 2018) with one addition. A value that may not
 * have been chosen yet is never built upon: it is chosen first, as it is, and the change is left to the next attempt. So
 * chosen epochs follow each other without a gap, and nobody skips what an epoch has to begin with.
 *
 * <p>Phases: <em>preparing</em>: majority of promises -> accepting, or the end if nothing is stored and nothing is to
 * be; <em>accepting</em>: majority of acceptances -> chosen; either: a refusal -> lost.
 */
public final class Proposer {
  /** What to do after an answer. */
  public sealed interface Next {}

  /** To be sent to all voters; those that do not answer may be sent it again. */
  public record SendAccept(Ballot ballot, Agreed value) implements Next {}

  /**
   * The attempt has ended well.
   *
   * @param value empty if the register has never held one
   * @param asked whether the change was asked; if not, an unfinished one of somebody else was finished instead
   */
  public record Chosen(Optional<Agreed> value, boolean asked) implements Next {}

  /** Somebody else has a higher ballot; whether this one's value was chosen is unknown. */
  public record Lost(Ballot higher) implements Next {}

  private final Ballot ballot;
  private final int majority;
  private final UnaryOperator<Optional<Agreed>> change;
  private final Set<ServerId> voters;
  private final Map<ServerId, Optional<Accepted>> promises = new HashMap<>();
  private final Set<ServerId> acceptances = new HashSet<>();
  private Optional<SendAccept> sent = Optional.empty();
  private boolean asked;
  private boolean ended;

  /**
   * @param voters all that are configured, whether they can be reached or not
   * @param change of the chosen value; an empty result leaves it as it is
   */
  public Proposer(Ballot ballot, Set<ServerId> voters, UnaryOperator<Optional<Agreed>> change) {
    this.ballot = ballot;
    this.voters = Set.copyOf(voters);
    this.majority = majority(voters.size());
    this.change = change;
  }

  public static int majority(int voters) {
    return voters / 2 + 1;
  }

  public Ballot ballot() {
    return ballot;
  }

  /** What is to be sent again to voters that have not answered; empty while it is the prepare message. */
  public Optional<SendAccept> sent() {
    return sent;
  }

  /** Voters whose answer to the present phase is missing. */
  public Set<ServerId> missing() {
    var missing = new TreeSet<>(voters);
    missing.removeAll(sent.isPresent() ? acceptances : promises.keySet());
    return missing;
  }

  /** Empty while there is nothing to do but wait. */
  public Optional<Next> on(ServerId voter, Acceptor.Answer answer) {
    if (ended || !voters.contains(voter) || !answer.ballot().equals(ballot)) {
      return Optional.empty();
    }
    if (answer instanceof Acceptor.Refusal refusal) {
      return end(new Lost(refusal.promised()));
    }
    if (answer instanceof Acceptor.Promise promise) {
      return promised(voter, promise);
    }
    acceptances.add(voter);
    return sent.isPresent() && acceptances.size() >= majority
        ? end(new Chosen(Optional.of(sent.get().value()), asked))
        : Optional.empty();
  }

  private Optional<Next> promised(ServerId voter, Acceptor.Promise promise) {
    promises.put(voter, promise.accepted());
    if (sent.isPresent() || promises.size() < majority) {
      return Optional.empty();
    }
    var newest = promises.values().stream()
        .flatMap(Optional::stream)
        .max(java.util.Comparator.comparing(Accepted::ballot));
    asked = newest.isEmpty() || isChosen(newest.get());
    var current = newest.map(Accepted::value);
    var value = asked ? change.apply(current).or(() -> current) : current;
    if (value.isEmpty()) {
      return end(new Chosen(value, true));
    }
    sent = Optional.of(new SendAccept(ballot, value.get()));
    return Optional.of(sent.get());
  }

  private boolean isChosen(Accepted newest) {
    return promises.values().stream()
            .flatMap(Optional::stream)
            .filter(accepted -> accepted.ballot().equals(newest.ballot()))
            .count()
        >= majority;
  }

  private Optional<Next> end(Next last) {
    ended = true;
    return Optional.of(last);
  }
}
