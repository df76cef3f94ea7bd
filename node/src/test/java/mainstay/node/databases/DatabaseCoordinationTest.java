package mainstay.node.databases;

import static mainstay.node.databases.CoordinatedServers.ALL;
import static mainstay.node.databases.CoordinatedServers.ALPHA;
import static mainstay.node.databases.CoordinatedServers.BRAVO;
import static mainstay.node.databases.CoordinatedServers.CHARLIE;
import static mainstay.node.databases.CoordinatedServers.database;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import mainstay.node.databases.core.DatabaseList;
import mainstay.node.databases.core.FirstSet.Content;
import mainstay.node.databases.core.FirstSet.Identity;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.DatabaseAddress;
import mainstay.protocol.model.Principal;
import mainstay.protocol.model.Role;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three servers over real messages; they work without a cluster until a test forms one. */
class DatabaseCoordinationTest {
  private static final Principal ADMIN = new Principal("ann", Role.ADMIN);
  private static final Duration A_WHILE = Duration.ofMillis(800);

  @TempDir
  Path directory;

  private CoordinatedServers servers;

  @BeforeEach
  void prepare() throws IOException {
    servers = new CoordinatedServers(directory);
  }

  @AfterEach
  void stop() {
    servers.close();
  }

  @Test
  void aMajorityIsEnoughToBegin() {
    servers.start(ALPHA, database(1), database(2));
    assertThat(servers.ready(ALPHA)).isNotDone();
    servers.start(BRAVO, database(1), database(2));

    assertThat(servers.ready(ALPHA)).succeedsWithin(CoordinatedServers.SOON);
    assertThat(servers.ready(BRAVO))
        .succeedsWithin(CoordinatedServers.SOON)
        .extracting(ActiveSet::epoch)
        .isEqualTo(1L);
    assertThat(servers.databases.content("db2").identity())
        .isEqualTo(servers
            .databases
            .content("db1")
            .identity()
            .map(one -> new Identity(one.cluster(), "db2")));
  }

  @Test
  void nobodyUsesADatabaseBeforeTheFirstSetIsStoredInIt() {
    var storing = servers.databases.keepStoring();

    ALL.forEach(server -> servers.start(server, database(1), database(2)));

    Awaitility.await()
        .during(A_WHILE)
        .atMost(CoordinatedServers.SOON)
        .until(() -> ALL.stream().noneMatch(server -> servers.ready(server).isDone()));
    storing.complete(null);
    for (var server : ALL) {
      assertThat(servers.ready(server)).succeedsWithin(CoordinatedServers.SOON);
    }
    assertThat(servers.databases.epochs("db1")).containsExactly(1L);
  }

  @Test
  void aDatabaseThatRefusesIsDroppedAtOnceBeforeThereIsACluster() {
    servers.startAll();
    servers.databases.kill("db2");

    long begin = System.nanoTime();
    // As work does, which is repeated: at first a server may not have heard of the one that acts.
    servers.suspectUntil(CHARLIE, "db2", "db1 active, db2 inactive");
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);

