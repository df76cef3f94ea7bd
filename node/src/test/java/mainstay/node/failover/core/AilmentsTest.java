package mainstay.node.failover.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import mainstay.node.failover.core.Ailments.Aspect;
import org.junit.jupiter.api.Test;

class AilmentsTest {
  private final Ailments ailments = new Ailments(2, Duration.ofSeconds(3));

  @Test
  void oneBadLookMeansNothingAndTwoInARowDo() {
    sound(0);
    bad("gone", 1);
    assertThat(ailments.fitness().fit()).isTrue();
    sound(2);
    bad("gone", 3);
    assertThat(ailments.fitness().fit()).as("not in a row").isTrue();

    bad("still gone", 4);

    assertThat(ailments.fitness().complaints()).containsExactly("still gone");
  }

  @Test
  void aComplaintIsOverWhenAllHasBeenWellForAWhile() {
    sound(0);
    bad("gone", 1);
    bad("gone", 2);

    sound(3);
    sound(5);
    assertThat(ailments.fitness().fit()).as("for two seconds").isFalse();
    sound(6);
    assertThat(ailments.fitness().fit()).as("for three seconds").isTrue();
  }

  @Test
  void aFlickerKeepsItUp() {
    sound(0);
    bad("gone", 1);
    bad("gone", 2);
    for (int second = 3; second < 60; second += 3) {
      sound(second);
      sound(second + 2);
      bad("gone again", second + 2.5);
      assertThat(ailments.fitness().complaints()).containsExactly("gone again");
    }
  }

  @Test
  void whatHasNeverBeenSoundIsFitAtTheFirstGoodLook() {
    bad("not known yet", 0);
    bad("not known yet", 1);
    assertThat(ailments.fitness().fit()).isFalse();

    sound(2);

    assertThat(ailments.fitness().fit()).isTrue();
  }

  @Test
  void eachAspectIsJudgedByItself() {
    sound(0);
    ailments.looked(Aspect.DISK, Optional.of("full"), seconds(0));
    bad("gone", 1);
    assertThat(ailments.fitness().fit()).as("one look at each").isTrue();

    bad("gone", 2);
    ailments.looked(Aspect.DISK, Optional.of("full"), seconds(2));

    assertThat(ailments.fitness().complaints()).containsExactly("gone", "full");
  }

  private void sound(double second) {
    ailments.looked(Aspect.DATABASES, Optional.empty(), seconds(second));
  }

  private void bad(String complaint, double second) {
    ailments.looked(Aspect.DATABASES, Optional.of(complaint), seconds(second));
  }

  private static long seconds(double seconds) {
    return (long) (seconds * 1e9);
  }
}
