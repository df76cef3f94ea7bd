package mainstay.node.failover;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.Fitness;
import mainstay.protocol.model.Position;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServerList;
import mainstay.protocol.model.ServiceName;
import mainstay.protocol.model.ServiceSettings;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three agents in a real cluster, with clocks that the test sets, and hosts that do nothing. */
class ThreeAgentsTest {
  private static final ServiceName SERVICE = ServiceName.CONFIGURATION;
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration TOLERATED = Duration.ofSeconds(10);

  private final TermsInMemory terms = new TermsInMemory(Instant.EPOCH);
  private final Agent alpha = new Agent("alpha");
  private final Agent bravo = new Agent("bravo");
  private final Agent charlie = new Agent("charlie");
  private final List<Agent> all = List.of(alpha, bravo, charlie);

  @BeforeEach
  void formACluster() {
    all.forEach(agent -> agent.join(alpha));
    eventually(() -> {
      assertThat(bravo.service().active()).contains(alpha.id);
      assertThat(bravo.service().standbys()).allMatch(standby -> standby.state().equals("standby"));
    });
  }

  @AfterEach
  void stop() {
    all.forEach(agent -> agent.kit.shutdownTestKit());
  }

  @Test
  void aServerWhoseClockIsWrongIsReplacedAndReturnsWhenItIsRight() {
    eventually(() -> all.forEach(agent -> assertThat(bravo.server(agent).clock())
        .hasValueSatisfying(
            offset -> assertThat(offset.isWithin(Duration.ofSeconds(1))).isTrue())));

    alpha.ahead = Duration.ofMinutes(-5);

    eventually(() -> {
      assertThat(charlie.service().active()).contains(bravo.id);
      assertThat(charlie.service().term()).isEqualTo(2);
    });
    assertThat(charlie.server(alpha).fitness().complaints())
        .singleElement()
        .asString()
        .matches(
            "its clock is (299|300).\\d\\d s behind the median of all servers, give or take .*;"
                + " 10s are allowed \\(mainstay.failover.clock-offset-limit\\)");
    assertThat(charlie.service().warnings())
        .singleElement()
        .asString()
        .startsWith("alpha is unfit: its clock is ");
    assertThat(bravo.server(bravo).fitness()).isEqualTo(Fitness.FIT);

    alpha.ahead = Duration.ZERO;

    eventually(() -> {
      assertThat(charlie.server(alpha).fitness()).isEqualTo(Fitness.FIT);
      assertThat(charlie.service().warnings()).isEmpty();
    });
  }

  @Test
  void aClockOnItsWayOutIsAWarning() {
    charlie.ahead = TOLERATED.multipliedBy(3).dividedBy(4);

    eventually(
        () -> assertThat(alpha.service().warnings())
            .singleElement()
            .asString()
            .matches(
                "the clock of charlie is 7.\\d\\d s ahead of the median of all, .*; beyond 10s it is unfit"));
    assertThat(alpha.server(charlie).fitness()).isEqualTo(Fitness.FIT);
  }

  @Test
  void aBackupWhoseConfigurationStaysBehindIsAWarning() {
    List.of(alpha, bravo).forEach(agent -> agent.works(5));

    eventually(() -> assertThat(bravo.service().warnings())
        .singleElement()
        .asString()
        .startsWith(
            "charlie works with version 1 of the configuration and has lacked version 5 for "));

    charlie.works(5);
    eventually(() -> assertThat(bravo.service().warnings()).isEmpty());
  }

  private static void eventually(ThrowingRunnable assertion) {
    Awaitility.await().atMost(LIMIT).untilAsserted(assertion);
  }

  private static ServiceDirectory directory(long version) {
    return new ServiceDirectory(
        version,
        Map.of(
            SERVICE,
            new ServiceSettings(
                ServiceSettings.DEFAULT_ID,
                ServerList.of("alpha", "bravo", "charlie"),
                FailbackPolicy.AUTOMATIC,
                false)));
  }

  private final class Agent {
    private final ServerId id;
    private final ActorTestKit kit;
    private final TestProbe<ClusterStatus> statuses;
    private final ActorRef<ClusterOverview.Message> ref;
    private volatile Duration ahead = Duration.ZERO;

