package mainstay.node.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.eventstream.EventStream;
import akka.persistence.testkit.PersistenceTestKitPlugin;
import akka.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.EventSeq;
import com.typesafe.config.ConfigFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import mainstay.node.failover.AgentControl;
import mainstay.node.failover.TermsInMemory;
import mainstay.node.failover.core.Decision;
import mainstay.node.failover.core.Right;
import mainstay.node.failover.core.ServerState;
import mainstay.node.failover.core.ServiceView;
import mainstay.node.supervisor.core.DrillCourse;
import mainstay.node.supervisor.core.SupervisorEvent;
import mainstay.protocol.message.ClusterOverview;
import mainstay.protocol.message.ClusterStatus;
import mainstay.protocol.message.ClusterSupervisor.Command;
import mainstay.protocol.message.ClusterSupervisor.DrillReply;
import mainstay.protocol.message.ClusterSupervisor.DrillReport;
import mainstay.protocol.message.ClusterSupervisor.DrillReports;
import mainstay.protocol.message.ClusterSupervisor.DrillRequest;
import mainstay.protocol.message.ClusterSupervisor.DrillTerm;
import mainstay.protocol.message.ClusterSupervisor.GetDrill;
import mainstay.protocol.message.ClusterSupervisor.GetDrills;
import mainstay.protocol.message.ClusterSupervisor.GetOperation;
import mainstay.protocol.message.ClusterSupervisor.GetTerms;
import mainstay.protocol.message.ClusterSupervisor.Operation;
import mainstay.protocol.message.ClusterSupervisor.OperationReply;
import mainstay.protocol.message.ClusterSupervisor.StartDrill;
import mainstay.protocol.message.ClusterSupervisor.Switchover;
import mainstay.protocol.message.ClusterSupervisor.Term;
import mainstay.protocol.message.ClusterSupervisor.Terms;
import mainstay.protocol.message.FailoverAgent.AskCrash;
import mainstay.protocol.message.FailoverAgent.Crash;
import mainstay.protocol.message.FailoverAgent.CrashAnswer;
import mainstay.protocol.message.FailoverAgent.HandOver;
import mainstay.protocol.message.FailoverAgent.HandOverResult;
import mainstay.protocol.message.LiveEvent;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.DrillKind;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.Principal;
import mainstay.protocol.model.Role;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServerList;
import mainstay.protocol.model.ServiceName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClusterSupervisorActorTest {
  private static final String STREAM = "supervisor|main";
  private static final ServiceName SERVICE = ServiceName.CONFIGURATION;
  private static final ServerId ALPHA = new ServerId("alpha");
  private static final ServerId BRAVO = new ServerId("bravo");
  private static final ServerId CHARLIE = new ServerId("charlie");
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration QUIET = Duration.ofMillis(100);
  private static final Decision KEEP = new Decision.Keep("all is well", 1);
  private static final Decision FAILBACK = new Decision.HandOver(ALPHA, "alpha is back", 5);
  private static final ServerState READY =
      new ServerState(true, true, Duration.ofMinutes(1), 0, false, true, "");
  private static final ServerState LOADING =
      new ServerState(true, false, Duration.ZERO, 7, false, true, "");

  private final ActorTestKit kit = ActorTestKit.create(PersistenceTestKitPlugin.config()
      .withFallback(PersistenceTestKitSnapshotPlugin.config())
      .withFallback(ConfigFactory.parseString("akka.persistence.testkit.events.serialize = on"))
      .withFallback(ConfigFactory.load("provisioning-test")));
  private final PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
  private final TestProbe<ClusterOverview.Message> local = kit.createTestProbe();
  private final TestProbe<ClusterOverview.Message> alpha = kit.createTestProbe();
  private final TestProbe<ClusterOverview.Message> bravo = kit.createTestProbe();
  private final TestProbe<OperationReply> client = kit.createTestProbe();
  private final TestProbe<LiveEvent> live = kit.createTestProbe();
  private final List<Activation> writers = new CopyOnWriteArrayList<>();

  private final TestProbe<DrillReply> drills = kit.createTestProbe();
  private final SteppingClock clock = new SteppingClock();
  private List<ClusterStatus.Database> databases =
      List.of(new ClusterStatus.Database("db1", "postgresql", true, "active", 3));

  private final TermsInMemory terms = new TermsInMemory(NOON);
  private ActorRef<Command> supervisor;
  private ActorRef<AgentControl.Views> views;

  @BeforeEach
  void listen() {
    kit.system().eventStream().tell(new EventStream.Subscribe<>(LiveEvent.class, live.ref()));
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void aSwitchoverIsOrderedFromTheActiveServerAndEndsAsDone() {
    start(LONG, LONG);
    see(ALPHA, READY, KEEP);
    request("r", BRAVO);

    var running = accepted();
    var order = alpha.expectMessageClass(HandOver.class);
    assertThat(order)
        .isEqualTo(new HandOver(
            running.id(), SERVICE, 4, BRAVO, "switchover by eve", 0, true, order.replyTo()));
    assertThat(running)
        .isEqualTo(new Operation(
            running.id(), SERVICE, ALPHA, BRAVO, "running", "switchover by eve", 0, NOON));

    order.replyTo().tell(new HandOverResult(running.id(), true, 5, 42, "moved in term 5"));

    var event = live.receiveMessage();
    assertThat(event.type()).isEqualTo("operation-finished");
    assertThat(event.fields())
        .containsEntry("operation", running.id())
        .containsEntry("state", "done")
        .containsEntry("pauseMillis", "42");
    assertThat(operation(running.id()))
        .isEqualTo(new Operation(
            running.id(), SERVICE, ALPHA, BRAVO, "done", "moved in term 5", 42, NOON));
    bravo.expectNoMessage(QUIET);
  }

  @Test
  void aSwitchoverThatTheActiveServerRefusesEndsAsFailed() {
    start(LONG, LONG);
    see(ALPHA, READY, KEEP);
    request("r", BRAVO);
    var id = accepted().id();

    refuse(alpha.expectMessageClass(HandOver.class));

    assertThat(live.receiveMessage().fields()).containsEntry("state", "failed");
    assertThat(operation(id))
        .extracting(Operation::state, Operation::detail)
        .containsExactly("failed", "alpha does not hold term 4");
  }

  @Test
  void aMoveWithoutAnAnswerIsJudgedByWhoIsActive() {
    start(SHORT, LONG);
    see(ALPHA, READY, KEEP);
    request("lost", BRAVO);
    var lost = accepted().id();
    live.receiveMessage();
    request("arrived", BRAVO);
    var arrived = accepted().id();
    see(BRAVO, READY, KEEP);
    live.receiveMessage();

    assertThat(operation(lost))
        .extracting(Operation::state, Operation::detail)
        .containsExactly("failed", "no answer within 1000 ms");
    assertThat(operation(arrived).state()).isEqualTo("done");
  }

  @Test
  void whatCannotBeMovedIsRefusedInASentenceAndNotOrdered() {
    start(LONG, LONG);
    see(ALPHA, LOADING, KEEP);
    request(ServiceName.dge("none"), "service", BRAVO);
    assertRefused(Reason.NOT_FOUND, "there is no service dge/none");
    request("unknown", new ServerId("delta"));
    assertRefused(Reason.INVALID, "delta is not in the list");
    request("active", ALPHA);
    assertRefused(Reason.REFUSED_BY_RULE, "alpha is active for service configuration already");
    request("behind", BRAVO);
    assertRefused(Reason.REFUSED_BY_RULE, "bravo is synchronising (7 events behind)");

    alpha.expectNoMessage(QUIET);
    assertThat(journal.persistedInStorage(STREAM)).isEmpty();
  }

  @Test
  void oneServiceMovesOnceAtATime() {
    start(LONG, LONG);
    see(ALPHA, READY, KEEP);
    request("r", BRAVO);
    var id = accepted().id();
    alpha.expectMessageClass(HandOver.class);

    request("s", BRAVO);
    assertRefused(Reason.REFUSED_BY_RULE, "service configuration is moving already");
    request("r", BRAVO);
    assertThat(accepted().id()).isEqualTo(id);
    request("r", CHARLIE);
    assertRefused(Reason.INVALID, "this request id belongs to the move of configuration to bravo");
    alpha.expectNoMessage(QUIET);
  }

  @Test
  void beforeItSeesAnythingItAsksToAskAgain() {
    start(LONG, LONG);
    request("r", BRAVO);

    assertRefused(Reason.NO_ACTIVE_SERVER, "the supervisor has just begun on alpha");
  }

  @Test
  void aMoveFromAServerThatHasGoneFailsAtOnce() {
    start(LONG, LONG);
    see(CHARLIE, READY, KEEP);
    request("r", BRAVO);
    var id = accepted().id();

    live.receiveMessage();
    assertThat(operation(id))
        .extracting(Operation::state, Operation::detail)
        .containsExactly("failed", "charlie is not there any more");
  }

  @Test
  void anOperationThatNobodyKnowsIsNotFound() {
    start(LONG, LONG);
    supervisor.tell(new GetOperation("x", client.ref()));

    assertRefused(Reason.NOT_FOUND, "no operation x");
  }

  @Test
  void failbackIsOrderedOnceWhenTheRulesSayHandOver() {
    start(LONG, LONG);
    see(BRAVO, READY, KEEP);
    bravo.expectNoMessage(QUIET);
    see(BRAVO, READY, FAILBACK);

    var order = bravo.expectMessageClass(HandOver.class);
    assertThat(order)
        .isEqualTo(new HandOver(
            order.operation(), SERVICE, 4, ALPHA, "alpha is back", 5, false, order.replyTo()));
    see(BRAVO, READY, FAILBACK);
    bravo.expectNoMessage(QUIET);

    order.replyTo().tell(new HandOverResult(order.operation(), true, 5, 8, "moved"));
    live.receiveMessage();
    assertThat(operation(order.operation()).state()).isEqualTo("done");
    see(BRAVO, READY, FAILBACK);
    bravo.expectNoMessage(QUIET); // An old view: the agent has not heard of term 5 yet.
  }

  @Test
  void aFailedFailbackIsTriedAgainAfterAPause() {
    start(LONG, SHORT);
    see(BRAVO, READY, FAILBACK);
    var first = bravo.expectMessageClass(HandOver.class);
    refuse(first);
    live.receiveMessage();
    see(BRAVO, READY, FAILBACK);
    bravo.expectNoMessage(QUIET);

    bravo.awaitAssert(() -> {
      see(BRAVO, READY, FAILBACK);
      var second = bravo.expectMessageClass(HandOver.class, Duration.ofMillis(20));
      assertThat(second.operation()).isNotEqualTo(first.operation());
      return second;
    });
  }

  @Test
  void aRestartKeepsTheOperationsAndEndsTheRunningOne() {
    start(LONG, LONG);
    see(ALPHA, READY, KEEP);
    request("first", BRAVO);
    var failed = accepted().id();
    refuse(alpha.expectMessageClass(HandOver.class));
    live.receiveMessage();
    request("second", BRAVO);
    var running = accepted().id();
    alpha.expectMessageClass(HandOver.class);
    kit.stop(supervisor);

    start(Duration.ofSeconds(2), LONG);
    see(ALPHA, READY, KEEP);
    assertThat(operation(failed))
        .extracting(Operation::state, Operation::detail)
        .containsExactly("failed", "alpha does not hold term 4");
    request("first", BRAVO);
    assertThat(accepted().id()).isEqualTo(failed);
    request("third", BRAVO);
    assertRefused(Reason.REFUSED_BY_RULE, "service configuration is moving already");
    see(BRAVO, READY, KEEP);

    assertThat(live.receiveMessage().fields()).containsEntry("operation", running);
    assertThat(operation(running).state()).isEqualTo("done");
    alpha.expectNoMessage(QUIET);
  }

  @Test
  void whatTheJournalRefusesIsNotOrderedAndBeginsTheNextTerm() {
    start(LONG, LONG);
    see(ALPHA, READY, KEEP);
    journal.failNextPersisted(STREAM);
    request("r", BRAVO);

    views = local.expectMessageClass(AgentControl.Watch.class).watcher();
    alpha.expectNoMessage(QUIET);
    client.expectNoMessage(QUIET);
    see(ALPHA, READY, KEEP);
    request("r", BRAVO);

    accepted();
    alpha.expectMessageClass(HandOver.class);
    assertThat(writers)
        .containsExactly(
            new Activation(ServiceName.SUPERVISOR, 1, ALPHA, "alpha-1"),
            new Activation(ServiceName.SUPERVISOR, 2, ALPHA, "alpha-1"));
  }

  @Test
  void itBeginsWhenTheDatabaseAnswersAgainAndReadsItsTermsThere() {
    terms.refuseNext(2);
    start(LONG, LONG);
    assertThat(terms.refusalsLeft()).isZero();
    kit.stop(supervisor);
    start(LONG, LONG);
    var reader = kit.<Terms>createTestProbe();
    supervisor.tell(new GetTerms(ServiceName.SUPERVISOR, 5, reader.ref()));

    assertThat(reader.receiveMessage().items())
        .containsExactly(
            new Term(2, ALPHA, NOON, "cluster singleton"),
            new Term(1, ALPHA, NOON, "cluster singleton"));
  }

  @Test
  void aDrillMovesTheServiceKeepsItThereAndLetsTheRulesBringItBack() {
    start(LONG, LONG);
    terms.take(SERVICE, 3, ALPHA, "alpha-1", "first", true);
    see(ALPHA, 4, KEEP);
    drill("d", DrillKind.SWITCHOVER, Optional.empty());
    var id = reported().id();

    see(ALPHA, 4, KEEP);
    var forth = alpha.expectMessageClass(HandOver.class);
    assertThat(forth)
        .isEqualTo(new HandOver(
            forth.operation(), SERVICE, 4, BRAVO, "drill by eve", 0, false, forth.replyTo()));
    terms.take(SERVICE, 4, BRAVO, "bravo-1", "drill by eve", false);
    forth.replyTo().tell(new HandOverResult(forth.operation(), true, 5, 42, "moved in term 5"));
    live.receiveMessage();
    see(BRAVO, 5, FAILBACK);
    awaitTerms(id, 1);
    see(BRAVO, 5, FAILBACK);
    bravo.expectNoMessage(QUIET);

    clock.forward(Duration.ofSeconds(6));
    see(BRAVO, 5, FAILBACK);
    var back = bravo.expectMessageClass(HandOver.class);
    assertThat(back.to()).isEqualTo(ALPHA);
    terms.take(SERVICE, 5, ALPHA, "alpha-1", "alpha is back", false);
    back.replyTo().tell(new HandOverResult(back.operation(), true, 6, 17, "moved in term 6"));
    live.receiveMessage();
    see(ALPHA, 6, KEEP);
    awaitTerms(id, 2);
    see(ALPHA, 6, KEEP);

    var report = drillOf(id);
    assertThat(report.state()).isEqualTo("passed");
    assertThat(report.why())
        .isEqualTo("bravo took over and served for 5s, then alpha took it back");
    assertThat(report.longestGapMillis()).contains(0L);
    assertThat(report.terms())
        .extracting(DrillTerm::term, DrillTerm::server)
        .containsExactly(tuple(5L, BRAVO), tuple(6L, ALPHA));
  }

  @Test
  void aCrashIsOnlyOrderedWhereItsServerAllowsItAndIsRememberedByTheNextSupervisor() {
    start(LONG, LONG);
    see(ALPHA, 4, KEEP);
    drill("refused", DrillKind.CRASH, Optional.of(ALPHA));
    answer("alpha does not allow it");
    assertThat(drillRefused().detail()).isEqualTo("alpha does not allow it");

    drill("d", DrillKind.CRASH, Optional.of(ALPHA));
    answer(null);
    var id = reported().id();
    see(ALPHA, 4, KEEP);
    alpha.expectNoMessage(QUIET);
    clock.forward(Duration.ofSeconds(1));
    see(ALPHA, 4, KEEP);
    assertThat(alpha.expectMessageClass(Crash.class))
        .isEqualTo(new Crash(SERVICE, 4, "drill by eve"));

    kit.stop(supervisor);
    terms.take(SERVICE, 3, ALPHA, "alpha-1", "first", true);
    terms.take(SERVICE, 4, BRAVO, "bravo-1", "alpha is not there", true);
    start(LONG, LONG);
    see(BRAVO, 5, KEEP);
    awaitTerms(id, 1);
    assertThat(drillOf(id).then()).contains(BRAVO);
    alpha.expectNoMessage(QUIET);
  }

  @Test
  void oneDrillRunsAtATimeAndARepeatedRequestGetsTheSameOne() {
    start(LONG, LONG);
    see(ALPHA, 4, KEEP);
    drill("d", DrillKind.SWITCHOVER, Optional.empty());
    var id = reported().id();
    drill("d", DrillKind.SWITCHOVER, Optional.empty());
    assertThat(reported().id()).isEqualTo(id);
    drill("d", DrillKind.CRASH, Optional.of(ALPHA));
    assertThat(drillRefused().reason()).isEqualTo(Reason.INVALID);
    drill("e", DrillKind.SWITCHOVER, Optional.empty());
    assertThat(drillRefused().detail()).contains("drill " + id, "is under way");

    var lists = kit.<DrillReports>createTestProbe();
    supervisor.tell(new GetDrills(SERVICE, 5, lists.ref()));
    assertThat(lists.receiveMessage().items()).extracting(DrillReport::id).containsExactly(id);
    supervisor.tell(new GetDrill(ServiceName.dge("other"), id, drills.ref()));
    assertThat(drillRefused().reason()).isEqualTo(Reason.NOT_FOUND);
  }

  @Test
  void aDrillWithoutAllDatabasesIsRefused() {
    databases = List.of(new ClusterStatus.Database("db1", "postgresql", false, "copying", 3));
    start(LONG, LONG);
    see(ALPHA, 4, KEEP);
    drill("d", DrillKind.SWITCHOVER, Optional.empty());

    assertThat(drillRefused().detail()).isEqualTo("not all databases are active: db1 (copying)");
    assertThat(journal.persistedInStorage(STREAM)).isEmpty();
  }

  private void drill(String id, DrillKind kind, Optional<ServerId> confirm) {
    supervisor.tell(new StartDrill(
        new DrillRequest(SERVICE, kind, Optional.empty(), false, Duration.ofSeconds(5), confirm),
        new Principal("eve", Role.ADMIN),
        id,
        drills.ref()));
  }

  private void answer(String refusal) {
    var question = alpha.expectMessageClass(AskCrash.class);
    assertThat(question.term()).isEqualTo(4);
    question.replyTo().tell(new CrashAnswer(Optional.ofNullable(refusal)));
  }

  private DrillReport reported() {
    var reply = drills.receiveMessage();
    assertThat(reply.refusal()).isEmpty();
    return reply.report().orElseThrow();
  }

  private Rejected drillRefused() {
    var reply = drills.receiveMessage();
    assertThat(reply.report()).isEmpty();
    return reply.refusal().orElseThrow();
  }

  private DrillReport drillOf(String id) {
    supervisor.tell(new GetDrill(SERVICE, id, drills.ref()));
    return reported();
  }

  /** They are read from the databases, which takes a moment. */
  private void awaitTerms(String id, int number) {
    drills.awaitAssert(() -> assertThat(drillOf(id).terms()).hasSize(number));
  }

  private void start(Duration moveTimeout, Duration moveRetry) {
    var agents = Map.of(ALPHA, alpha.ref(), BRAVO, bravo.ref());
    supervisor = kit.spawn(ClusterSupervisorActor.create(new ClusterSupervisorActor.Environment(
        ALPHA,
        "alpha-1",
        terms,
        local.ref(),
        server -> Optional.ofNullable(agents.get(server)),
        activation -> {
          writers.add(activation);
          return asTheyAre();
        },
        () -> databases,
        new ClusterSupervisorActor.Settings(moveTimeout, moveRetry, Duration.ofMillis(20)),
        new DrillCourse.Limits(LONG, LONG),
        clock)));
    views = local.expectMessageClass(AgentControl.Watch.class).watcher();
  }

  private void see(ServerId active, long term, Decision decision) {
    see(active, term, READY, decision);
  }

  private void see(ServerId active, ServerState bravoState, Decision decision) {
    see(active, 4, bravoState, decision);
  }

  private void see(ServerId active, long term, ServerState bravoState, Decision decision) {
    var view = new ServiceView(
        SERVICE,
        ServerList.of("alpha", "bravo", "charlie"),
        FailbackPolicy.AUTOMATIC,
        Duration.ZERO,
        ALPHA,
        Right.of(true, 3, 3),
        Optional.of(active),
        false,
        term,
        false,
        Set.of(),
        Map.of(ALPHA, READY, BRAVO, bravoState, CHARLIE, READY));
    views.tell(
        new AgentControl.Views(List.of(new AgentControl.View(view, decision, Optional.of(NOON)))));
  }

  private void request(String id, ServerId to) {
    request(SERVICE, id, to);
  }

  private void request(ServiceName service, String id, ServerId to) {
    supervisor.tell(new Switchover(
        service, Optional.of(to), new Principal("eve", Role.OPERATOR), id, client.ref()));
  }

  private static void refuse(HandOver order) {
    order
        .replyTo()
        .tell(new HandOverResult(order.operation(), false, 0, 0, "alpha does not hold term 4"));
  }

  private Operation accepted() {
    var reply = client.receiveMessage();
    assertThat(reply.refusal()).isEmpty();
    return reply.operation().orElseThrow();
  }

  private Operation operation(String id) {
    supervisor.tell(new GetOperation(id, client.ref()));
    return accepted();
  }

  private void assertRefused(Reason reason, String detail) {
    var reply = client.receiveMessage();
    assertThat(reply.operation()).isEmpty();
    assertThat(reply.refusal()).hasValueSatisfying(refusal -> {
      assertThat(refusal.reason()).isEqualTo(reason);
      assertThat(refusal.detail()).contains(detail);
    });
  }

  private static EventAdapter<SupervisorEvent, Object> asTheyAre() {
    return new EventAdapter<>() {
      @Override
      public Object toJournal(SupervisorEvent event) {
        return event;
      }

      @Override
      public String manifest(SupervisorEvent event) {
        return "";
      }

      @Override
      public EventSeq<SupervisorEvent> fromJournal(Object stored, String manifest) {
        return EventSeq.single((SupervisorEvent) stored);
      }
    };
  }

  /** Stands still until it is put forward. */
  private static final class SteppingClock extends Clock {
    private volatile Instant now = NOON;

    void forward(Duration step) {
      now = now.plus(step);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
