package mainstay.node.failover;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.serialization.jackson.JacksonObjectMapperProvider;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mainstay.protocol.message.FailoverAgent;
import mainstay.protocol.message.ServiceHost;
import mainstay.protocol.model.ClockReading;
import mainstay.protocol.model.Fitness;
import mainstay.protocol.model.Position;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FailoverSerializationTest {
  private static final ServerId ALPHA = new ServerId("alpha");
  private static final Instant NOON = Instant.parse("2026-11-24T12:00:00.123456789Z");

  private static final ClockReading CLOCK = new ClockReading(
      NOON, Map.of("bravo", Duration.ofNanos(1_234_567), "charlie", Duration.ofHours(-2)));

  private final ActorTestKit kit = ActorTestKit.create(ConfigFactory.load("provisioning-test"));

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void everyMessageBetweenAgentsArrivesAsItWasSent() {
    TestProbe<ServiceHost.Message> host = kit.createTestProbe();
    TestProbe<FailoverAgent.HandOverResult> mover = kit.createTestProbe();
    TestProbe<FailoverAgent.CrashAnswer> asker = kit.createTestProbe();
    var service = new ServiceHost.Report(
        ServiceName.CONFIGURATION,
        ServiceHost.State.ACTIVE,
        7,
        2,
        new Position(42, "abc"),
        1,
        3,
        "why",
        2,
        true,
        NOON,
        Optional.of("its samples wait"),
        host.ref());
    var commands = List.of(
        new FailoverAgent.Report(
            ALPHA,
            "alpha-1",
            "0.1",
            new Fitness(List.of("its disk is short")),
            true,
            17,
            Optional.of(CLOCK),
            List.of(service)),
        new FailoverAgent.HandOver(
            "op-1", ServiceName.CONFIGURATION, 7, ALPHA, "why", 2, true, mover.ref()),
        new FailoverAgent.AskCrash(ServiceName.CONFIGURATION, 4, asker.ref()),
        new FailoverAgent.Crash(ServiceName.CONFIGURATION, 4, "drill by eve"));

    commands.forEach(command -> kit.serializationTestKit().verifySerialization(command, true));
    kit.serializationTestKit()
        .verifySerialization(
            new FailoverAgent.HandOverResult("op-1", true, 8, 120, "moved to bravo"), true);
    kit.serializationTestKit()
        .verifySerialization(new FailoverAgent.CrashAnswer(Optional.of("no")), true);

    assertThat(commands.stream().map(Object::getClass))
        .containsExactlyInAnyOrder(FailoverAgent.Command.class.getPermittedSubclasses());
  }

  @Test
  void aReportOfAnEarlierVersionSaysNothingOfTheClock() throws Exception {
    var mapper =
        JacksonObjectMapperProvider.get(kit.system()).getOrCreate("jackson-cbor", Optional.empty());
    var report = new FailoverAgent.Report(
        ALPHA, "alpha-1", "0.1", Fitness.FIT, false, 17, Optional.of(CLOCK), List.of());
    var tree = (ObjectNode) mapper.readTree(mapper.writeValueAsBytes(report));

    tree.remove("clock");

    assertThat(mapper.treeToValue(tree, FailoverAgent.Report.class))
        .isEqualTo(new FailoverAgent.Report(
            ALPHA, "alpha-1", "0.1", Fitness.FIT, false, 17, Optional.empty(), List.of()));
  }
}
