package mainstay.node.failover.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import mainstay.protocol.model.ServerId;
import org.junit.jupiter.api.Test;

class LagsTest {
  private static final ServerId BRAVO = new ServerId("bravo");
  private static final ServerId CHARLIE = new ServerId("charlie");

  private final Lags lags = new Lags(Duration.ofSeconds(10));

  @Test
  void theLeastCountsWhateverElseWasSlow() {
    arrived(BRAVO, 900, 0);
    arrived(BRAVO, 3, 1);
    arrived(BRAVO, 4000, 2);
    arrived(CHARLIE, -2000, 2);
    arrived(CHARLIE, -1900, 3);

    assertThat(least(3)).isEqualTo(Map.of("bravo", millis(3), "charlie", millis(-2000)));
  }

  @Test
  void whatIsOlderThanTheWindowIsForgottenAndWhatIsYoungerThanHalfOfItIsNot() {
    for (int second = 0; second < 40; second++) {
      arrived(BRAVO, second == 20 ? 1 : 50, second);
      var expected = second >= 20 && second <= 25 ? millis(1) : millis(50);
      if (second <= 25 || second >= 30) {
        assertThat(least(second)).as("second " + second).containsEntry("bravo", expected);
      }
    }
  }

  @Test
  void aClockThatIsSetBackShowsAtOnceAndOneThatIsSetForwardAfterTheWindow() {
    arrived(BRAVO, 5, 0);
    arrived(BRAVO, -4995, 1);
    assertThat(least(1)).containsEntry("bravo", millis(-4995));

    for (int second = 2; second <= 11; second++) {
      arrived(BRAVO, 5, second);
    }
    assertThat(least(11)).containsEntry("bravo", millis(5));
  }

  @Test
  void whoIsSilentIsForgotten() {
    arrived(BRAVO, 5, 0);

    assertThat(least(9)).hasSize(1);
    assertThat(least(10)).isEmpty();

    arrived(BRAVO, 70, 11);
    assertThat(least(11)).containsEntry("bravo", millis(70));
  }

  @Test
  void anotherRunOfAServerBeginsAnew() {
    arrived(BRAVO, 5, 0);

    lags.arrived(BRAVO, "bravo-2", millis(70), seconds(1));

    assertThat(least(1)).containsEntry("bravo", millis(70));
  }

  private void arrived(ServerId server, long lagMillis, long second) {
    lags.arrived(server, server + "-1", millis(lagMillis), seconds(second));
  }

  private Map<String, Duration> least(long second) {
    return lags.least(seconds(second));
  }

  private static Duration millis(long millis) {
    return Duration.ofMillis(millis);
  }

  private static long seconds(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }
}
