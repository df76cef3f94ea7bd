package mainstay.node.databases;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import com.typesafe.config.ConfigFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import mainstay.node.databases.core.Acceptor;
import mainstay.node.databases.core.Agreed;
import mainstay.node.databases.core.Ballot;
import mainstay.node.databases.core.DropPolicy;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.DatabaseAddress;
import mainstay.protocol.model.Principal;
import mainstay.protocol.model.Role;
import mainstay.protocol.model.ServerId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CoordinationSerializationTest {
  private static final ServerId ALPHA = new ServerId("alpha");
  private static final Principal ANN = new Principal("ann", Role.ADMIN);
  private static final DatabaseAddress DB1 = CoordinatedServers.database(1);
  private static final Agreed AGREED = new Agreed(
      "c1",
      ActiveSet.first(List.of(DB1, CoordinatedServers.database(2)))
          .with("db2", ActiveSet.Role.JOINING, false, "copied"),
      "alpha",
      Instant.parse("2026-11-25T12:00:00.123456Z"));
  private static final Ballot BALLOT = new Ballot(7, ALPHA, "1f3c");

  private final ActorTestKit kit = ActorTestKit.create(ConfigFactory.load("provisioning-test"));

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void everyMessageArrivesAsItWasSent() {
    TestProbe<DatabaseAdmin.Reply> replies = kit.createTestProbe();
    TestProbe<DatabaseAdmin.Listing> listings = kit.createTestProbe();
    TestProbe<Voting.Answered> answers = kit.createTestProbe();
    var messages = new ArrayList<Object>(List.of(
        new Voting.Prepare(BALLOT, answers.ref()),
        new Voting.Accept(BALLOT, AGREED, answers.ref()),
        new Voting.Answered(ALPHA, new Acceptor.Done(BALLOT)),
        new Voting.Answered(ALPHA, new Acceptor.Refusal(BALLOT, BALLOT)),
        new Voting.Answered(ALPHA, new Acceptor.Promise(BALLOT, Optional.empty())),
        new Voting.Answered(
            ALPHA,
            new Acceptor.Promise(BALLOT, Optional.of(new Acceptor.Accepted(BALLOT, AGREED)))),
        new Coordination.Heard(ALPHA, 1, 2, Optional.of(ALPHA)),
        new Coordination.Suspected(ALPHA, "db1", 7, "a write failed"),
        new Coordination.AskProbe(ALPHA, 3, List.of(DB1), Set.of("db1"), "c1"),
        new Coordination.Probed(
            ALPHA, 3, "db1", new DropPolicy.Probe(DropPolicy.Finding.SILENT, "no answer")),
        new Coordination.Announced(AGREED),
        new Coordination.Returning(DB1)));
    var commands = List.of(
        new DatabaseAdmin.GetDatabases(listings.ref()),
        new DatabaseAdmin.Add(DB1, "", ANN, replies.ref()),
        new DatabaseAdmin.Remove("db1", ANN, replies.ref()),
        new DatabaseAdmin.Activate("db1", true, ANN, replies.ref()),
        new DatabaseAdmin.Deactivate("db1", ANN, replies.ref()),
        new DatabaseAdmin.Check("db1", ANN, replies.ref()));
    commands.forEach(command -> messages.add(new Coordination.Forwarded(command)));

    messages.forEach(message -> kit.serializationTestKit().verifySerialization(message, true));

    assertThat(messages.stream().map(Object::getClass))
        .containsAll(Stream.of(Voting.Command.class, Coordination.Remote.class)
            .flatMap(type -> Arrays.stream(type.getPermittedSubclasses()))
            .toList());
    assertThat(commands.stream().map(Object::getClass))
        .containsAll(Arrays.asList(DatabaseAdmin.Command.class.getPermittedSubclasses()));
  }
}
