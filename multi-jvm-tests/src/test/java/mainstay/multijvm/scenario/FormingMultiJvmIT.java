package mainstay.multijvm.scenario;

import static mainstay.multijvm.scenario.Lab.CONFIGURATION;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import mainstay.multijvm.nemesis.Nemesis.Kill9;
import mainstay.multijvm.nemesis.Nemesis.Restart;
import mainstay.multijvm.nemesis.Nemesis.Terminate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class FormingMultiJvmIT {

  @RegisterExtension
  static final Lab LAB = Lab.onLoopback();

  @Test
  void theClusterFormsWithoutItsFirstServerInAnyOrder() throws Exception {
    for (var server : List.of("alpha", "bravo", "charlie")) {
      LAB.strike(new Terminate(Limits.TERMINATE), server);
    }

    refuseWarmUp("charlie");
    LAB.startTogether(List.of("charlie", "bravo"));
    LAB.awaitServing(Limits.WHOLE, List.of("bravo", "charlie"));
    assertThat(LAB.log("charlie")).contains("server=charlie has not warmed up, so its first");
    assertThat(LAB.log("bravo")).doesNotContain("has not warmed up");
    var load = LAB.load(List.of("charlie", "bravo"), Lab.WRITE_INTERVAL);
    try (load) {
      load.awaitWrites(200);
      LAB.strike(new Restart(), "alpha");
      LAB.awaitWhole();
      load.awaitWrites(200);

      assertThat(load.stop()).isEmpty();
    }
    assertThat(LAB.client("charlie").service(CONFIGURATION).active()).isEqualTo("alpha");
    LAB.assertNothingWrong();
  }

  /** As a database that dies meanwhile would; a server that ended then would have to be started by hand. */
  private static void refuseWarmUp(String server) throws Exception {
    for (var database : List.of("db1", "db2")) {
      try (var session = LAB.session(database)) {
        Lab.execute(session, """
            create or replace function refuse() returns trigger language plpgsql as
              $$ begin raise exception 'refused by the test'; end $$
            """);
        Lab.execute(
            session,
            "create or replace trigger refuse before insert on event_journal for each row when ("
                + "new.persistence_id like '%|warm-up-" + server
                + "-%') execute function refuse()");
      }
    }
  }

  @AfterEach
  void acceptAll() throws Exception {
    for (var database : List.of("db1", "db2")) {
      try (var session = LAB.session(database)) {
        Lab.execute(session, "drop trigger if exists refuse on event_journal");
        Lab.execute(session, "drop function if exists refuse");
      }
    }
  }

  @Test
  void nothingAcknowledgedIsLostWhenAllServersAreKilledAtOnce() throws Exception {
    // Slowly: all of it waits until the servers are back.
    var load = LAB.load(List.of("alpha", "bravo", "charlie"), Duration.ofMillis(100));
    try (load) {
      load.awaitWrites(200);

      for (var server : List.of("alpha", "bravo", "charlie")) {
        LAB.strike(new Kill9(), server);
      }
      LAB.startTogether(List.of("bravo", "charlie", "alpha"));
      LAB.awaitWhole();
      load.awaitWrites(200);
      load.stop();
    }
    LAB.assertNothingWrong();
  }
}
