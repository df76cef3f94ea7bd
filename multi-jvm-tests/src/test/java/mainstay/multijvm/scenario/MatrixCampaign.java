package mainstay.multijvm.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import mainstay.multijvm.checker.Verdict;
import mainstay.multijvm.scenario.CampaignReport.Injection;
import mainstay.multijvm.workload.DriverClock;
import mainstay.multijvm.workload.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Every {@link FaultKind}, one after the other in a random order, each with a history of its own that all checkers read. A
 * report of what has been done so far is written after each.
 *
 * <p>Takes hours, so it is no part of the build: {@code multi-jvm-tests/campaign matrix}.
 */
class MatrixCampaign {
  private static final List<String> SERVERS = List.of("alpha", "bravo", "charlie");
  private static final Duration WRITE_INTERVAL = Duration.ofMillis(50);
  private static final int WRITES_AROUND = 40;

  @RegisterExtension
  static final Lab LAB = Lab.onHosts();

  @Test
  void everyKindOfFaultIsSurvived() throws Exception {
    var kinds = kinds();
    var end = Instant.now().plus(Duration.ofMinutes(Long.getLong("minutes", 24 * 60)));
    var report = new CampaignReport(command(), Instant.now());
    for (var round : Round.all().toList()) {
      for (var kind : round.shuffled(kinds)) {
        if (Instant.now().isAfter(end)) {
          break;
        }
        var injection = inject(kind, round);
        report.add(injection);
        report.save(Path.of(System.getProperty("report", "target/campaign")));
        System.out.println("INJECTION " + report.injections().size() + " " + injection);
        if (!injection.violations().isEmpty()) {
          LAB.keep(injection.kind());
          LAB.heal(); // or the next one would be blamed for it
        }
      }
    }

    System.out.println(report.markdown());
    assertThat(report.injections()).isNotEmpty();
    assertThat(report.violations()).isEmpty();
  }

  private static Injection inject(FaultKind kind, Round round) throws Exception {
    LAB.forget();
    var violations = new ArrayList<String>();
    Optional<Lab.Spell> spell = Optional.empty();
    var failed = List.<Operation>of();
    var load = LAB.load(SERVERS, WRITE_INTERVAL);
    try (load) {
      load.awaitWrites(WRITES_AROUND);
      long before = term();
      spell = endured(kind, round, load, violations);
      failed = load.stop();
      violations.addAll(broken(LAB.judge(kind.settling())));
      if (spell.isPresent()) {
        violations.addAll(dear(kind, term() - before));
      }
      LAB.assertCheckersCanFail();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception | AssertionError e) {
      violations.add("it could not be judged: " + e);
    }
    var operations = LAB.history().operations();
    return new Injection(
        kind.toString(),
        kind.title(),
        round.number(),
        spell.flatMap(LAB::longestPause).map(Duration::toMillis),
        spell.map(whole -> Duration.ofNanos(whole.whole() - whole.healed()).toMillis()),
        operations.stream().filter(Operation::acknowledgedWrite).count(),
        operations.stream().filter(o -> o.outcome() == Operation.Outcome.OK).count(),
        failed.size(),
        violations);
  }

  /** Empty, and a violation more, if the cluster did not become whole: what clients were promised must hold even then. */
  private static Optional<Lab.Spell> endured(
      FaultKind kind, Round round, Lab.Load load, List<String> violations)
      throws InterruptedException {
    try {
      var times = kind.strike(LAB, round);
      LAB.awaitWhole();
      var spell = new Lab.Spell(times.struck(), times.healed(), DriverClock.nanos());
      load.awaitWrites(WRITES_AROUND);
      return Optional.of(spell);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception | AssertionError e) {
      violations.add("it did not come to its end: " + e);
      return Optional.empty();
    }
  }

  private static List<String> broken(List<Verdict> verdicts) {
    return verdicts.stream()
        .filter(verdict -> !verdict.held())
        .map(Verdict::toString)
        .toList();
  }

  private static List<String> dear(FaultKind kind, long terms) {
    return terms <= kind.moves()
        ? List.of()
        : List.of(terms + " new terms of " + Lab.CONFIGURATION + ", at most " + kind.moves()
            + " are due");
  }

  private static long term() throws Exception {
    return LAB.client("charlie").service(Lab.CONFIGURATION).term();
  }

  private static List<FaultKind> kinds() {
    var wanted = System.getProperty("faults", "");
    if (wanted.isEmpty()) {
      return List.of(FaultKind.values());
    }
    var kinds = new ArrayList<FaultKind>();
    for (var name : wanted.split(",")) {
      kinds.add(Arrays.stream(FaultKind.values())
          .filter(kind -> kind.toString().equals(name))
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException(
              "no fault " + name + "; there are " + Arrays.toString(FaultKind.values()))));
    }
    return kinds;
  }

  private static String command() {
    return "multi-jvm-tests/campaign matrix " + Round.options()
        + Optional.ofNullable(System.getProperty("faults"))
            .filter(f -> !f.isEmpty())
            .map(f -> " --faults " + f)
            .orElse("")
        + " --quorum " + Lab.QUORUM;
  }
}
