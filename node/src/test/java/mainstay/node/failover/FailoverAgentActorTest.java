package mainstay.node.failover;

import static org.assertj.core.api.Assertions.assertThat;

import akka.Done;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import mainstay.node.failover.core.Part;
import mainstay.node.failover.core.QuorumMode;
import mainstay.node.failover.core.ServiceDirectory;
import mainstay.node.host.HostControl;
import mainstay.persistence.databases.SessionName;
import mainstay.persistence.journal.JournalHealth;
import mainstay.persistence.term.WrittenOff;
import mainstay.protocol.message.ClusterOverview;
import mainstay.protocol.message.ClusterStatus;
import mainstay.protocol.message.FailoverAgent;
import mainstay.protocol.message.ServiceHost;
import mainstay.protocol.message.TakeoverOutlook;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.Position;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServerList;
import mainstay.protocol.model.ServiceName;
import mainstay.protocol.model.ServiceSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The agent in a real cluster of one member, with a host that only listens. */
class FailoverAgentActorTest {
  private static final ServerId ALPHA = new ServerId("alpha");
  private static final ServerId BRAVO = new ServerId("bravo");
  private static final ServerId WITNESS = new ServerId("witness");
  private static final String RUN = "alpha-1";
  private static final SessionName OWN = new SessionName(ALPHA, RUN);
  private static final ServiceName SERVICE = ServiceName.CONFIGURATION;
  private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration QUIET = Duration.ofMillis(300);

  private final ActorTestKit kit = ActorTestKit.create(ConfigFactory.parseMap(Map.of(
          "akka.actor.provider",
          "cluster",
          "akka.remote.artery.canonical.hostname",
          "127.0.0.1",
          "akka.remote.artery.canonical.port",
          0,
          "akka.cluster.roles",
          ClusterRoles.of(Part.SERVER, ALPHA, RUN),
          "akka.cluster.jmx.multi-mbeans-in-same-jvm",
          "on"))
      .withFallback(ConfigFactory.load("provisioning-test")));
  private final TestProbe<ServiceHost.Message> host = kit.createTestProbe();
  private final TestProbe<AgentControl.Views> views = kit.createTestProbe();
  private final TermsInMemory terms = new TermsInMemory(NOON);
  private final Set<SessionName> writtenOff = ConcurrentHashMap.newKeySet();
  private final AtomicInteger ends = new AtomicInteger();
  private final AtomicInteger failingChecks = new AtomicInteger();
  private volatile String diskComplaint;
  private volatile JournalHealth.Failures journalFailures = new JournalHealth.Failures(0, "");
  private Optional<Runnable> crash = Optional.empty();
  private ActorRef<ClusterOverview.Message> agent;

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void thePrimaryTakesTheFirstTermAndActivatesItsHost() {
    start();
    join();
    standBy();

    var order = next(HostControl.Activate.class);
    assertThat(order.activation()).isEqualTo(new Activation(SERVICE, 1, ALPHA, RUN));
    assertThat(order.rule()).isEqualTo(1);
    assertThat(order.held()).isFalse();
  }

  @Test
  void itGoesOnFromTheTermThatTheDatabaseKnows() {
    take(0, BRAVO);
    take(1, BRAVO);
    start();
    join();
    standBy();

    assertThat(next(HostControl.Activate.class).activation().term()).isEqualTo(3);
  }

  @Test
  void itTakesNoTermBeforeItHasReadThoseOfTheDatabase() {
    take(0, BRAVO);
    failingChecks.set(3);
    terms.refuseNext(1);
    start();
    join();
    standBy();

    assertThat(next(HostControl.Activate.class).activation().term()).isEqualTo(2);
    assertThat(failingChecks.get()).as("the database did not answer until then").isZero();
  }

  @Test
  void whoLosesATermGoesOnFromTheWinners() {
    start();
    join();
    take(0, BRAVO);
    standBy();

    assertThat(next(HostControl.Activate.class).activation().term())
        .as("bravo, which took term 1, is not there")
        .isEqualTo(2);
  }

  @Test
  void aTermWhoseFateIsUnknownIsLookedUpBeforeTheNextAttempt() {
    start();
    join();
    awaitDatabaseChecks();
    terms.refuseNext(1);
    standBy();

    assertThat(next(HostControl.Activate.class).activation().term()).isEqualTo(1);
    assertThat(terms.refusalsLeft()).isZero();
  }

