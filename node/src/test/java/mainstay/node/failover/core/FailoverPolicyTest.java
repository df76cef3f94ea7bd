package mainstay.node.failover.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import mainstay.node.failover.core.Decision.HandOver;
import mainstay.node.failover.core.Decision.Keep;
import mainstay.node.failover.core.Decision.TakeOver;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServerList;
import mainstay.protocol.model.ServiceName;
import org.junit.jupiter.api.Test;

class FailoverPolicyTest {
  private static final ServerId ALPHA = new ServerId("alpha");
  private static final ServerId BRAVO = new ServerId("bravo");
  private static final ServerId CHARLIE = new ServerId("charlie");
  private static final Right MAJORITY = Right.of(true, 3, 2);

  private static final ServerState READY =
      new ServerState(true, true, Duration.ofMinutes(1), 0, false, true, "");
  private static final Duration SETTLE = Duration.ofSeconds(3);
  private static final ServerState JUST_READY =
      new ServerState(true, true, SETTLE.minusMillis(1), 0, false, true, "");
  private static final ServerState LOADING =
      new ServerState(true, false, Duration.ZERO, 120, false, true, "");
  private static final ServerState UNFIT =
      new ServerState(true, true, Duration.ofMinutes(1), 0, false, false, "disk short");
  private static final ServerState LEAVING =
      new ServerState(true, true, Duration.ofMinutes(1), 0, true, true, "");

  @Test
  void thePrimaryTakesOverWhenNobodyIsActive() {
    var decision = FailoverPolicy.decide(
        view(ALPHA).server(ALPHA, READY).server(BRAVO, READY).build());

    assertThat(decision)
        .isEqualTo(
            new TakeOver(8, "alpha is the primary of [alpha, bravo, charlie] and available", 1));
  }

  @Test
  void theFirstAvailableBackupTakesOverInAHigherTermWhenThePrimaryIsGone() {
    var decision = FailoverPolicy.decide(
        view(BRAVO).server(BRAVO, READY).server(CHARLIE, READY).build());

    assertThat(decision)
        .isEqualTo(new TakeOver(
            8,
            "bravo is the first available server of [alpha, bravo, charlie]: alpha is not there",
            2));
  }

  @Test
  void aLaterBackupWaitsForTheFirst() {
    var decision = FailoverPolicy.decide(
        view(CHARLIE).server(BRAVO, READY).server(CHARLIE, READY).build());

    assertThat(decision).isInstanceOf(Keep.class);
    assertThat(decision.why()).startsWith("waiting for bravo to take over");
  }

  @Test
  void theSecondBackupTakesOverWhenTheFirstIsStillSynchronising() {
    var decision = FailoverPolicy.decide(
        view(CHARLIE).server(BRAVO, LOADING).server(CHARLIE, READY).build());

    assertThat(decision).isInstanceOf(TakeOver.class);
    assertThat(decision.why()).contains("bravo is synchronising (120 events behind)");
  }

  @Test
  void nobodyTakesOverWithoutTheRightToAct() {
    var decision = FailoverPolicy.decide(
        view(BRAVO).right(Right.of(true, 3, 1)).server(BRAVO, READY).build());

    assertThat(decision).isInstanceOf(Keep.class);
    assertThat(decision.why()).contains("only 1 of 3 voters");
  }

  @Test
  void nobodyTakesOverBeforeEveryReachableMemberHasReported() {
    var decision =
        FailoverPolicy.decide(view(ALPHA).server(ALPHA, LOADING).unheard(BRAVO).build());

    assertThat(decision).isEqualTo(new Keep("waiting for the first word of [bravo]", 0));
  }

  @Test
  void aBackupWaitsForThePrimaryWhenTheClusterHasJustFormed() {
    var decision =
        FailoverPolicy.decide(view(BRAVO).server(BRAVO, READY).justFormed().build());

    assertThat(decision)
        .isEqualTo(new Keep("the cluster has just formed: waiting a moment for alpha", 0));
  }

