package mainstay.persistence.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PatienceTest {
  private static final SQLException REFUSED = new SQLException("refused");

  @Test
  void thePausesGrowUpToHalfASecond() {
    assertThat(IntStream.of(1, 2, 3, 4, 5, 6, 1000).mapToObj(Patience::pause))
        .extracting(Duration::toMillis)
        .containsExactly(50L, 100L, 200L, 400L, 500L, 500L, 500L);
  }

  @Test
  void aFailedLoginIsTriedAgainAndRemembered() throws SQLException {
    try (var patience = new Patience()) {
      patience.failed(1, REFUSED);

      assertThat(patience.failure()).hasValue(REFUSED);
      patience.succeeded();
      assertThat(patience.failure()).isEmpty();
    }
  }

  @Test
  void afterTheEndItIsNot() {
    var patience = new Patience();
    patience.close();

    assertThatThrownBy(() -> patience.failed(1, REFUSED)).isSameAs(REFUSED);
  }
}