  @Test
  void aRunThatIsWrittenOffInsteadOfGettingATermEndsOnce() {
    terms.writeOff();
    start();
    join();
    standBy();

    assertThat(next(HostControl.Suspend.class).why()).contains("downed by the others");
    standBy();
    host.expectNoMessage(QUIET);
    assertThat(ends).hasValue(1);
  }

  @Test
  void aRunThatFindsItselfWrittenOffEnds() {
    start();
    join();
    standBy();
    next(HostControl.Activate.class);

    writtenOff.add(OWN);

    assertThat(next(HostControl.Suspend.class).why()).contains("downed by the others");
    host.awaitAssert(() -> assertThat(ends).as("it suspends first, then ends").hasValue(1));
  }

  @Test
  void outsideTheClusterNoTermIsTaken() {
    start();
    standBy();
    agent.tell(new HostControl.TakeTerm(SERVICE, 0, "planned", 6, false));

    assertThat(next(HostControl.TermRefused.class).detail()).contains("not a full member");
    assertThat(terms.current(SERVICE).toCompletableFuture().join()).isEmpty();
  }

  @Test
  void aPlannedMoveTakesTheTermItExpectsAndNoOther() {
    start();
    join();
    standBy();
    next(HostControl.Activate.class);
    agent.tell(new HostControl.TakeTerm(SERVICE, 0, "planned", 6, true));
    assertThat(next(HostControl.TermRefused.class).detail()).contains("term 1 was not free");

    agent.tell(new HostControl.TakeTerm(SERVICE, 1, "planned", 6, true));

    var order = next(HostControl.Activate.class);
    assertThat(order.activation().term()).isEqualTo(2);
    assertThat(order.why()).isEqualTo("planned");
    assertThat(order.held()).isTrue();
  }

  @Test
  void aMoveToAServerThatIsNotThereIsRefused() {
    start();
    join();
    var mover = kit.<FailoverAgent.HandOverResult>createTestProbe();

    agent.tell(
        new FailoverAgent.HandOver("op-1", SERVICE, 1, BRAVO, "asked", 0, true, mover.ref()));

    var result = mover.receiveMessage();
    assertThat(result.done()).isFalse();
    assertThat(result.detail()).isEqualTo("alpha knows no service configuration on bravo");
  }

  @Test
  void oneFailedCheckOfTheDatabaseMeansNothingAndTwoInARowMeanUnfit() {
    start();
    join();
    standBy();
    agent.tell(new AgentControl.Watch(views.ref()));
    awaitFit(true);

    failingChecks.set(1);
    awaitDatabaseChecks();
    views.receiveSeveralMessages(3).forEach(v -> assertThat(fit(v)).isTrue());

    failingChecks.set(5);
    awaitFit(false);
    awaitFit(true);
  }

  @Test
  void aDiskThatIsShortMakesItUnfit() {
    start();
    join();
    standBy();
    agent.tell(new AgentControl.Watch(views.ref()));
    awaitFit(true);

    diskComplaint = "its disk is short";
    awaitFit(false);
    diskComplaint = null;
    awaitFit(true);
  }

  @Test
  void aJournalThatFailsAgainAndAgainMakesItUnfit() {
    start();
    join();
    standBy();
    agent.tell(new AgentControl.Watch(views.ref()));
    awaitFit(true);

    journalFailures = new JournalHealth.Failures(3, "db1 refused it");
    awaitFit(false);
    journalFailures = new JournalHealth.Failures(0, "");
    awaitFit(true);
  }

  @Test
  void aJournalThatFailsWhileADatabaseDoesNotAnswerIsNotItsFault() {
    failingChecks.set(Integer.MAX_VALUE);
    journalFailures = new JournalHealth.Failures(9, "not done on every database");
    start();
    join();
    standBy();
    agent.tell(new AgentControl.Watch(views.ref()));
    awaitFit(false);
    assertThat(complaint()).isEqualTo("a database is unreachable: not now");

    failingChecks.set(0);

    awaitFit(true);
    views.receiveSeveralMessages(9).forEach(v -> assertThat(fit(v)).isTrue());
  }

  @Test
  void aServerThatServesNothingMayLeaveAtOnce() {
    start();
    join();
    var leaver = kit.<Done>createTestProbe();

    agent.tell(new AgentControl.PrepareToLeave(leaver.ref()));

    leaver.expectMessageClass(Done.class);
  }