    System.out.println("dropped on all servers after " + millis + " ms");
    assertThat(servers.databases.content("db1").members()).isEqualTo("db1 active, db2 inactive");
    assertThat(servers.databases.content("db2").epoch()).isEqualTo(1);
  }

  @Test
  void aCutBetweenOneServerAndADatabaseDropsNothing() {
    servers.startAll();
    servers.databases.cut(BRAVO, "db2");

    Awaitility.await().during(A_WHILE).atMost(CoordinatedServers.SOON).until(() -> {
      servers.link(BRAVO).suspect("db2");
      return servers.link(BRAVO).adopted().orElseThrow().epoch() == 1;
    });

    servers.awaitSet("db1 active, db2 active");
  }

  @Test
  void withAWitnessOneServerAloneGoesOnWithoutADatabase() {
    servers.startTwoAndAWitness();
    servers.stop(ALPHA);

    servers.databases.kill("db2");

    servers.suspectUntil(BRAVO, "db2", "db1 active, db2 inactive");
  }

  @Test
  void whileTwoServersCountOneAloneDropsNothingThoughThereIsAWitness() {
    servers.startTwoAndAWitness();

    servers.databases.cut(BRAVO, "db2");

    Awaitility.await().during(A_WHILE).atMost(CoordinatedServers.SOON).until(() -> {
      servers.link(BRAVO).suspect("db2");
      return servers.link(BRAVO).adopted().orElseThrow().epoch() == 1;
    });
  }

  @Test
  void theLastOneStays() {
    servers.startAll();
    servers.databases.kill("db2");
    servers.suspectUntil(ALPHA, "db2", "db1 active, db2 inactive");
    servers.databases.kill("db1");

    Awaitility.await().during(A_WHILE).atMost(CoordinatedServers.SOON).until(() -> {
      servers.link(BRAVO).suspect("db1");
      return servers.link(BRAVO).adopted().orElseThrow().epoch() == 2;
    });

    servers.awaitRow(CHARLIE, "db1", row -> row.state().equals("unreachable") && row.active());
  }

  @Test
  void aReturnedOneIsSynchronisedAndCountsAgain() {
    servers.startAll();
    servers.databases.kill("db2");
    servers.suspectUntil(BRAVO, "db2", "db1 active, db2 inactive");
    servers.databases.start("db2");

    servers.awaitSet("db1 active, db2 active");

    assertThat(servers.databases.steps())
        .containsExactly("copy db2", "barrier db2", "complete db2");
    Awaitility.await("all servers open their sessions anew")
        .until(
            () -> servers.databases.expectedBy("db2").equals(Set.of("alpha", "bravo", "charlie")));
    assertThat(servers.databases.epochs("db1")).containsExactly(1L, 2L, 3L, 4L);
    assertThat(servers.databases.epochs("db2")).containsExactly(1L, 3L, 4L);
  }

  @Test
  void oneThatFailsWhileItJoinsIsLeftOutAndTriedAgain() {
    servers.startAll();
    servers.databases.kill("db2");
    servers.suspectUntil(BRAVO, "db2", "db1 active, db2 inactive");
    servers.databases.keepJoining();
    servers.databases.start("db2");
    servers.awaitSet("db1 active, db2 joining");
    servers.awaitRow(
        BRAVO,
        "db2",
        row -> row.state().equals("joining") && !row.active() && row.progress().isPresent());

    servers.databases.kill("db2");
    servers.suspectUntil(BRAVO, "db2", "db1 active, db2 inactive");

    assertThat(servers.databases.steps()).endsWith("cancel db2");

    servers.databases.start("db2");
    servers.awaitSet("db1 active, db2 active");
  }

  @Test
  void aJoiningOneWhoseCoordinatorDiesIsLeftOutAndSynchronisedByTheNext() {
    servers.startAll();
    servers.databases.kill("db2");
    servers.suspectUntil(BRAVO, "db2", "db1 active, db2 inactive");
    servers.databases.keepJoining();
    servers.databases.start("db2");
    servers.awaitSet("db1 active, db2 joining");
    long joining = servers.link(BRAVO).adopted().orElseThrow().epoch();

    servers.stop(ALPHA);

    servers.awaitSet("db1 active, db2 active");
    assertThat(servers.link(BRAVO).adopted().orElseThrow().epoch())
        .as("left out, joining, active")
        .isEqualTo(joining + 3);
  }

  @Test
  void aDamagedOneIsLeftOutAndRepaired() {
    servers.startAll();
    servers.databases.damage("db1");

    CoordinatedServers.await("left out", () -> servers.databases.epochs("db2").contains(2L));
    servers.awaitSet("db1 active, db2 active");

    assertThat(servers.databases.steps()).startsWith("copy db1");
    servers.awaitRow(
        BRAVO, "db1", row -> row.journalHash().equals("abc") && row.checkedAt().isPresent());
  }

  @Test
  void swappedDatabasesAreRenamedWhileTheyWork() {
    servers.startAll();
    awaitReady(); // one that still looks at the databases would rename them, too, and leave no
    // epoch
    servers.databases.swap("db1", "db2");

    CoordinatedServers.await("an epoch of the renaming", () -> epochOf(ALPHA) == 2);

    assertNamedAsAddressed();
    assertThat(servers.link(ALPHA).adopted().orElseThrow().why())
        .endsWith("db2 is db1 now, db1 is db2 now");
    assertThat(servers.databases.steps()).isEmpty(); // nothing was copied
  }

  @Test
  void databasesThatWereSwappedWhileNobodyRanAreRenamed() {
    servers.startAll();
    ALL.forEach(servers::stop);
    servers.databases.swap("db1", "db2");

    ALL.forEach(server -> servers.start(server, database(1), database(2)));

    awaitReady();
    servers.awaitSet("db1 active, db2 active");
    assertNamedAsAddressed();
  }

  private void awaitReady() {
    ALL.forEach(
        server -> assertThat(servers.ready(server)).succeedsWithin(CoordinatedServers.SOON));
  }

  private long epochOf(String server) {
    return servers.link(server).adopted().orElseThrow().epoch();
  }

  private void assertNamedAsAddressed() {
    for (var name : List.of("db1", "db2")) {
      CoordinatedServers.await(
          name + " says that it is " + name,
          () -> servers
              .databases
              .content(name)
              .identity()
              .map(Identity::name)
              .equals(Optional.of(name)));
    }
  }

  @Test
  void everythingIsRememberedAndWhatIsNeededIsWaitedFor() {
    try (var log = new LoggedSentences()) {
      restartWithTheStaleOneOnly();

      CoordinatedServers.await(
          "all say what they wait for",
          () -> log.of(
                      Level.WARN,
                      "none of the databases that count in epoch 2 (db1 active, db2 inactive) can be used:"
                          + " database db1 refuses")
                  .size()
              == ALL.size());
    }
    assertThat(ALL).noneMatch(server -> servers.ready(server).isDone());
    assertThat(servers.databases.epochs("db2")).containsExactly(1L);
    servers.awaitSet("none");

    servers.databases.start("db1");

    for (var server : ALL) {
      assertThat(servers.ready(server)).succeedsWithin(CoordinatedServers.SOON);
    }
    servers.awaitSet("db1 active, db2 active");
  }

  @Test
  void anOperatorGivesUpWhatIsWaitedFor() {
    restartWithTheStaleOneOnly();

    var forced = servers.ask(BRAVO, to -> new DatabaseAdmin.Activate("db2", true, ADMIN, to));

    assertThat(forced.refusal()).isEmpty();
    for (var server : ALL) {
      assertThat(servers.ready(server))
          .succeedsWithin(CoordinatedServers.SOON)
          .returns(3L, ActiveSet::epoch)
          .returns("db1 inactive, db2 active", ActiveSet::text);
    }
  }

  @Test
  void nobodyWaitsForAServerThatHasEnded() {
    servers.start(ALPHA, database(1), database(2));
    var ready = servers.ready(ALPHA);
    assertThat(ready).isNotDone();

    servers.stop(ALPHA);

    assertThatThrownBy(() -> ready.get(20, TimeUnit.SECONDS))
        .hasMessageContaining("the server ended before it could use a database");
  }

  /** The second database was left out, and the first one, which has all, is away. */
  private void restartWithTheStaleOneOnly() {
    servers.startAll();
    servers.databases.kill("db2");
    servers.suspectUntil(BRAVO, "db2", "db1 active, db2 inactive");
    ALL.forEach(servers::stop);
    servers.databases.start("db2");
    servers.databases.kill("db1");
    ALL.forEach(server -> servers.start(server, database(1), database(2)));
  }

  @Test
  void databasesForSamplesAreTriedAgainAndShownMeanwhile() {
    var plant = DatabaseList.cluster("plant");
    servers.databases.kill("db2");

    ALL.forEach(server -> servers.start(plant, server, database(1), database(2)));

    servers.awaitRow(
        BRAVO,
        "db1",
        row -> row.cluster().equals("plant")
            && row.state().equals("not active")
            && row.message().contains("mainstay.sample-databases.plant"));
    servers.databases.start("db2");
    servers.awaitSet("db1 active, db2 active");
    assertThat(servers.ready(ALPHA)).succeedsWithin(CoordinatedServers.SOON);
  }

  @Test
  void onlyTheVeryFirstStartNeedsAllDatabases() {
    servers.databases.kill("db2");

    servers.start(ALPHA, database(1), database(2));
    servers.start(BRAVO, database(1), database(2));

    assertThatThrownBy(() -> servers.ready(ALPHA).get(20, TimeUnit.SECONDS))
        .hasMessageContaining("all of mainstay.databases must answer once: database db2 refuses");
  }

  @Test
  void aFileThatDisagreesWithTheClusterStartsNothing() {
    servers.startAll();
    servers.stop(CHARLIE);

    servers.start(CHARLIE, database(1), database(3));

    assertThatThrownBy(() -> servers.ready(CHARLIE).get(20, TimeUnit.SECONDS))
        .hasMessageContaining("databases add db3")
        .hasMessageContaining("databases remove db2");
  }

  @Test
  void votersWithoutAMemoryAskTheDatabases() {
    var identity = new Identity("c1", "db1");
    servers.databases.hold(
        "db1", new Content(7, "db1 active, db2 inactive", true, Optional.of(identity)));
    servers.databases.hold(
        "db2",
        new Content(6, "db1 active, db2 active", true, Optional.of(new Identity("c1", "db2"))));

    servers.startAll();

    assertThat(servers.databases.epochs("db1").get(0)).isEqualTo(8);
    assertThat(servers.databases.content("db1").identity()).contains(identity);
    assertThat(servers.databases.steps()).startsWith("copy db2");
  }

  @Test
  void inAClusterTheFirstMemberActsAndTheNextOneWhenItIsGone() {
    servers.startAll();
    servers.formCluster();
    servers.stop(ALPHA);
    servers.databases.kill("db1");

    servers.suspectUntil(CHARLIE, "db1", "db1 inactive, db2 active");
  }

  @Test
  void anOperatorTakesOutHoldsAndActivates() {
    servers.startAll();

    var out = servers.ask(CHARLIE, to -> new DatabaseAdmin.Deactivate("db2", ADMIN, to));

    assertThat(out.database().orElseThrow())
        .returns("held", DatabaseAdmin.Database::state)
        .returns(false, DatabaseAdmin.Database::active)
        .returns("ann deactivated db2", DatabaseAdmin.Database::message);
    servers.awaitSet("db1 active, db2 inactive");
    assertRefused(
        servers.ask(BRAVO, to -> new DatabaseAdmin.Deactivate("db1", ADMIN, to)),
        Reason.REFUSED_BY_RULE,
        "db1 is the only active database");
    assertThat(servers.databases.steps()).isEmpty();

    var in = servers.ask(BRAVO, to -> new DatabaseAdmin.Activate("db2", false, ADMIN, to));

    assertThat(in.database()).isPresent();
    servers.awaitSet("db1 active, db2 active");
  }

  @Test
  void databasesBecomeKnownAndAreForgotten() {
    servers.startAll();

    var added = servers.ask(CHARLIE, to -> new DatabaseAdmin.Add(database(3), "", ADMIN, to));

    assertThat(added.database().orElseThrow().name()).isEqualTo("db3");
    servers.awaitSet("db1 active, db2 active, db3 active");
    assertThat(servers
            .ask(BRAVO, to -> new DatabaseAdmin.Add(database(3), "", ADMIN, to))
            .refusal())
        .isEmpty();
    assertRefused(
        servers.ask(BRAVO, to -> new DatabaseAdmin.Remove("db3", ADMIN, to)),
        Reason.REFUSED_BY_RULE,
        "deactivate it first");
    assertRefused(
        servers.ask(BRAVO, to -> new DatabaseAdmin.Remove("db4", ADMIN, to)),
        Reason.NOT_FOUND,
        "there is no database db4");
    var foreign = new DatabaseAddress(
        "db4", "oracle", "jdbc:oracle:h", "u", Optional.of("/f"), Optional.empty(), 1);
    assertRefused(
        servers.ask(BRAVO, to -> new DatabaseAdmin.Add(foreign, "", ADMIN, to)),
        Reason.INVALID,
        "vendor = \"oracle\" must be one of");

    servers.ask(BRAVO, to -> new DatabaseAdmin.Deactivate("db3", ADMIN, to));
    var removed = servers.ask(BRAVO, to -> new DatabaseAdmin.Remove("db3", ADMIN, to));

    assertThat(removed).isEqualTo(new DatabaseAdmin.Reply(Optional.empty(), Optional.empty()));
    servers.awaitSet("db1 active, db2 active");
  }

  @Test
  void forceGivesUpWhatCannotBeReachedAndOnlyThat() {
    servers.startAll();
    servers.databases.kill("db2");
    servers.suspectUntil(BRAVO, "db2", "db1 active, db2 inactive");
    servers.ask(BRAVO, to -> new DatabaseAdmin.Deactivate("db2", ADMIN, to));
    servers.databases.start("db2");
    assertRefused(
        servers.ask(BRAVO, to -> new DatabaseAdmin.Activate("db2", true, ADMIN, to)),
        Reason.REFUSED_BY_RULE,
        "db1 is active and answers");

    servers.databases.kill("db1");
    var forced = servers.ask(BRAVO, to -> new DatabaseAdmin.Activate("db2", true, ADMIN, to));

    assertThat(forced.database().orElseThrow())
        .returns(true, DatabaseAdmin.Database::active)
        .returns(
            "ann activated db2 by force and gave up what db1 alone has",
            DatabaseAdmin.Database::message);
    servers.awaitSet("db1 inactive, db2 active");
  }

  private static void assertRefused(DatabaseAdmin.Reply reply, Reason reason, String detail) {
    assertThat(reply.refusal()).hasValueSatisfying(refusal -> {
      assertThat(refusal.reason()).isEqualTo(reason);
      assertThat(refusal.detail()).contains(detail);
    });
  }
}