  @Test
  void rule2AnUnfitActiveServerIsReplacedByTheNextAvailableFitOneWithoutBeingAsked() {
    var unfit = view(CHARLIE)
        .active(ALPHA)
        .server(ALPHA, UNFIT)
        .server(BRAVO, LOADING)
        .server(CHARLIE, READY);

    var decision = FailoverPolicy.decide(unfit.build());

    assertThat(decision)
        .isInstanceOfSatisfying(TakeOver.class, take -> assertThat(take.rule()).isEqualTo(2));
    assertThat(decision.why()).startsWith("alpha is unfit (disk short)");
  }

  @Test
  void othersWaitForTheFitServerThatReplacesAnUnfitOne() {
    for (var self : List.of(ALPHA, BRAVO)) {
      var decision = FailoverPolicy.decide(view(self)
          .active(ALPHA)
          .server(ALPHA, UNFIT)
          .server(BRAVO, LOADING)
          .server(CHARLIE, READY)
          .build());

      assertThat(decision).as("on " + self).isInstanceOf(Keep.class);
      assertThat(decision.why()).startsWith("waiting for charlie to take over: alpha is unfit");
    }
  }

  @Test
  void rule3IfAllAreUnfitTheHighestAvailableButTheLastActiveServes() {
    var decision = FailoverPolicy.decide(view(BRAVO)
        .active(ALPHA)
        .server(ALPHA, UNFIT)
        .server(BRAVO, UNFIT)
        .server(CHARLIE, UNFIT)
        .build());

    assertThat(decision).isInstanceOfSatisfying(HandOver.class, move -> {
      assertThat(move.successor()).isEqualTo(BRAVO);
      assertThat(move.rule()).isEqualTo(3);
    });
  }

  @Test
  void rule3ALonelyUnfitServerGoesOnServing() {
    var decision =
        FailoverPolicy.decide(view(ALPHA).active(ALPHA).server(ALPHA, UNFIT).build());

    assertThat(decision).isInstanceOf(Keep.class);
  }

  @Test
  void rule4BecomingFitAgainDoesNotRegainWhatAHigherServerHas() {
    var decision = FailoverPolicy.decide(view(BRAVO)
        .active(ALPHA)
        .server(ALPHA, READY)
        .server(BRAVO, READY)
        .server(CHARLIE, READY)
        .build());

    assertThat(decision).isInstanceOf(Keep.class);
  }

  @Test
  void rule5IfNoneIsSynchronisedTheHighestRegisteredServes() {
    var decision = FailoverPolicy.decide(
        view(BRAVO).server(BRAVO, LOADING).server(CHARLIE, LOADING).build());

    assertThat(decision)
        .isInstanceOfSatisfying(TakeOver.class, take -> assertThat(take.rule()).isEqualTo(5));
  }

  @Test
  void rule6TheReturnedPrimaryGetsItsServiceBackOnlyWhenSynchronised() {
    var returning = view(BRAVO).active(BRAVO).server(ALPHA, LOADING).server(BRAVO, READY);
    var settling = view(BRAVO).active(BRAVO).server(ALPHA, JUST_READY).server(BRAVO, READY);
    var synchronised = view(BRAVO).active(BRAVO).server(ALPHA, READY).server(BRAVO, READY);

    assertThat(FailoverPolicy.decide(returning.build())).isInstanceOf(Keep.class);
    assertThat(FailoverPolicy.decide(settling.build()))
        .isEqualTo(new Keep(
            "alpha comes before bravo in the list [alpha, bravo, charlie] and is synchronised, but not yet for 3s",
            6));
    assertThat(FailoverPolicy.decide(synchronised.build()))
        .isEqualTo(new HandOver(
            ALPHA,
            "alpha comes before bravo in the list [alpha, bravo, charlie] and is synchronised for 3s",
            6));
  }

  @Test
  void aDelayedServiceReturnsWhenTheEarlierServerWasSynchronisedLongEnough() {
    var delayed = new FailbackPolicy(FailbackPolicy.Mode.DELAYED, Duration.ofMinutes(2));
    var early = view(BRAVO)
        .policy(delayed)
        .active(BRAVO)
        .server(ALPHA, READY)
        .server(BRAVO, READY)
        .build();
    var late = view(BRAVO)
        .policy(delayed)
        .active(BRAVO)
        .server(ALPHA, new ServerState(true, true, Duration.ofMinutes(2), 0, false, true, ""))
        .server(BRAVO, READY)
        .build();

    assertThat(FailoverPolicy.decide(early).why()).endsWith("but not yet for 2m");
    assertThat(FailoverPolicy.decide(late)).isInstanceOf(HandOver.class);
  }

