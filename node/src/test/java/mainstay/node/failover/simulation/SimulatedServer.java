package mainstay.node.failover.simulation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import mainstay.node.failover.core.Decision;
import mainstay.node.failover.core.FailoverPolicy;
import mainstay.node.failover.core.Knowledge;
import mainstay.node.failover.core.Member;
import mainstay.node.failover.core.Part;
import mainstay.node.failover.core.Reports;
import mainstay.node.failover.core.ServiceDirectory;
import mainstay.node.supervisor.core.SwitchoverRules;
import mainstay.protocol.message.FailoverAgent;
import mainstay.protocol.message.ServiceHost;
import mainstay.protocol.message.ServiceHost.State;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.Fitness;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/**
 * One server: its view of the members, its failover agent, its hosts and, on the oldest, the supervisor. What decides is
 * the real thing ({@link Knowledge}, {@link FailoverPolicy}, {@link SwitchoverRules}); around it stands the behaviour of the
 * actors, message by message, with the delays between them.
 */
final class SimulatedServer {
  private static final long TICK = Duration.ofMillis(100).toNanos();
  private static final long REPORT = Duration.ofMillis(200).toNanos();
  private static final long HEARTBEAT = Duration.ofMillis(200).toNanos();
  private static final long SILENCE = Duration.ofSeconds(4).toNanos();
  private static final long STABLE = Duration.ofSeconds(1).toNanos();
  private static final long MINORITY = Duration.ofSeconds(3).toNanos();
  private static final long OWN_RUN = Duration.ofSeconds(1).toNanos();
  private static final long RETRY = TICK;
  private static final long MOVE_LIMIT = Duration.ofSeconds(6).toNanos();
  private static final long HAND_OVER_LIMIT = Duration.ofSeconds(3).toNanos();
  private static final Knowledge.Patience PATIENCE = new Knowledge.Patience(
      Duration.ofSeconds(3), Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(1));
  private static final Duration SETTLE = Duration.ofSeconds(3);

  /** How another server looks from here. */
  private static final class Seen {
    private final String incarnation;
    private boolean reachable = true;
    private boolean down;
    private long lastHeard;
    private long unreachableSince;

    Seen(String incarnation, long now) {
      this.incarnation = incarnation;
      this.lastHeard = now;
    }
  }

  private final World world;
  private final ServerId id;
  private final ServiceDirectory directory;
  private final Deque<Runnable> held = new ArrayDeque<>();
  private int run;
  private boolean up;
  private boolean paused;
  private boolean joined;
  private long joinedAt;

  private Knowledge knowledge;
  private Map<ServerId, Seen> seen;
  private Map<ServiceName, Host> hosts;
  private Map<ServiceName, ServiceHost.Report> ownReports;
  private Map<ServiceName, String> told;
  private Map<ServiceName, Long> retryAt;
  private Map<ServiceName, Long> movingUntil;
  private Set<ServiceName> taking;
  private boolean termsKnown;
  private boolean mayAct;
  private long lastToAgent;

  SimulatedServer(World world, ServerId id, ServiceDirectory directory) {
    this.world = world;
    this.id = id;
    this.directory = directory;
  }

  ServerId id() {
    return id;
  }

  int run() {
    return run;
  }

  private String incarnation() {
    return id + "-" + run;
  }

  // ---- the process

  void start() {
    run++;
    up = true;
    paused = false;
    joined = false;
    held.clear();
    knowledge = new Knowledge(id, PATIENCE, SETTLE);
    seen = new TreeMap<>();
    hosts = new TreeMap<>();
    ownReports = new TreeMap<>();
    told = new HashMap<>();
    retryAt = new HashMap<>();
    movingUntil = new HashMap<>();
    taking = new HashSet<>();
    termsKnown = false;
    mayAct = false;
    directory.services().keySet().forEach(service -> hosts.put(service, new Host(service)));
    later(world.between(2_000, 4_000), this::join);
  }

  /** Gone at once. Who can reach its machine is refused there, and that is proof. */
  void kill() {
    world.note(id + " is killed");
    up = false;
    var gone = incarnation();
    others().stream()
        .filter(other -> other.up && world.connected(id, other.id))
        .forEach(other -> other.later(world.between(10, 60), () -> other.proven(id, gone)));
  }

