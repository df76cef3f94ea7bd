package mainstay.persistence.lease;

import static mainstay.persistence.testing.Server.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.ExtendedActorSystem;
import akka.coordination.lease.LeaseSettings;
import akka.coordination.lease.javadsl.Lease;
import akka.coordination.lease.javadsl.LeaseProvider;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import mainstay.persistence.databases.Database;
import mainstay.persistence.databases.SessionName;
import mainstay.persistence.term.JdbcWrittenOff;
import mainstay.persistence.testing.Server;
import mainstay.persistence.testing.SharedDatabase;
import mainstay.persistence.testing.TestDatabase;
import mainstay.protocol.model.ServerId;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedDatabase.class)
class JdbcLeaseIT {
  private TestDatabase database;
  private String url;
  private Server alpha;
  private Server bravo;

  @BeforeEach
  void start(TestDatabase shared) throws Exception {
    database = shared;
    url = database.newDatabase();
    alpha = Server.start(database, url, "alpha", "a1");
    bravo = Server.start(database, url, "bravo", "b1");
  }

  @AfterEach
  void stop() {
    alpha.close();
    bravo.close();
  }

  @Test
  void akkaFindsItByItsConfiguration() {
    var lease =
        LeaseProvider.get(alpha.system()).getLease("sbr", "mainstay.jdbc-lease", "alpha:25520");

    assertThat(await(lease.acquire())).isTrue();
    assertThat(lease.checkLease()).isTrue();
    assertThat(await(lease.release())).isTrue();
  }

  @Test
  void oneOwnerHasItUntilItIsReleased() {
    var first = lease(alpha, "alpha:1", "10s", "1s");
    var second = lease(bravo, "bravo:1", "10s", "1s");

    assertThat(await(first.acquire())).isTrue();
    assertThat(await(second.acquire())).isFalse();
    assertThat(second.checkLease()).isFalse();
    assertThat(await(first.acquire())).isTrue();

    assertThat(await(first.release())).isTrue();
    assertThat(first.checkLease()).isFalse();
    assertThat(await(second.acquire())).isTrue();
  }

  @Test
  void aRunThatIsWrittenOffDoesNotGetItEvenIfItIsFree() {
    await(new JdbcWrittenOff(bravo.databases())
        .add(
            new SessionName(new ServerId("alpha"), "a1"),
            new SessionName(new ServerId("bravo"), "b1")));

    assertThat(await(lease(alpha, "alpha:1", "10s", "1s").acquire())).isFalse();
    assertThat(await(lease(bravo, "bravo:1", "10s", "1s").acquire())).isTrue();
  }

  @Test
  void ofManyWhoAskAtOnceOneGetsIt() {
    List<CompletionStage<Boolean>> answers = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      answers.add(lease(i % 2 == 0 ? alpha : bravo, "server:" + i, "10s", "1s").acquire());
    }

