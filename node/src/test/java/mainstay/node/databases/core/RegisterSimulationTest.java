package mainstay.node.databases.core;

import static mainstay.node.databases.core.Databases3.DB1;
import static mainstay.node.databases.core.Databases3.DB2;
import static mainstay.node.databases.core.Databases3.first;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ActiveSet.Role;
import mainstay.protocol.model.ServerId;
import org.junit.jupiter.api.Test;

/** Voters that crash and load what they stored, proposers that vanish, and a network that keeps no promise. */
class RegisterSimulationTest {
  private static final int SEEDS = 600;
  private static final int STEPS = 1500;

  @Test
  void whatIsChosenIsNeverForgottenAndEpochsFollowEachOther() {
    long first = Long.getLong("seed", 1);
    int seeds = Long.getLong("seed") == null ? SEEDS : 1;
    long chosen = 0;
    for (long seed = first; seed < first + seeds; seed++) {
      var run = new Run(seed, seed % 2 == 0 ? 3 : 5, false);
      try {
        run.all();
      } catch (AssertionError e) {
        throw new AssertionError("repeat with -Dseed=" + seed + ": " + e.getMessage(), e);
      }
      chosen += run.epochs.size();
    }
    assertThat(chosen).as("epochs chosen over all runs").isGreaterThan(SEEDS);
  }

  @Test
  void votersThatForgetAreFoundOut() {
    assertThatThrownBy(
            () -> IntStream.range(0, SEEDS).forEach(seed -> new Run(seed, 3, true).all()))
        .isInstanceOf(AssertionError.class);
  }

  private record Message(int voter, int proposer, Ballot ballot, Optional<Agreed> value) {}

  private record Reply(int proposer, ServerId voter, Acceptor.Answer answer) {}

  private static final class Attempt {
    private final Proposer proposer;
    private final long knownAtStart;
    private final boolean read;

    private Attempt(Proposer proposer, long knownAtStart, boolean read) {
      this.proposer = proposer;
      this.knownAtStart = knownAtStart;
      this.read = read;
    }
  }

  private static final class Run {
    private final Random random;
    private final boolean forgetful;
    private final List<ServerId> voters;
    private final List<Acceptor> durable = new ArrayList<>();
    private final List<Object> network = new ArrayList<>();
    private final Map<Integer, Attempt> attempts = new HashMap<>();
    private final Map<Ballot, Set<ServerId>> acceptances = new HashMap<>();
    private final TreeMap<Ballot, Agreed> chosen = new TreeMap<>();
    private final Map<Long, Agreed> epochs = new HashMap<>();
    private int proposers;
    private long counter;
    private long known;

    private Run(long seed, int count, boolean forgetful) {
      this.random = new Random(seed);
      this.forgetful = forgetful;
      this.voters =
          IntStream.range(0, count).mapToObj(i -> new ServerId("v" + i)).toList();
      voters.forEach(voter -> durable.add(Acceptor.NEW));
    }

    private void all() {
      for (int step = 0; step < STEPS; step++) {
        int what = random.nextInt(100);
        if (what < 4 && attempts.size() < 3) {
          begin();
        } else if (what < 5 && !attempts.isEmpty()) {
          attempts.remove(attempts.keySet().iterator().next()); // its server has crashed
        } else if (what < 10) {
          attempts.forEach((id, attempt) -> send(id, attempt)); // patience is over
        } else if (forgetful && what < 11) {
          durable.set(random.nextInt(voters.size()), Acceptor.NEW);
        } else if (!network.isEmpty()) {
          deliver();
        }
      }
    }

    private void begin() {
      int id = proposers++;
      boolean read = random.nextInt(4) == 0;
      UnaryOperator<Optional<Agreed>> change = read ? current -> Optional.empty() : this::change;
      // Counters of different servers collide and fall behind, as they do.
      counter = Math.max(1, counter + random.nextInt(4) - 1);
      var ballot = new Ballot(counter, new ServerId("p" + random.nextInt(3)), "run" + id);
      var attempt = new Attempt(new Proposer(ballot, Set.copyOf(voters), change), known, read);
      attempts.put(id, attempt);
      send(id, attempt);
    }

    /** Every value is another one, so that two of one epoch cannot pass for one. */
    private Optional<Agreed> change(Optional<Agreed> current) {
      var at = Instant.ofEpochSecond(random.nextInt());
      if (current.isEmpty()) {
        return Optional.of(new Agreed("c" + random.nextInt(), first(DB1, DB2), "test", at));
      }
      var set = current.get().set();
      var role = set.has("db2", Role.ACTIVE) ? Role.INACTIVE : Role.ACTIVE;
      ActiveSet next = set.with("db2", role, false, "change " + random.nextInt());
      return Optional.of(current.get().next(next, "test", at));
    }

    private void send(int id, Attempt attempt) {
      for (int voter = 0; voter < voters.size(); voter++) {
        network.add(new Message(
            voter,
            id,
            attempt.proposer.ballot(),
            attempt.proposer.sent().map(Proposer.SendAccept::value)));
      }
    }

    /** Any message may be the next; some are lost, some come twice. */
    private void deliver() {
      int index = random.nextInt(network.size());
      var message = network.get(index);
      if (random.nextInt(10) != 0) {
        network.remove(index);
      }
      if (random.nextInt(10) == 0) {
        return;
      }
      if (message instanceof Message toVoter) {
        atVoter(toVoter);
      } else if (message instanceof Reply reply && attempts.containsKey(reply.proposer())) {
        atProposer(reply);
      }
    }

    private void atVoter(Message message) {
      var voter = voters.get(message.voter());
      var state = durable.get(message.voter());
      var step = message.value().isPresent()
          ? state.accept(message.ballot(), message.value().get())
          : state.prepare(message.ballot());
      durable.set(message.voter(), step.next());
      if (step.answer() instanceof Acceptor.Done) {
        var who = acceptances.computeIfAbsent(message.ballot(), b -> new HashSet<>());
        who.add(voter);
        if (who.size() >= Proposer.majority(voters.size())) {
          choose(message.ballot(), message.value().orElseThrow());
        }
      }
      if (random.nextInt(20) != 0) { // else it crashes before it answers
        network.add(new Reply(message.proposer(), voter, step.answer()));
      }
    }

    private void choose(Ballot ballot, Agreed value) {
      chosen.put(ballot, value);
      var other = epochs.putIfAbsent(value.epoch(), value);
      assertThat(other).as("epoch " + value.epoch()).isIn(null, value);
      long before = 0;
      for (var each : chosen.values()) {
        assertThat(each.epoch()).as("after epoch " + before).isBetween(before, before + 1);
        before = each.epoch();
      }
    }

    private void atProposer(Reply reply) {
      var attempt = attempts.get(reply.proposer());
      var next = attempt.proposer.on(reply.voter(), reply.answer());
      if (next.isEmpty()) {
        return;
      }
      if (next.get() instanceof Proposer.Chosen end) {
        attempts.remove(reply.proposer());
        long epoch = end.value().map(Agreed::epoch).orElse(0L);
        assertThat(epoch).as("read=" + attempt.read).isGreaterThanOrEqualTo(attempt.knownAtStart);
        end.value().ifPresent(value -> assertThat(chosen).containsValue(value));
        known = Math.max(known, epoch);
      } else if (next.get() instanceof Proposer.Lost lost) {
        attempts.remove(reply.proposer());
        counter = Math.max(counter, lost.higher().counter() + 1);
      } else {
        send(reply.proposer(), attempt);
      }
    }
  }
}