  void pause() {
    world.note(id + " is paused");
    paused = true;
  }

  void resume() {
    world.note(id + " goes on");
    paused = false;
    var waiting = new ArrayList<>(held);
    held.clear();
    waiting.forEach(this::perform);
  }

  private void endRun() {
    world.note(id + " ends its run and returns");
    up = false;
    world.after(world.between(500, 600), this::start);
  }

  /** What was sent to an earlier run is for nobody. */
  void receive(int toRun, Runnable deed) {
    if (up && run == toRun) {
      perform(deed);
    }
  }

  private void perform(Runnable deed) {
    if (paused) {
      held.addLast(deed);
    } else if (up) {
      deed.run();
    }
  }

  private void later(long delay, Runnable deed) {
    int of = run;
    world.after(delay, () -> receive(of, deed));
  }

  private void every(long interval, Runnable deed) {
    later(interval, () -> {
      deed.run();
      every(interval, deed);
    });
  }

  private List<SimulatedServer> others() {
    return world.servers().values().stream().filter(other -> other != this).toList();
  }

  // ---- membership

  private void join() {
    if (others().stream().anyMatch(other -> other.up && !world.connected(id, other.id))) {
      later(world.between(400, 600), this::join);
      return;
    }
    joined = true;
    joinedAt = world.now();
    member(id, incarnation());
    for (var other : others()) {
      if (other.up && other.joined) {
        member(other.id, other.incarnation());
        var own = incarnation();
        other.later(world.between(20, 300), () -> {
          if (up && incarnation().equals(own)) {
            other.member(id, own);
          }
        });
      }
    }
    later(world.between(10, 50), () -> {
      world.terms().values().forEach(term -> knowledge.stored(term, world.now()));
      termsKnown = true;
      changed();
    });
    hosts.values().forEach(Host::load);
    every(HEARTBEAT, this::beat);
    every(TICK, this::tick);
    every(REPORT, this::broadcast);
    every(OWN_RUN, this::lookUpOwnRun);
  }

  private void member(ServerId server, String incarnation) {
    seen.put(server, new Seen(incarnation, world.now()));
    tell(server);
    changed();
  }

  private void tell(ServerId server) {
    var as = seen.get(server);
    knowledge.member(
        new Member(
            server,
            as.incarnation,
            Part.SERVER,
            as.down ? Member.Status.DOWN : Member.Status.UP,
            as.reachable && !as.down),
        world.now());
  }

  private void beat() {
    var own = incarnation();
    others().forEach(other -> world.send(id, other.id, () -> other.heard(id, own)));
  }

  private void heard(ServerId from, String incarnation) {
    var as = seen.get(from);
    if (as == null || !as.incarnation.equals(incarnation) || as.down) {
      return;
    }
    as.lastHeard = world.now();
    if (!as.reachable) {
      as.reachable = true;
      tell(from);
      changed();
    }
  }

  private void lookUpOwnRun() {
    if (world.isWrittenOff(id, incarnation())) {
      endRun();
    }
  }

  private void detect() {
    for (var entry : seen.entrySet()) {
      var as = entry.getValue();
      if (!entry.getKey().equals(id)
          && as.reachable
          && !as.down
          && world.now() - as.lastHeard > SILENCE + world.between(0, 150)) {
        as.reachable = false;
        as.unreachableSince = world.now();
        world.note(id + " cannot reach " + entry.getKey());
        tell(entry.getKey());
        changed();
      }
    }
  }

  /** The split brain resolver, once the picture has been stable. */
  private void resolve() {
    var missed = seen.entrySet().stream()
        .filter(entry -> !entry.getValue().reachable && !entry.getValue().down)
        .toList();
    if (missed.isEmpty()) {
      return;
    }
    long newest = missed.stream()
        .mapToLong(entry -> entry.getValue().unreachableSince)
        .max()
        .orElse(0);
    var side = side();
    boolean majority = side.size() * 2 > side.size() + missed.size();
    if (world.now() - newest < (majority ? STABLE : MINORITY)) {
      return;
    }
    if (world.acquireLease(id, side)) {
      missed.stream().map(Map.Entry::getKey).toList().forEach(this::down);
    } else {
      endRun();
    }
  }

