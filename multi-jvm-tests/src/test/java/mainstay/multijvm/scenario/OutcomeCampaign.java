package mainstay.multijvm.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import mainstay.multijvm.cluster.AdminClient;
import mainstay.multijvm.cluster.Await;
import mainstay.multijvm.nemesis.Nemesis.Wait;
import mainstay.multijvm.scenario.OutcomeTable.Row;
import mainstay.multijvm.workload.DriverClock;
import mainstay.multijvm.workload.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What becomes of a cluster of {@code -Dservers=} servers and two databases under each {@link LastingFault}, as long as
 * nobody repairs it: who serves, after how long, and what an operator is told. Then it is repaired, and has to become whole
 * by itself. A table of what has been found so far is written after each.
 *
 * <p>No part of the build: {@code multi-jvm-tests/campaign outcomes}.
 */
class OutcomeCampaign {
  private static final int SERVERS = Integer.getInteger("servers", 3);
  private static final Duration WRITE_INTERVAL = Duration.ofMillis(100);
  private static final int WRITES_AROUND = 20;
  /** How long a fault lasts before it is looked at: longer than any takeover. */
  private static final Duration LASTING = Duration.ofSeconds(15);

  @RegisterExtension
  static final Lab LAB = Lab.onHosts(SERVERS);

  @Test
  void whateverFailsNothingIsLostAndAllHeals() throws Exception {
    var table = new OutcomeTable(SERVERS, Lab.QUORUM);
    for (var fault : LastingFault.of(SERVERS, LAB.hasWitness())) {
      var row = suffer(fault);
      table.add(row);
      table.save(Path.of(System.getProperty("report", "target/campaign")));
      System.out.println("OUTCOME " + row);
      if (!row.violations().isEmpty()) {
        LAB.keep("outcome-" + SERVERS + "-" + table.rows().size());
        LAB.heal();
      }
    }

    System.out.println(table.markdown());
    assertThat(table.rows())
        .isNotEmpty()
        .allSatisfy(row -> assertThat(row.violations()).as(row.fault()).isEmpty());
  }

  private static Row suffer(LastingFault fault) throws Exception {
    LAB.forget();
    var violations = new ArrayList<String>();
    var seen = new LinkedHashMap<String, String>();
    var active = new LinkedHashMap<String, String>();
    Optional<Duration> resumed = Optional.empty();
    Optional<Duration> whole = Optional.empty();
    var load = LAB.load(LAB.servers(), WRITE_INTERVAL);
    try (load) {
      load.awaitWrites(WRITES_AROUND);
      long struck = fault.strike(LAB);
      LAB.strike(new Wait(LASTING), "network");
      long looked = DriverClock.nanos();
      resumed = resumed(struck, looked);
      ask(active, seen);
      long healed = fault.repair(LAB);
      LAB.awaitWhole();
      whole = Optional.of(Duration.ofNanos(DriverClock.nanos() - healed));
      load.awaitWrites(WRITES_AROUND);
      load.stop();
      LAB.judgeSafety().stream()
          .filter(verdict -> !verdict.held())
          .forEach(verdict -> violations.add(verdict.toString()));
      LAB.assertCheckersCanFail();
    } catch (IOException | Await.AwaitException | AssertionError e) {
      violations.add("it did not come to its end: " + e);
    }
    return new Row(
        fault.title(),
        active,
        resumed.map(Duration::toMillis),
        seen,
        whole.map(Duration::toMillis),
        violations);
  }

  /** From the fault to the end of the longest time without an acknowledged write; empty if writes did not go on. */
  private static Optional<Duration> resumed(long struck, long looked) {
    var acknowledged = LAB.history().operations().stream()
        .filter(Operation::acknowledgedWrite)
        .mapToLong(Operation::end)
        .filter(end -> end > struck)
        .sorted()
        .toArray();
    long last = acknowledged.length == 0 ? struck : acknowledged[acknowledged.length - 1];
    if (Duration.ofNanos(looked - last).compareTo(Limits.GOING_ON) > 0) {
      return Optional.empty();
    }
    long before = struck;
    long longest = 0;
    for (long end : acknowledged) {
      longest = Math.max(longest, end - before);
      before = end;
    }
    return Optional.of(Duration.ofNanos(longest));
  }

  /** What each server says: who is active, and why or what it waits for. */
  private static void ask(Map<String, String> active, Map<String, String> seen) throws IOException {
    for (var server : LAB.servers()) {
      var client = LAB.client(server);
      try {
        var explanation = client.explain(Lab.CONFIGURATION);
        active.put(server, explanation.active() == null ? "nobody" : explanation.active());
        seen.put(server, explanation.why());
      } catch (AdminClient.RefusedException refused) {
        active.put(server, "nobody");
        seen.put(server, refused.detail());
      } catch (IOException noAnswer) {
        active.put(server, "no answer");
      }
    }
  }
}
