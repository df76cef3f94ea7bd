package mainstay.persistence.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PoolPaceTest {
  private static final SQLException REFUSED = new SQLException("refused");

  @Test
  void thePausesGrowUpToHalfASecond() {
    assertThat(pauses(REFUSED)).containsExactly(50L, 100L, 200L, 400L, 500L, 500L, 500L);
  }

  @Test
  void thoseOfALoginThatIsNotAcceptedGrowUpToFive() {
    assertThat(pauses(new SQLException("wrong password", "28P01")))
        .containsExactly(50L, 100L, 200L, 400L, 800L, 1600L, 5000L);
  }

  private static List<Long> pauses(SQLException failure) {
    return Stream.of(1, 2, 3, 4, 5, 6, 1000)
        .map(failures -> PoolPace.pause(failures, failure).toMillis())
        .toList();
  }

  @Test
  void aFailedLoginIsTriedAgainAndRemembered() throws SQLException {
    try (var pace = new PoolPace(() -> 0)) {
      pace.failed(1, REFUSED);

      assertThat(pace.failure()).hasValue(REFUSED);
      pace.succeeded();
      assertThat(pace.failure()).isEmpty();
    }
  }

  @Test
  void afterTheEndItIsNot() {
    var pace = new PoolPace(() -> 0);
    pace.close();

    assertThatThrownBy(() -> pace.failed(1, REFUSED)).isSameAs(REFUSED);
  }

  @Test
  void aSessionThatNobodyWaitsForIsOpenedLater() {
    try (var pace = new PoolPace(() -> 0)) {
      long begin = System.nanoTime();
      pace.await();

      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(90));
    }
  }

  @Test
  void oneThatSomebodyBeginsToWaitForIsOpenedThen() {
    var looks = new AtomicInteger();
    try (var pace = new PoolPace(() -> looks.incrementAndGet() < 3 ? 0 : 1)) {
      pace.await();

      assertThat(looks).hasValue(3);
    }
  }
}
