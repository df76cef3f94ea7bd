package mainstay.node.failover.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import mainstay.node.failover.core.ServiceDirectory;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServerList;
import mainstay.protocol.model.ServiceName;
import mainstay.protocol.model.ServiceSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Three simulated servers under faults of all kinds, one after the other, in virtual time. After each everything must come
 * back into its place by itself, without more terms than the fault may cost, and stay there.
 *
 * <p>{@code -Dsimulation.seeds=10000} for more of them, {@code -Dsimulation.first=17} for where they begin: one seed is
 * one run, always the same.
 */
class FailoverSimulationTest {
  private static final ServerId ALPHA = new ServerId("alpha");
  private static final ServerId BRAVO = new ServerId("bravo");
  private static final ServerId CHARLIE = new ServerId("charlie");
  private static final List<ServerId> SERVERS = List.of(ALPHA, BRAVO, CHARLIE);
  private static final List<ServerId> BACKUPS = List.of(BRAVO, CHARLIE);
  private static final List<ServiceName> SERVICES =
      List.of(ServiceName.CONFIGURATION, ServiceName.dge("main"));
  private static final Duration WHOLE = Duration.ofSeconds(60);
  private static final Duration QUIET = Duration.ofSeconds(6);
  private static final int FAULTS = 10;

  /** What is done, and how many new terms of a service it may cost, the way back included. */
  private enum Fault {
    KILL_ACTIVE(2),
    KILL_BACKUP(0),
    KILL_ONE_AFTER_THE_OTHER(4),
    PAUSE_SHORTLY(0),
    HANG_ACTIVE(2),
    HANG_BACKUP(0),
    CUT_ACTIVE(2),
    CUT_BACKUP(0),
    ACTIVE_HEARS_NOBODY(2),
    ACTIVE_IS_NOT_HEARD(2),
    SWITCHOVER(2);

    private final int terms;

    Fault(int terms) {
      this.terms = terms;
    }
  }

  private World world;