    Agent(String name) {
      id = new ServerId(name);
      kit = ActorTestKit.create(
          "three-agents",
          ConfigFactory.parseMap(Map.of(
                  "akka.actor.provider",
                  "cluster",
                  "akka.remote.artery.canonical.hostname",
                  "127.0.0.1",
                  "akka.remote.artery.canonical.port",
                  0,
                  "akka.cluster.roles",
                  ClusterRoles.of(Part.SERVER, id, name + "-1"),
                  "akka.cluster.jmx.multi-mbeans-in-same-jvm",
                  "on"))
              .withFallback(ConfigFactory.load("provisioning-test")));
      statuses = kit.createTestProbe();
      ref = kit.spawn(FailoverAgentActor.create(environment(name + "-1")), FailoverAgent.NAME);
    }

    private FailoverAgentActor.Environment environment(String incarnation) {
      var settings = new FailoverSettings(
          Duration.ofMillis(50),
          Duration.ofMillis(50),
          LIMIT,
          LIMIT,
          Duration.ZERO,
          LIMIT,
          LIMIT,
          Duration.ofMillis(50),
          Duration.ofMillis(50),
          Duration.ZERO,
          1,
          LIMIT,
          TOLERATED,
          Duration.ofMillis(600),
          Duration.ofMillis(500),
          LIMIT);
      InstantSource wrong = () -> Instant.now().plus(ahead);
      return new FailoverAgentActor.Environment(
          id,
          incarnation,
          "test",
          terms,
          new NobodyWrittenOff(),
          () -> CompletableFuture.completedStage(null),
          () -> CompletableFuture.completedStage(Optional.empty()),
          () -> new JournalHealth.Failures(0, ""),
          List::of,
          this::host,
          new NoLocations(),
          address -> {},
          fit -> {},
          directory(1),
          Set.of(),
          QuorumMode.LEASE_MAJORITY,
          settings,
          wrong.withZone(ZoneOffset.UTC),
          () -> {},
          Optional.empty());
    }

    /** Stands by, serves when it is told to, and stands by again when another does. */
    private Behavior<ServiceHost.Message> host(
        ServiceName service, ActorRef<ClusterOverview.Message> agent) {
      return Behaviors.setup(context -> {
        agent.tell(report(ServiceHost.State.STANDBY, 0, context.getSelf()));
        return Behaviors.receive(ServiceHost.Message.class)
            .onMessage(HostControl.Activate.class, order -> {
              agent.tell(
                  report(ServiceHost.State.ACTIVE, order.activation().term(), context.getSelf()));
              return Behaviors.same();
            })
            .onMessage(HostControl.ActiveServer.class, active -> {
              if (!active.server().equals(id)) {
                agent.tell(report(ServiceHost.State.STANDBY, active.term(), context.getSelf()));
              }
              return Behaviors.same();
            })
            .onAnyMessage(other -> Behaviors.same())
            .build();
      });
    }

    private HostControl.HostReport report(
        ServiceHost.State state, long term, ActorRef<ServiceHost.Message> host) {
      return new HostControl.HostReport(new ServiceHost.Report(
          SERVICE,
          state,
          term,
          1,
          Position.EMPTY,
          0,
          0,
          "",
          0,
          false,
          Instant.EPOCH,
          Optional.empty(),
          host));
    }

    void join(Agent first) {
      Cluster.get(kit.system())
          .manager()
          .tell(Join.create(Cluster.get(first.kit.system()).selfMember().address()));
    }

    void works(long version) {
      ref.tell(new AgentControl.DirectoryChanged(directory(version)));
    }

    private ClusterStatus status() {
      ref.tell(new ClusterOverview.Get(statuses.ref()));
      return statuses.receiveMessage();
    }

    ClusterStatus.Service service() {
      return status().service(SERVICE).orElseThrow(() -> new AssertionError(id + " knows none"));
    }

    ClusterStatus.Server server(Agent which) {
      return status().servers().stream()
          .filter(server -> server.name().equals(which.id))
          .findFirst()
          .orElseThrow();
    }
  }

  private static final class NobodyWrittenOff implements WrittenOff {
    @Override
    public CompletionStage<Void> add(SessionName run, SessionName by) {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<Boolean> contains(SessionName run) {
      return CompletableFuture.completedStage(false);
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