  @Test
  void aStickyServiceStaysUntilItsServerIsUnfitAndAManualOneUntilItIsTold() {
    var sticky = new FailbackPolicy(FailbackPolicy.Mode.STICKY, Duration.ZERO);
    var manual = new FailbackPolicy(FailbackPolicy.Mode.MANUAL, Duration.ZERO);

    assertThat(FailoverPolicy.decide(view(BRAVO)
                .policy(sticky)
                .active(BRAVO)
                .server(ALPHA, READY)
                .server(BRAVO, READY)
                .build())
            .why())
        .endsWith("but the service is sticky");
    assertThat(FailoverPolicy.decide(view(BRAVO)
                .policy(manual)
                .active(BRAVO)
                .server(ALPHA, READY)
                .server(BRAVO, READY)
                .build())
            .why())
        .endsWith("only by an operator's switchover");
    assertThat(FailoverPolicy.decide(view(ALPHA)
            .policy(sticky)
            .active(BRAVO)
            .server(ALPHA, READY)
            .server(BRAVO, UNFIT)
            .build()))
        .isInstanceOf(TakeOver.class);
  }

  @Test
  void anOperatorsSwitchoverHoldsUntilTheServerIsUnfit() {
    var held = view(ALPHA).active(BRAVO).held().server(ALPHA, READY);

    assertThat(FailoverPolicy.decide(held.server(BRAVO, READY).build()).why())
        .isEqualTo(
            "an operator moved the service to bravo; it stays there until it is moved again");
    assertThat(FailoverPolicy.decide(held.server(BRAVO, UNFIT).build()))
        .isInstanceOf(TakeOver.class);
  }

  @Test
  void nothingIsMovedFromAServerWhoseTermIsKnownBeforeItsWord() {
    var taken = view(ALPHA).active(BRAVO).unheard(BRAVO).server(ALPHA, READY);

    assertThat(FailoverPolicy.decide(taken.server(BRAVO, READY).build()))
        .isInstanceOfSatisfying(
            Keep.class,
            keep ->
                assertThat(keep.why()).startsWith("bravo has taken term").contains("not reported"));
  }

  @Test
  void anUnfitOrLeavingServerDoesNotWaitForTheOtherToSettle() {
    for (var state : List.of(UNFIT, LEAVING)) {
      var decision = FailoverPolicy.decide(view(ALPHA)
          .active(BRAVO)
          .server(ALPHA, JUST_READY)
          .server(BRAVO, state)
          .build());

      assertThat(decision).isInstanceOf(state.equals(UNFIT) ? TakeOver.class : HandOver.class);
    }
  }

  @Test
  void aServerThatLeavesHandsOverEvenIfItIsTheFirst() {
    var decision = FailoverPolicy.decide(
        view(ALPHA).active(ALPHA).server(ALPHA, LEAVING).server(BRAVO, READY).build());

    assertThat(decision)
        .isInstanceOfSatisfying(
            HandOver.class, move -> assertThat(move.successor()).isEqualTo(BRAVO));
  }

  @Test
  void aServerThatWasTakenOffTheListHandsOver() {
    var decision = FailoverPolicy.decide(view(CHARLIE)
        .list("alpha", "bravo")
        .active(CHARLIE)
        .server(ALPHA, READY)
        .server(CHARLIE, READY)
        .build());

    assertThat(decision)
        .isEqualTo(new HandOver(ALPHA, "charlie is no longer in the list [alpha, bravo]", 6));
  }

  @Test
  void rule8WithAListOfOneUnfitMeansNothing() {
    var decision =
        FailoverPolicy.decide(view(ALPHA).list("alpha").server(ALPHA, UNFIT).build());

    assertThat(decision)
        .isEqualTo(new TakeOver(8, "alpha is the primary of [alpha] and available", 1));
  }

