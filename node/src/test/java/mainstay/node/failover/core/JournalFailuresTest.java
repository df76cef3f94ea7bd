package mainstay.node.failover.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JournalFailuresTest {
  private final JournalFailures failures = new JournalFailures(Duration.ofSeconds(30));

  @Test
  void threeInARowAreTooMany() {
    assertThat(looked(2, 0)).isEmpty();
    assertThat(looked(3, 1)).contains("3 writes of its journal in a row have failed, the last: no");

    assertThat(looked(0, 2)).as("one was stored").isEmpty();
    assertThat(looked(2, 3)).isEmpty();
  }

  @Test
  void whatFailsWhileADatabaseDoesNotAnswerDoesNotCount() {
    assertThat(failures.looked(5, "no", false, 0)).isEmpty();
    assertThat(looked(5, 1)).as("it answers again").isEmpty();
    assertThat(looked(7, 2)).isEmpty();

    assertThat(looked(8, 3)).contains("3 writes of its journal in a row have failed, the last: no");
  }

  @Test
  void whoHasStoredSomethingSinceBeginsAtNought() {
    assertThat(failures.looked(5, "no", false, 0)).isEmpty();

    assertThat(looked(3, 1)).isPresent();
  }

  @Test
  void anotherChanceComesAfterAWhileAndAfterTwiceAsLongWhereItWasNotTaken() {
    assertThat(looked(3, 0)).isPresent();
    assertThat(looked(4, 10)).isPresent();
    assertThat(looked(4, 39)).as("29 s after the last").isPresent();
    assertThat(looked(4, 40)).isEmpty();

    assertThat(looked(6, 50)).isEmpty();
    assertThat(looked(7, 51)).isPresent();
    assertThat(looked(7, 110)).as("59 s after the last").isPresent();
    assertThat(looked(7, 111)).isEmpty();
  }

  @Test
  void theNextChanceComesAsSoonAsTheFirstAfterAWriteThatWasStored() {
    looked(3, 0);
    assertThat(looked(3, 30)).isEmpty();
    looked(0, 31);

    assertThat(looked(3, 40)).isPresent();
    assertThat(looked(3, 69)).isPresent();
    assertThat(looked(3, 70)).isEmpty();
  }

  @Test
  void noChanceIsLongerAwayThanSixteenTimes() {
    long failed = 0;
    long second = 0;
    for (int chance = 0; chance < 10; chance++) {
      failed += 3;
      assertThat(looked(failed, second)).isPresent();
      second += 16 * 30;
      assertThat(looked(failed, second)).isEmpty();
    }
  }

  private Optional<String> looked(long inARow, long second) {
    return failures.looked(inARow, "no", true, Duration.ofSeconds(second).toNanos());
  }
}