  private Set<ServerId> side() {
    var side = new TreeSet<ServerId>();
    seen.forEach((server, as) -> {
      if (as.reachable && !as.down) {
        side.add(server);
      }
    });
    return side;
  }

  /** A majority of those that count downs a dead one at once; the rest needs the lease. */
  private void proven(ServerId dead, String incarnation) {
    var as = seen.get(dead);
    if (as == null || as.down || !as.incarnation.equals(incarnation)) {
      return;
    }
    long count = seen.values().stream().filter(other -> !other.down).count();
    var side = side();
    side.remove(dead);
    if (side.size() * 2L > count || world.acquireLease(id, side)) {
      down(dead);
    }
  }

  private void down(ServerId server) {
    var as = seen.get(server);
    if (as == null || as.down) {
      return;
    }
    as.down = true;
    world.writeOff(server, as.incarnation);
    world.note(id + " downs " + server);
    tell(server);
    var gone = as.incarnation;
    side().stream()
        .filter(other -> !other.equals(id))
        .map(world.servers()::get)
        .forEach(other -> world.send(id, other.id, () -> {
          var there = other.seen.get(server);
          if (there != null && there.incarnation.equals(gone)) {
            other.down(server);
          }
        }));
    changed();
    later(Duration.ofSeconds(1).toNanos(), () -> {
      if (seen.get(server) == as) {
        knowledge.gone(server, gone);
        seen.remove(server);
        changed();
      }
    });
  }

  // ---- the agent

  private void tick() {
    detect();
    if (up) {
      resolve();
    }
    if (up) {
      changed();
    }
  }

  private FailoverAgent.Report ownReport() {
    var configuration = Optional.ofNullable(ownReports.get(ServiceName.CONFIGURATION));
    var services = ownReports.values().stream()
        .map(report -> report.service().isDge() && !report.holdsTerm()
            ? configuration.map(copy -> likeItsConfiguration(report, copy)).orElse(report)
            : report)
        .toList();
    return new FailoverAgent.Report(
        id, incarnation(), "1", Fitness.FIT, false, 1, Optional.empty(), services);
  }

  private static ServiceHost.Report likeItsConfiguration(
      ServiceHost.Report engine, ServiceHost.Report copy) {
    return Reports.host(
        engine.service(),
        copy.synchronisationMode() == 0 ? State.STANDBY : State.SYNCHRONISING,
        engine.term(),
        copy.synchronisationMode(),
        engine.held());
  }

  private void broadcast() {
    var report = ownReport();
    knowledge.reported(report, world.now());
    others().forEach(other -> world.send(id, other.id, () -> other.reported(report)));
  }

  private void reported(FailoverAgent.Report report) {
    if (knowledge.reported(report, world.now())) {
      changed();
    }
  }

  private void hostReported(ServiceHost.Report report) {
    ownReports.put(report.service(), report);
    knowledge.reported(ownReport(), world.now());
    broadcast();
    changed();
  }

  private void changed() {
    if (!joined) {
      return;
    }
    boolean right = knowledge.right().mayAct();
    if (right != mayAct) {
      mayAct = right;
      world.note(id + (right ? " may act" : " may not act"));
      lookUpOwnRun();
      if (!up) {
        return;
      }
      hosts.values().forEach(host -> toHost(right ? host::resume : host::suspend));
    }
    for (var service : List.copyOf(ownReports.keySet())) {
      tellWhoIsActive(service);
      var decision = FailoverPolicy.decide(knowledge.view(service, directory, world.now()));
      if (termsKnown
          && decision instanceof Decision.TakeOver takeOver
          && !taking.contains(service)
          && world.now() >= retryAt.getOrDefault(service, 0L)) {
        take(service, knowledge.lastTerm(service), false, false, takeOver.why());
      } else if (decision instanceof Decision.HandOver move && isSupervisor()) {
        order(service, move.successor(), false, move.why());
      }
    }
  }

  private void tellWhoIsActive(ServiceName service) {
    var active = knowledge.active(service);
    var server = knowledge.activeServer(service);
    var news = server + " " + active.map(ServiceHost.Report::term);
    if (!news.equals(told.put(service, news)) && active.isPresent()) {
      var by = server.orElseThrow();
      long term = active.get().term();
      toHost(() -> hosts.get(service).activeServer(by, term));
    }
  }