  /**
   * Whatever is known, at most one of the servers that share the knowledge takes over, only with the right to act, and from a
   * server that is fit never.
   */
  @Test
  void serversThatKnowTheSameNeverBothTakeOver() {
    long seed = Long.getLong("mainstay.seed", System.nanoTime());
    System.out.println("seed " + seed + " (-Dmainstay.seed)");
    var random = new SplittableRandom(seed);
    var servers = List.of(ALPHA, BRAVO, CHARLIE);

    for (int i = 0; i < 20_000; i++) {
      var states = new TreeMap<ServerId, ServerState>();
      servers.forEach(server -> states.put(
          server,
          new ServerState(
              random.nextBoolean(),
              random.nextBoolean(),
              Duration.ofSeconds(random.nextInt(100)),
              random.nextInt(3),
              random.nextInt(4) == 0,
              random.nextBoolean(),
              "")));
      var active = Optional.of(servers.get(random.nextInt(3)))
          .filter(s -> random.nextBoolean() && states.get(s).registered());
      var right = Right.of(true, 3, 1 + random.nextInt(3));
      boolean held = random.nextBoolean();
      var unheard =
          random.nextInt(4) == 0 ? Set.of(servers.get(random.nextInt(3))) : Set.<ServerId>of();
      var decisions = servers.stream()
          .map(self -> FailoverPolicy.decide(new ServiceView(
              ServiceName.CONFIGURATION,
              ServerList.of("alpha", "bravo", "charlie"),
              FailbackPolicy.AUTOMATIC,
              SETTLE,
              self,
              right,
              active,
              held,
              7,
              false,
              unheard,
              states)))
          .toList();

      assertThat(decisions.stream().filter(TakeOver.class::isInstance).count())
          .isLessThanOrEqualTo(1);
      decisions.forEach(decision -> {
        assertThat(decision.why()).isNotBlank();
        if (decision instanceof TakeOver) {
          assertThat(right.mayAct()).isTrue();
          assertThat(active.filter(server -> states.get(server).fit())).isEmpty();
          assertThat(unheard).isEmpty();
        }
        if (decision instanceof HandOver move) {
          assertThat(states.get(move.successor()).available()).isTrue();
          assertThat(active).isPresent().isNotEqualTo(Optional.of(move.successor()));
          assertThat(unheard).doesNotContain(active.get());
        }
      });
    }
  }

  private static ViewBuilder view(ServerId self) {
    return new ViewBuilder(self);
  }

  private static final class ViewBuilder {
    private final ServerId self;
    private final Map<ServerId, ServerState> servers = new TreeMap<>();
    private ServerList list = ServerList.of("alpha", "bravo", "charlie");
    private FailbackPolicy policy = FailbackPolicy.AUTOMATIC;
    private Right right = MAJORITY;
    private Optional<ServerId> active = Optional.empty();
    private boolean held;
    private boolean justFormed;
    private Set<ServerId> unheard = Set.of();

    ViewBuilder(ServerId self) {
      this.self = self;
    }

    ViewBuilder server(ServerId server, ServerState state) {
      servers.put(server, state);
      return this;
    }

    ViewBuilder list(String... names) {
      list = ServerList.of(names);
      return this;
    }

    ViewBuilder policy(FailbackPolicy failback) {
      policy = failback;
      return this;
    }

    ViewBuilder right(Right ours) {
      right = ours;
      return this;
    }

    ViewBuilder active(ServerId server) {
      active = Optional.of(server);
      return this;
    }

    ViewBuilder held() {
      held = true;
      return this;
    }

    ViewBuilder unheard(ServerId server) {
      unheard = Set.of(server);
      return this;
    }

    ViewBuilder justFormed() {
      justFormed = true;
      return this;
    }

    ServiceView build() {
      return new ServiceView(
          ServiceName.CONFIGURATION,
          list,
          policy,
          SETTLE,
          self,
          right,
          active,
          held,
          7,
          justFormed,
          unheard,
          Map.copyOf(servers));
    }
  }
}
