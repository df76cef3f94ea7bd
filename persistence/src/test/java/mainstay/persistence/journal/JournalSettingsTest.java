package mainstay.persistence.journal;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import org.junit.jupiter.api.Test;

class JournalSettingsTest {
  private static final Config DEFAULTS =
      ConfigFactory.load().getConfig("mainstay.persistence.journal");

  @Test
  void lanesLeaveASessionToSnapshotsAndSamples() {
    var settings = JournalSettings.from(DEFAULTS);

    assertThatCode(() -> settings.requireFewerLanesThan(3)).doesNotThrowAnyException();
    assertThatThrownBy(() -> settings.requireFewerLanesThan(2))
        .hasMessage(
            "mainstay.persistence.journal.lanes = 2 must be fewer than mainstay.persistence.connections.writers = 2");
  }

  @Test
  void limitsArePositive() {
    assertThatThrownBy(() ->
            JournalSettings.from(ConfigFactory.parseString("lanes = 0").withFallback(DEFAULTS)))
        .hasMessageContaining("mainstay.persistence.journal: lanes = 0");
  }
}