  @Test
  void whatAnActiveServiceCannotDoIsSaidWithWhyItIsActive() {
    start();
    join();
    standBy();
    next(HostControl.Activate.class);
    var statuses = kit.<ClusterStatus>createTestProbe();

    agent.tell(new HostControl.HostReport(new ServiceHost.Report(
        SERVICE,
        ServiceHost.State.ACTIVE,
        1,
        1,
        Position.EMPTY,
        0,
        0,
        "",
        0,
        false,
        NOON,
        Optional.of("its samples wait"),
        host.ref())));
    agent.tell(new ClusterOverview.Get(statuses.ref()));

    assertThat(statuses.receiveMessage().services())
        .singleElement()
        .satisfies(service -> assertThat(service.why())
            .startsWith("alpha is active in term 1: ")
            .endsWith("; its samples wait"));
  }

  @Test
  void itSaysWhoWouldServeAndNothingIsDone() {
    start();
    join();
    standBy();
    next(HostControl.Activate.class);
    var outlooks = kit.<TakeoverOutlook>createTestProbe();

    agent.tell(new ClusterOverview.WhatIf(Set.of(ALPHA), outlooks.ref()));

    var outlook = outlooks.receiveMessage();
    assertThat(outlook.reportedBy()).isEqualTo(ALPHA);
    assertThat(outlook.services())
        .singleElement()
        .satisfies(fate -> assertThat(fate.then()).as(fate.why()).isEmpty());
    host.expectNoMessage(QUIET);
  }

  @Test
  void aServiceThatIsNoLongerConfiguredLosesItsHostUnlessTheNewsIsOld() {
    start();
    join();
    standBy();
    next(HostControl.Activate.class);
    var engine = new ServiceName("dge/main");

    agent.tell(new AgentControl.DirectoryChanged(
        new ServiceDirectory(4, Map.of(SERVICE, settings(), engine, settings()))));
    agent.tell(
        new AgentControl.DirectoryChanged(new ServiceDirectory(3, Map.of(SERVICE, settings()))));
    agent.tell(report(engine, ServiceHost.State.STANDBY));
    assertThat(next(HostControl.Activate.class).activation().service()).isEqualTo(engine);

    agent.tell(
        new AgentControl.DirectoryChanged(new ServiceDirectory(5, Map.of(SERVICE, settings()))));
    agent.tell(report(engine, ServiceHost.State.STANDBY));
    agent.tell(new AgentControl.Watch(views.ref()));

    assertThat(views.receiveMessage().services())
        .extracting(v -> v.view().service())
        .containsExactly(SERVICE);
  }

  @Test
  void itsProcessDiesForADrillOnlyWhereThatIsAllowedAndInTheTermThatIsNamed() {
    var deaths = new AtomicInteger();
    crash = Optional.of(deaths::incrementAndGet);
    start();
    join();
    standBy();
    var activation = next(HostControl.Activate.class).activation();
    agent.tell(report(SERVICE, ServiceHost.State.ACTIVE, activation.term()));

    assertThat(refusalToCrash(activation.term())).isEmpty();
    assertThat(refusalToCrash(activation.term() + 1))
        .contains("alpha does not hold term 2 of configuration");
    agent.tell(new FailoverAgent.Crash(SERVICE, activation.term() + 1, "drill"));
    assertThat(refusalToCrash(activation.term())).isEmpty();
    assertThat(deaths).hasValue(0);
    agent.tell(new FailoverAgent.Crash(SERVICE, activation.term(), "drill"));
    assertThat(refusalToCrash(activation.term())).isEmpty();
    assertThat(deaths).hasValue(1);
  }

  @Test
  void itsProcessDoesNotDieForADrillWhereTheSettingsForbidIt() {
    start();
    join();
    standBy();
    var activation = next(HostControl.Activate.class).activation();
    agent.tell(report(SERVICE, ServiceHost.State.ACTIVE, activation.term()));

    assertThat(refusalToCrash(activation.term()))
        .hasValueSatisfying(why -> assertThat(why).contains("mainstay.drill.crash-allowed is off"));
  }

  private Optional<String> refusalToCrash(long term) {
    var answers = kit.<FailoverAgent.CrashAnswer>createTestProbe();
    agent.tell(new FailoverAgent.AskCrash(SERVICE, term, answers.ref()));
    return answers.receiveMessage().refusal();
  }

