package mainstay.node.failover.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import mainstay.protocol.message.FailoverAgent.Report;
import mainstay.protocol.model.ClockOffset;
import mainstay.protocol.model.Fitness;
import mainstay.protocol.model.ServerId;
import org.junit.jupiter.api.Test;

class ClocksTest {
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final long SEED = Long.getLong("mainstay.test.seed", 1);

  @Test
  void twoClocksAreComparedByTheLagsInBothDirections() {
    // The other is 5 s ahead; its reports need 10 ms, and those to it 30 ms.
    var one = server("alpha", "bravo", -4990);
    var other = server("bravo", "alpha", 5030);

    assertThat(Clocks.between(one, other)).contains(offset(-5010, 20));
    assertThat(Clocks.between(other, one)).contains(offset(5010, 20));
  }

  @Test
  void nothingIsKnownUntilBothHaveHeardEachOther() {
    var one = server("alpha", "bravo", 10);
    var deaf = Reports.server(new ServerId("bravo"), "1", Fitness.FIT);

    assertThat(Clocks.between(one, deaf)).isEmpty();
    assertThat(Clocks.between(deaf, one)).isEmpty();
    assertThat(Clocks.fromMedian(one, List.of(one, deaf))).isEmpty();
  }

  @Test
  void oneOfThreeWhoseClockIsWrongIsUnfitAndTheOthersAreNot() {
    var ahead = servers(4100, 0, 40);
    assertThat(complaints(ahead))
        .containsExactly(
            Optional.of(
                "its clock is 4.06 s ahead of the median of all servers, give or take 0.01 s;"
                    + " 2s are allowed (mainstay.failover.clock-offset-limit)"),
            Optional.empty(),
            Optional.empty());

    var behind = servers(0, 40, -4000);
    assertThat(complaints(behind).get(2))
        .hasValueSatisfying(text ->
            assertThat(text).startsWith("its clock is 4.00 s behind the median of all servers"));
    assertThat(complaints(behind).subList(0, 2)).containsOnly(Optional.empty());
  }

  @Test
  void whatMayBeWithinTheLimitIsNoComplaint() {
    assertThat(complaints(servers(2010, 0, 0)).get(0)).as("2000 to 2020").isEmpty();
    assertThat(complaints(servers(2012, 0, 0)).get(0)).isPresent();
    assertThat(complaints(servers(-2010, 0, 0)).get(0)).isEmpty();
    assertThat(complaints(servers(-2012, 0, 0)).get(0)).isPresent();
  }

  @Test
  void ofTwoNobodyCanSayWhoIsWrong() {
    var two = servers(60_000, 0);

    assertThat(complaints(two)).containsOnly(Optional.empty());
    assertThat(Clocks.fromMedian(two.get(0), two)).contains(offset(30_005, 30_005));
    assertThat(Clocks.fromMedian(two.get(1), two)).contains(offset(-30_005, 30_005));
  }

  @Test
  void ofFourThreeAreAMajorityAndTwoAreNone() {
    assertThat(complaints(servers(0, 0, 0, 60_000)).stream().map(Optional::isPresent))
        .containsExactly(false, false, false, true);
    assertThat(complaints(servers(0, 0, 60_000, 60_000))).containsOnly(Optional.empty());
  }

  @Test
  void aClockThatWasSetAMomentAgoIsBetweenTheOldAndTheNew() {
    // The one still knows that it was even; the other has seen that it is 5 s ahead now.
    var one = server("alpha", "bravo", 10);
    var other = server("bravo", "alpha", -4990);

    assertThat(Clocks.between(one, other)).contains(offset(2500, 2490));
  }

  /** The simplest that the bounds may be held against: the clocks themselves. */
  @Test
  void theTruthIsAlwaysWithinTheBounds() {
    var random = new Random(SEED);
    for (int round = 0; round < 2000; round++) {
      int count = 3 + 2 * random.nextInt(2);
      var clocks = random.ints(count, -5000, 5000).boxed().toList();
      var reports = new ArrayList<Report>();
      for (int i = 0; i < count; i++) {
        var lags = new TreeMap<String, Duration>();
        for (int j = 0; j < count; j++) {
          if (i != j) {
            lags.put(
                "s" + j, Duration.ofMillis(clocks.get(i) - clocks.get(j) + random.nextInt(900)));
          }
        }
        reports.add(Reports.with(Reports.server(new ServerId("s" + i), "1", Fitness.FIT), lags));
      }
      var median = clocks.stream().sorted(Comparator.naturalOrder()).toList().get(count / 2);

      for (int i = 0; i < count; i++) {
        var found = Clocks.fromMedian(reports.get(i), reports).orElseThrow();
        var truth = Duration.ofMillis(clocks.get(i) - median);
        assertThat(truth)
            .as("seed %d round %d clocks %s server %d: %s", SEED, round, clocks, i, found)
            .isBetween(found.ahead().minus(found.error()), found.ahead().plus(found.error()));
      }
    }
  }

  @Test
  void whatIsUncertainChangesNothing() {
    var ailments = new Ailments(2, Duration.ZERO);
    var right = servers(0, 0, 0);
    var wrong = servers(5000, 0, 0);
    var uncertain = servers(2000, 0, 0);

    look(right, ailments);
    look(wrong, ailments);
    look(uncertain, ailments);
    assertThat(ailments.fitness().fit()).isTrue();
    look(wrong, ailments);
    assertThat(ailments.fitness().fit()).as("two bad looks in a row").isFalse();

    look(uncertain, ailments);
    look(wrong.subList(0, 2), ailments); // only two are left
    look(wrong.subList(0, 1), ailments); // alone
    assertThat(ailments.fitness().fit()).isFalse();
    look(right, ailments);
    assertThat(ailments.fitness().fit()).isTrue();
  }

  private static void look(List<Report> servers, Ailments ailments) {
    Clocks.look(servers.get(0), servers, LIMIT, ailments, 0);
  }

  private static List<Optional<String>> complaints(List<Report> servers) {
    return servers.stream()
        .map(one -> {
          var ailments = new Ailments(1, Duration.ZERO);
          Clocks.look(one, servers, LIMIT, ailments, 0);
          return ailments.fitness().complaints().stream().findFirst();
        })
        .toList();
  }

  /** Every two of them hear each other, over a way of 10 ms. */
  private static List<Report> servers(long... clocksMillis) {
    var reports = new ArrayList<Report>();
    for (int i = 0; i < clocksMillis.length; i++) {
      var lags = new TreeMap<String, Duration>();
      for (int j = 0; j < clocksMillis.length; j++) {
        if (i != j) {
          lags.put("s" + j, Duration.ofMillis(clocksMillis[i] - clocksMillis[j] + 10));
        }
      }
      reports.add(Reports.with(Reports.server(new ServerId("s" + i), "1", Fitness.FIT), lags));
    }
    return reports;
  }

  private static Report server(String name, String other, long lagMillis) {
    var lags = new TreeMap<String, Duration>();
    lags.put(other, Duration.ofMillis(lagMillis));
    return Reports.with(Reports.server(new ServerId(name), "1", Fitness.FIT), lags);
  }

  private static ClockOffset offset(long aheadMillis, long errorMillis) {
    return new ClockOffset(Duration.ofMillis(aheadMillis), Duration.ofMillis(errorMillis));
  }
}
