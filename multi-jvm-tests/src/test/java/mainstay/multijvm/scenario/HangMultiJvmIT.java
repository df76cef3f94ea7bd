package mainstay.multijvm.scenario;

import static mainstay.multijvm.scenario.Lab.CONFIGURATION;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import mainstay.multijvm.cluster.AdminClient.ServiceStatus;
import mainstay.multijvm.nemesis.Nemesis;
import mainstay.multijvm.nemesis.Nemesis.Hang;
import mainstay.multijvm.nemesis.Nemesis.Resume;
import mainstay.multijvm.nemesis.Nemesis.Wait;
import mainstay.multijvm.workload.JournalRow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class HangMultiJvmIT {
  private static final List<String> BACKUPS = List.of("bravo", "charlie");

  @RegisterExtension
  static final Lab LAB = Lab.onLoopback();

  @Test
  void aPauseOfTwoSecondsMovesNothing() throws Exception {
    var before = terms();
    var load = LAB.load(BACKUPS, Lab.WRITE_INTERVAL);
    try (load) {
      load.awaitWrites(200);

      LAB.strike(Nemesis.pause(Duration.ofSeconds(2)), "alpha");
      load.awaitWrites(200);

      assertThat(load.stop()).isEmpty();
    }
    assertThat(terms()).isEqualTo(before);
    LAB.assertNothingWrong();
  }

  @Test
  void aHungServerIsReplacedAndItsLateWritesAreRefused() throws Exception {
    long before = LAB.client("bravo").service(CONFIGURATION).term();
    var load = LAB.load(BACKUPS, Lab.WRITE_INTERVAL);
    try (load) {
      load.awaitWrites(200);

      long hung = LAB.strike(
          new Nemesis.Sequence(List.of(new Hang(), new Wait(Duration.ofSeconds(10)))), "alpha");
      LAB.awaitServing(Limits.SOON, BACKUPS);
      load.awaitWrites(200);
      LAB.strike(new Resume(), "alpha");
      LAB.awaitWhole();
      load.awaitWrites(200);

      assertThat(load.stop()).isEmpty();
      assertThat(LAB.outage("SIGSTOP of alpha", hung, Duration.ofSeconds(10), Limits.HANG_TAKEOVER))
          .isLessThan(Limits.HANG_TAKEOVER);
    }
    LAB.readDatabases();
    var rows = rowsOfConfigurationByTerm();
    System.out.println("journal rows of " + CONFIGURATION + " by term: " + rows);
    assertThat(rows.keySet()).as("terms with stored events").anyMatch(term -> term > before);
    LAB.assertInvariants();
  }

  private static Map<String, Long> terms() throws IOException {
    return LAB.client("bravo").services().stream()
        .collect(Collectors.toMap(ServiceStatus::name, ServiceStatus::term));
  }

  private static Map<Long, Long> rowsOfConfigurationByTerm() {
    return LAB.history().journal().stream()
        .filter(r -> r.service().equals(CONFIGURATION))
        .collect(Collectors.groupingBy(JournalRow::term, Collectors.counting()));
  }
}