  private void take(ServiceName service, long expected, boolean planned, boolean hold, String why) {
    taking.add(service);
    later(world.between(5, 60), () -> {
      taking.remove(service);
      if (world.isWrittenOff(id, incarnation())) {
        endRun();
        return;
      }
      var wanted = new Activation(service, expected + 1, id, incarnation());
      var holder = world.take(wanted);
      knowledge.stored(holder, world.now());
      if (holder.equals(wanted)) {
        world.note(id + " has it because " + why);
        toHost(() -> hosts.get(service).activate(wanted.term(), hold));
      } else {
        retryAt.put(service, world.now() + RETRY);
        if (planned) {
          toHost(() -> hosts.get(service).refused());
        }
        changed();
      }
    });
  }

  /** Host and agent are actors of one server: what one sends to the other keeps its order. */
  private void toAgent(Runnable deed) {
    long arrival = Math.max(world.now() + world.between(0, 2), lastToAgent + 1);
    lastToAgent = arrival;
    later(arrival - world.now(), deed);
  }

  private void toHost(Runnable deed) {
    later(world.between(0, 1), deed);
  }

  // ---- the supervisor

  private boolean isSupervisor() {
    return mayAct
        && seen.entrySet().stream()
            .filter(entry -> !entry.getValue().down)
            .map(entry -> world.servers().get(entry.getKey()))
            .allMatch(other -> other == this || joinedAt < other.joinedAt);
  }

  private void order(ServiceName service, ServerId to, boolean hold, String why) {
    if (world.now() < movingUntil.getOrDefault(service, 0L)) {
      return;
    }
    movingUntil.put(service, world.now() + MOVE_LIMIT);
    var view = knowledge.view(service, directory, world.now());
    view.active().map(world.servers()::get).ifPresent(active -> {
      long term = knowledge.lastTerm(service);
      world.note(id + " orders " + service + " from " + active.id + " to " + to + ": " + why);
      Runnable over = () -> movingUntil.put(service, world.now());
      if (active == this) {
        toHost(() -> hosts.get(service).moveTo(term, to, hold, over));
      } else {
        int of = run;
        world.send(
            id,
            active.id,
            () -> active
                .hosts
                .get(service)
                .moveTo(term, to, hold, () -> world.send(active.id, id, () -> receive(of, over))));
      }
    });
  }

  /** @return whether the rules allow it now */
  boolean switchOver(ServiceName service, ServerId to) {
    if (!up || !joined || !isSupervisor() || world.now() < movingUntil.getOrDefault(service, 0L)) {
      return false;
    }
    var ruling = SwitchoverRules.rule(
        knowledge.view(service, directory, world.now()), Optional.of(to), false);
    ruling.move().ifPresent(move -> order(service, to, move.held(), "an operator"));
    return ruling.move().isPresent();
  }

  // ---- for those who look

  /** Everything is in its place, as this server sees it. */
  boolean sees(ServerId expected) {
    return up
        && !paused
        && joined
        && side().size() == world.servers().size()
        && directory.services().keySet().stream().allMatch(service -> {
          var view = knowledge.view(service, directory, world.now());
          return knowledge
                  .active(service)
                  .filter(r -> r.state() == State.ACTIVE)
                  .isPresent()
              && view.active().equals(Optional.of(expected))
              && view.list().servers().stream().allMatch(s -> view.state(s).available());
        });
  }

  boolean serves(ServiceName service) {
    return up && joined && hosts.get(service).state == State.ACTIVE;
  }

  // ---- the hosts

  private final class Host {
    private final ServiceName service;
    private State state = State.SYNCHRONISING;
    private long term;
    private boolean active;
    private boolean hold;
    private int mode = 2;
    private int copy;
    private Optional<ServerId> movingTo = Optional.empty();
    private Runnable moveOver = () -> {};
    private Optional<Runnable> accepting = Optional.empty();

    Host(ServiceName service) {
      this.service = service;
    }

    private void load() {
      become(State.SYNCHRONISING);
      follow(world.between(100, 1_500));
      every(TICK, this::work);
    }

