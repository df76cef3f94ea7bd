package mainstay.node.failover.simulation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/**
 * Time, chance, the network and the databases of a simulated cluster. All that happens is an event of one queue and every
 * delay comes from one seed, so the seed repeats a run exactly.
 */
final class World {
  private static final int REMEMBERED = 60;
  private static final Duration LEASE = Duration.ofSeconds(10);

  private record Event(long at, long number, Runnable deed) {}

  private record Link(ServerId from, ServerId to) {}

  private final SplittableRandom chance;
  private final PriorityQueue<Event> events = new PriorityQueue<>(
      (a, b) -> a.at == b.at ? Long.compare(a.number, b.number) : Long.compare(a.at, b.at));
  private final Map<ServerId, SimulatedServer> servers = new TreeMap<>();
  private final Set<Link> cut = new HashSet<>();
  private final Map<Link, Long> lastArrival = new HashMap<>();
  private final Map<ServiceName, Activation> terms = new TreeMap<>();
  private final Set<String> writtenOff = new HashSet<>();
  private final Deque<String> log = new ArrayDeque<>();
  private Optional<ServerId> leaseHolder = Optional.empty();
  private long leaseUntil;
  private long now;
  private long number;

  World(long seed) {
    this.chance = new SplittableRandom(seed);
  }

  void add(SimulatedServer server) {
    servers.put(server.id(), server);
  }

  Map<ServerId, SimulatedServer> servers() {
    return servers;
  }

  long now() {
    return now;
  }

  /** Nanoseconds of a delay that chance decides. */
  long between(long shortestMillis, long longestMillis) {
    return chance.nextLong(
        Duration.ofMillis(shortestMillis).toNanos(),
        Duration.ofMillis(longestMillis).toNanos() + 1);
  }

  <T> T anyOf(List<T> things) {
    return things.get(chance.nextInt(things.size()));
  }

  void after(long delay, Runnable deed) {
    events.add(new Event(now + delay, number++, deed));
  }

  /** @return whether it came true in time */
  boolean runUntil(BooleanSupplier condition, Duration limit) {
    long end = now + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (events.peek() == null || events.peek().at > end) {
        now = end;
        return condition.getAsBoolean();
      }
      var next = events.poll();
      now = next.at;
      next.deed.run();
    }
    return true;
  }

  void run(Duration length) {
    runUntil(() -> false, length);
  }

  // ---- network

  /** In the order in which it was sent on this way; lost where the way is cut. */
  void send(ServerId from, ServerId to, Runnable deed) {
    var link = new Link(from, to);
    if (cut.contains(link)) {
      return;
    }
    var target = servers.get(to);
    int run = target.run();
    long arrival = Math.max(now + between(1, 20), lastArrival.getOrDefault(link, 0L) + 1);
    lastArrival.put(link, arrival);
    after(arrival - now, () -> target.receive(run, deed));
  }

  void cut(ServerId from, ServerId to) {
    cut.add(new Link(from, to));
  }

  void cutBoth(ServerId one, ServerId other) {
    cut(one, other);
    cut(other, one);
  }

  void mend() {
    cut.clear();
  }

  boolean connected(ServerId one, ServerId other) {
    return !cut.contains(new Link(one, other)) && !cut.contains(new Link(other, one));
  }

  // ---- databases

  Map<ServiceName, Activation> terms() {
    return terms;
  }

  long term(ServiceName service) {
    return Optional.ofNullable(terms.get(service)).map(Activation::term).orElse(0L);
  }

  /** @return who holds the newest term afterwards: the one that wanted it, or the one that was faster */
  Activation take(Activation wanted) {
    if (term(wanted.service()) < wanted.term()) {
      terms.put(wanted.service(), wanted);
      note(wanted.server() + " takes term " + wanted.term() + " of " + wanted.service());
    }
    return terms.get(wanted.service());
  }

  void writeOff(ServerId server, String incarnation) {
    writtenOff.add(server + "/" + incarnation);
  }

  boolean isWrittenOff(ServerId server, String incarnation) {
    return writtenOff.contains(server + "/" + incarnation);
  }

  /** @param side the lease belongs to whoever of them has it */
  boolean acquireLease(ServerId server, Set<ServerId> side) {
    if (leaseHolder.isEmpty() || now > leaseUntil || side.contains(leaseHolder.get())) {
      leaseHolder = Optional.of(server);
      leaseUntil = now + LEASE.toNanos();
      return true;
    }
    return false;
  }

  // ---- what happened

  void note(String what) {
    log.addLast(String.format(Locale.ROOT, "%10.3f s  %s", now / 1e9, what));
    if (log.size() > REMEMBERED) {
      log.removeFirst();
    }
  }

  String lately() {
    return String.join("\n", log);
  }
}