    assertThat(answers.stream().map(Server::await).filter(got -> got)).hasSize(1);
  }

  @Test
  void renewalsKeepItLongerThanItsTimeout() throws Exception {
    var lease = lease(alpha, "alpha:1", "600ms", "100ms");
    var lost = new CompletableFuture<Optional<Throwable>>();
    assertThat(await(lease.acquire(lost::complete))).isTrue();
    var other = lease(bravo, "bravo:1", "600ms", "100ms");
    var first = expiry();

    Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> expiry() > first + 1.5);

    assertThat(await(other.acquire())).isFalse();
    assertThat(lease.checkLease()).isTrue();
    assertThat(lost).isNotDone();
  }

  @Test
  void anotherOwnerGetsAnExpiredLeaseOnlyAfterTheHolderHasStopped() throws Exception {
    var lease = lease(alpha, "alpha:1", "900ms", "300ms");
    var lost = new CompletableFuture<Optional<Throwable>>();
    assertThat(await(lease.acquire(lost::complete))).isTrue();
    try (var hang = database.connect(url);
        var statement = hang.createStatement()) {
      hang.setAutoCommit(false);
      statement.execute("select * from lease for update"); // renewals hang, as behind a cut
      var cause = lost.get(10, TimeUnit.SECONDS);

      assertThat(lease.checkLease()).isFalse();
      assertThat(cause).isPresent();
      hang.rollback();
    }
    var other = lease(bravo, "bravo:1", "900ms", "300ms");
    Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> await(other.acquire()));
    assertThat(lease.checkLease()).isFalse();
  }

  @Test
  void theHolderLearnsThatAnotherHasTakenIt() throws Exception {
    var lease = lease(alpha, "alpha:1", "900ms", "100ms");
    var lost = new CompletableFuture<Optional<Throwable>>();
    assertThat(await(lease.acquire(lost::complete))).isTrue();

    try (var session = database.connect(url);
        var statement = session.createStatement()) {
      statement.execute("update lease set owner = 'bravo:1', version = version + 1");
    }

    assertThat(lost.get(10, TimeUnit.SECONDS)).isEmpty();
    assertThat(lease.checkLease()).isFalse();
  }

  @Test
  void acquireIsLimitedInTimeAndGivesALateLeaseBack() throws Exception {
    var lease = lease(alpha, "alpha:1", "10s", "1s");
    await(lease.acquire());
    await(lease.release());
    CompletableFuture<Boolean> late;
    try (var hang = database.connect(url);
        var statement = hang.createStatement()) {
      hang.setAutoCommit(false);
      statement.execute("select * from lease for update");
      late = lease.acquire().toCompletableFuture();
      assertThatThrownBy(() -> late.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(java.util.concurrent.TimeoutException.class);
      hang.rollback();
    }
    assertThat(lease.checkLease()).isFalse();
    var other = lease(bravo, "bravo:1", "10s", "1s");
    Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> await(other.acquire()));
  }

  @Test
  void whoReachesNoDatabaseHasTheLeaseByTheHelpOfAnother() throws Exception {
    LeaseHelp.get(alpha.system())
        .offer(order -> new LeaseTable(bravo.databases()).execute(order, Duration.ofSeconds(1)));
    alpha.databases().written().forEach(Database::close);
    var lease = lease(alpha, "alpha:1", "1200ms", "400ms");
    var lost = new CompletableFuture<Optional<Throwable>>();

    assertThat(await(lease.acquire(lost::complete))).isTrue();
    var other = lease(bravo, "bravo:1", "10s", "1s");
    var first = expiry();
    Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> expiry() > first + 1.5);
    assertThat(await(other.acquire())).isFalse();
    assertThat(lease.checkLease()).isTrue();
    assertThat(lost).isNotDone();
    assertThat(await(lease.release())).isTrue();
    assertThat(await(other.acquire())).isTrue();
    assertThat(await(lease.acquire())).as("what another has is not helped to").isFalse();
  }

  @Test
  void whoIsWrittenOffIsNotHelped() {
    LeaseHelp.get(alpha.system())
        .offer(order -> new LeaseTable(bravo.databases()).execute(order, Duration.ofSeconds(1)));
    alpha.databases().written().forEach(Database::close);
    await(new JdbcWrittenOff(bravo.databases())
        .add(
            new SessionName(new ServerId("alpha"), "a1"),
            new SessionName(new ServerId("bravo"), "b1")));

    assertThat(await(lease(alpha, "alpha:1", "10s", "1s").acquire())).isFalse();
  }

  @Test
  void renewalsMustFitIntoTheTimeout() {
    assertThatThrownBy(() -> lease(alpha, "alpha:1", "1s", "400ms"))
        .hasMessageContaining("heartbeat-interval = 400 ms")
        .hasMessageContaining("heartbeat-timeout = 1000 ms");
  }

  private static Lease lease(Server server, String owner, String timeout, String interval) {
    var config = ConfigFactory.parseString("heartbeat-timeout = " + timeout
        + ", heartbeat-interval = " + interval + ", lease-operation-timeout = 1s");
    return new JdbcLease(
        LeaseSettings.apply(config, "test", owner), (ExtendedActorSystem) server.system());
  }

  private double expiry() throws Exception {
    try (var session = database.connect(url);
        var statement = session.createStatement();
        var row = statement.executeQuery("select " + database.seconds("expires") + " from lease")) {
      row.next();
      return row.getDouble(1);
    }
  }
}