    /** The copy is whole a moment later, unless something else has begun. */
    private void follow(long delay) {
      int of = ++copy;
      mode = Math.max(mode, 1);
      later(delay, () -> {
        if (!active && copy == of) {
          mode = 0;
          become(State.STANDBY);
        }
      });
    }

    private void become(State next) {
      state = next;
      var report = Reports.host(service, state, term, active ? 0 : mode, hold);
      toAgent(() -> hostReported(report));
    }

    /** A write of a term that is over is refused. */
    private void work() {
      if (state == State.ACTIVE && world.term(service) > term) {
        state = State.SUSPENDED;
        become(State.SUSPENDED);
        later(world.between(200, 260), this::verify);
      }
    }

    private void activate(long newTerm, boolean held) {
      active = true;
      term = newTerm;
      hold = held;
      copy++;
      become(State.ACTIVATING);
      later(world.between(5, 50), () -> {
        if (active && term == newTerm && state == State.ACTIVATING) {
          become(mayAct ? State.ACTIVE : State.SUSPENDED);
          accepting.ifPresent(Runnable::run);
          accepting = Optional.empty();
        }
      });
    }

    private void suspend() {
      if (active) {
        become(State.SUSPENDED);
      }
    }

    private void resume() {
      if (state == State.SUSPENDED) {
        verify();
      }
    }

    private void verify() {
      later(world.between(5, 20), () -> {
        if (state != State.SUSPENDED || !mayAct) {
          return;
        }
        var stored = world.terms().get(service);
        if (stored.term() == term && stored.incarnation().equals(incarnation())) {
          activate(term, hold);
        } else {
          toAgent(() -> {
            knowledge.stored(stored, world.now());
            changed();
          });
          stepDown(stored.term());
        }
      });
    }

    private void stepDown(long newTerm) {
      active = false;
      hold = false;
      term = Math.max(term, newTerm);
      movingTo.ifPresent(to -> moveOver.run());
      movingTo = Optional.empty();
      become(State.SYNCHRONISING);
      follow(service.isDge() ? 0 : world.between(10, 200));
    }

    private void activeServer(ServerId server, long inTerm) {
      if (inTerm < term || server.equals(id)) {
        return;
      }
      if (active && inTerm > term) {
        stepDown(inTerm);
      } else if (!active && inTerm > term) {
        term = inTerm;
        become(State.SYNCHRONISING);
        follow(world.between(10, 200));
      }
    }

    private void moveTo(long inTerm, ServerId to, boolean held, Runnable over) {
      if (!active || inTerm != term || state != State.ACTIVE) {
        over.run();
        return;
      }
      movingTo = Optional.of(to);
      moveOver = over;
      become(State.DRAINING);
      later(world.between(1, 30), () -> {
        if (state == State.DRAINING) {
          var successor = world.servers().get(to);
          int of = run;
          world.send(
              id,
              to,
              () -> successor
                  .hosts
                  .get(service)
                  .accept(
                      inTerm,
                      held,
                      accepted ->
                          world.send(to, id, () -> receive(of, () -> accepted(inTerm, accepted)))));
        }
      });
      later(HAND_OVER_LIMIT, () -> {
        if (state == State.DRAINING && term == inTerm) {
          unmoved();
        }
      });
    }

    private void accept(long inTerm, boolean held, java.util.function.Consumer<Long> reply) {
      if (active
          || inTerm != term
          || mode != 0 && !service.isDge()
          || taking.contains(service)
          || !mayAct) {
        reply.accept(0L);
        return;
      }
      accepting = Optional.of(() -> reply.accept(term));
      toAgent(() -> take(service, inTerm, true, held, "it was handed over"));
    }

    private void refused() {
      accepting = Optional.empty();
    }

    private void accepted(long inTerm, long newTerm) {
      if (state != State.DRAINING || term != inTerm) {
        return;
      }
      if (newTerm == 0) {
        unmoved();
        return;
      }
      var successor = movingTo.orElseThrow();
      toAgent(() -> {
        knowledge.stored(new Activation(service, newTerm, successor, ""), world.now());
        changed();
      });
      stepDown(newTerm);
    }

    private void unmoved() {
      movingTo = Optional.empty();
      moveOver.run();
      become(State.SUSPENDED);
      verify();
    }
  }
}