  private void start() {
    var settings = new FailoverSettings(
        Duration.ofMillis(20),
        Duration.ofMillis(50),
        Duration.ZERO,
        Duration.ZERO,
        Duration.ZERO,
        Duration.ofMillis(500),
        SOON,
        Duration.ofMillis(20),
        Duration.ofMillis(20),
        Duration.ZERO,
        1,
        SOON,
        Duration.ofSeconds(2),
        Duration.ofSeconds(10),
        SOON,
        SOON);
    agent = kit.spawn(FailoverAgentActor.create(new FailoverAgentActor.Environment(
        ALPHA,
        RUN,
        "test",
        terms,
        new RunsInMemory(),
        this::checkDatabase,
        () -> CompletableFuture.completedStage(Optional.ofNullable(diskComplaint)),
        () -> journalFailures,
        () -> List.of(),
        (service, ref) -> Behaviors.receiveMessage(message -> {
          host.ref().tell(message);
          return Behaviors.same();
        }),
        new NoLocations(),
        address -> {},
        fit -> {},
        new ServiceDirectory(1, Map.of(SERVICE, settings())),
        Set.of(WITNESS),
        QuorumMode.KEEP_MAJORITY,
        settings,
        Clock.fixed(NOON, ZoneOffset.UTC),
        ends::incrementAndGet,
        crash)));
  }

  private void join() {
    var cluster = Cluster.get(kit.system());
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    next(HostControl.Resume.class);
  }

  private void standBy() {
    agent.tell(report(SERVICE, ServiceHost.State.STANDBY));
  }

  private HostControl.HostReport report(ServiceName service, ServiceHost.State state) {
    return report(service, state, 0);
  }

  private HostControl.HostReport report(ServiceName service, ServiceHost.State state, long term) {
    return new HostControl.HostReport(new ServiceHost.Report(
        service,
        state,
        term,
        1,
        Position.EMPTY,
        0,
        0,
        "",
        0,
        false,
        NOON,
        Optional.empty(),
        host.ref()));
  }

  private void take(long expected, ServerId server) {
    terms.take(SERVICE, expected, server, server + "-1", "earlier", false);
  }

  private CompletionStage<Void> checkDatabase() {
    return failingChecks.getAndUpdate(left -> Math.max(0, left - 1)) > 0
        ? CompletableFuture.failedStage(new IOException("not now"))
        : CompletableFuture.completedStage(null);
  }

  /** What the next view says that is wrong. */
  private String complaint() {
    return views.receiveMessage().services().get(0).view().state(ALPHA).complaint();
  }

  private void awaitDatabaseChecks() {
    host.awaitAssert(() -> assertThat(failingChecks).hasValue(0));
  }

  private <T extends ServiceHost.Message> T next(Class<T> kind) {
    var fished = host.fishForMessage(
        SOON,
        message -> kind.isInstance(message)
            ? FishingOutcomes.complete()
            : FishingOutcomes.continueAndIgnore());
    return kind.cast(fished.get(fished.size() - 1));
  }

  private void awaitFit(boolean fit) {
    views.fishForMessage(
        SOON,
        v -> fit(v) == fit ? FishingOutcomes.complete() : FishingOutcomes.continueAndIgnore());
  }

  private static boolean fit(AgentControl.Views views) {
    return views.services().isEmpty()
        || views.services().get(0).view().state(ALPHA).fit();
  }

  private static ServiceSettings settings() {
    return new ServiceSettings(
        ServiceSettings.DEFAULT_ID,
        ServerList.of("alpha", "bravo"),
        FailbackPolicy.AUTOMATIC,
        false);
  }

  private final class RunsInMemory implements WrittenOff {
    @Override
    public CompletionStage<Void> add(SessionName run, SessionName by) {
      writtenOff.add(run);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<Boolean> contains(SessionName run) {
      return CompletableFuture.completedStage(writtenOff.contains(run));
    }
  }

  private static final class NoLocations implements AgentControl.Locations {
    @Override
    public void active(
        ServiceName service,
        ServerId server,
        long term,
        long generation,
        ActorRef<ServiceHost.Message> at) {}

    @Override
    public void none(ServiceName service) {}

    @Override
    public void local(ServiceName service, ActorRef<ServiceHost.Message> at) {}
  }
}