  static LongStream seeds() {
    long first = Long.getLong("simulation.first", 1);
    return LongStream.range(first, first + Long.getLong("simulation.seeds", 200));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyFaultIsSurvivedAndCostsNoMoreThanItMust(long seed) {
    start(seed);
    for (int number = 1; number <= FAULTS; number++) {
      var fault = world.anyOf(List.of(Fault.values()));
      var before = new TreeMap<ServiceName, Long>();
      SERVICES.forEach(service -> before.put(service, world.term(service)));
      world.note("fault " + number + ": " + fault);

      strike(fault);
      awaitWhole(seed, fault.toString());
      world.run(QUIET);

      requireWhole(seed, fault + ", a while later");
      for (var service : SERVICES) {
        long cost = world.term(service) - before.get(service);
        if (cost > fault.terms) {
          fail(report(
              seed, fault + " has cost " + cost + " terms of " + service + ", not " + fault.terms));
        }
      }
    }
  }

  @Test
  void theSameSeedIsTheSameRun() {
    start(7);
    strike(Fault.KILL_ACTIVE);
    world.run(WHOLE);
    var first = world.lately();

    start(7);
    strike(Fault.KILL_ACTIVE);
    world.run(WHOLE);

    assertThat(world.lately()).isEqualTo(first).contains("alpha is killed");
  }

  private void start(long seed) {
    world = new World(seed);
    var settings = new ServiceSettings(
        ServiceSettings.DEFAULT_ID,
        ServerList.of("alpha", "bravo", "charlie"),
        FailbackPolicy.AUTOMATIC,
        false);
    var directory =
        new ServiceDirectory(1, Map.of(SERVICES.get(0), settings, SERVICES.get(1), settings));
    SERVERS.forEach(server -> world.add(new SimulatedServer(world, server, directory)));
    SERVERS.forEach(server -> server(server).start());
    awaitWhole(seed, "the start");
  }

  private void strike(Fault fault) {
    switch (fault) {
      case KILL_ACTIVE -> away(ALPHA);
      case KILL_BACKUP -> away(world.anyOf(BACKUPS));
      case KILL_ONE_AFTER_THE_OTHER -> {
        server(ALPHA).kill();
        world.run(Duration.ofNanos(world.between(1_000, 3_000)));
        server(BRAVO).kill();
        world.run(Duration.ofNanos(world.between(1_000, 3_000)));
        server(ALPHA).start();
        server(BRAVO).start();
      }
      case PAUSE_SHORTLY -> hang(world.anyOf(SERVERS), 500, 2_000);
      case HANG_ACTIVE -> hang(ALPHA, 7_000, 15_000);
      case HANG_BACKUP -> hang(world.anyOf(BACKUPS), 7_000, 15_000);
      case CUT_ACTIVE -> cut(() -> BACKUPS.forEach(other -> world.cutBoth(ALPHA, other)));
      case CUT_BACKUP -> {
        var backup = world.anyOf(BACKUPS);
        cut(() -> SERVERS.stream()
            .filter(other -> !other.equals(backup))
            .forEach(other -> world.cutBoth(backup, other)));
      }
      case ACTIVE_HEARS_NOBODY -> cut(() -> BACKUPS.forEach(other -> world.cut(other, ALPHA)));
      case ACTIVE_IS_NOT_HEARD -> cut(() -> BACKUPS.forEach(other -> world.cut(ALPHA, other)));
      case SWITCHOVER -> {
        SERVICES.forEach(service -> switchOver(service, BRAVO));
        world.run(QUIET);
        for (var service : SERVICES) {
          assertThat(world.terms().get(service).server())
              .as("where an operator has moved " + service + " to\n" + world.lately())
              .isEqualTo(BRAVO);
        }
        SERVICES.forEach(service -> switchOver(service, ALPHA));
      }
    }
  }

  private void away(ServerId server) {
    server(server).kill();
    world.run(Duration.ofNanos(world.between(500, 5_000)));
    server(server).start();
  }

  private void hang(ServerId server, long shortest, long longest) {
    server(server).pause();
    world.run(Duration.ofNanos(world.between(shortest, longest)));
    server(server).resume();
  }

  private void cut(Runnable cuts) {
    cuts.run();
    world.note("cut");
    world.run(Duration.ofNanos(world.between(8_000, 15_000)));
    world.mend();
    world.note("mended");
  }

  /** A move that the servers refuse at this moment is asked for again, as an operator would. */
  private void switchOver(ServiceName service, ServerId to) {
    for (int time = 1; time <= 10 && !server(to).serves(service); time++) {
      world.runUntil(
          () -> SERVERS.stream().anyMatch(server -> server(server).switchOver(service, to)), WHOLE);
      world.runUntil(() -> server(to).serves(service), Duration.ofSeconds(1));
    }
    world.run(Duration.ofNanos(world.between(0, 1_000)));
    assertThat(server(to).serves(service))
        .as(service + " is on " + to + "\n" + world.lately())
        .isTrue();
  }

  private void awaitWhole(long seed, String after) {
    if (!world.runUntil(this::whole, WHOLE)) {
      fail(report(seed, "not whole " + WHOLE.toSeconds() + " s after " + after));
    }
  }

  private void requireWhole(long seed, String when) {
    if (!whole()) {
      fail(report(seed, "not whole any more after " + when));
    }
  }

  /** All on alpha, in everybody's eyes, and nobody serves beside it. */
  private boolean whole() {
    return SERVERS.stream().allMatch(server -> server(server).sees(ALPHA))
        && SERVICES.stream()
            .allMatch(service -> SERVERS.stream()
                .allMatch(server -> server(server).serves(service) == server.equals(ALPHA)));
  }

  private SimulatedServer server(ServerId server) {
    return world.servers().get(server);
  }

  private String report(long seed, String what) {
    return "seed " + seed + ": " + what + "\n" + world.lately();
  }
}
