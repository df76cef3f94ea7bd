package mainstay.multijvm.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import mainstay.multijvm.scenario.CampaignReport.Injection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CampaignReportTest {
  private final CampaignReport report =
      new CampaignReport("campaign matrix --seed 7", Instant.parse("2026-11-28T12:00:00Z"));

  @Test
  void eachKindHasALineWithItsFigures() {
    report.add(injection("kill-active", 1, Optional.of(100L)));
    report.add(injection("kill-active", 2, Optional.of(300L)));
    report.add(injection("halves", 1, Optional.of(4_000L)));

    assertThat(report.markdown())
        .contains("`campaign matrix --seed 7`")
        .contains("3 injections of 2 kinds, 60 operations that came to a good end, 30 of them")
        .contains(
            "| words for kill-active (`kill-active`) | 2 | 0 | 0 | 100 / 300 / 300 | 5000 / 5000 / 5000 |")
        .contains("0 violations of an invariant")
        .doesNotContain("## Violations");
  }

  @Test
  void aViolationIsNamedWithItsRound() {
    report.add(injection("halves", 3, Optional.empty(), "I1 no acknowledged write lost: VIOLATED"));

    assertThat(report.violations())
        .containsExactly("halves in round 3: I1 no acknowledged write lost: VIOLATED");
    assertThat(report.markdown())
        .contains("| 1 | 1 | 0 | none |")
        .contains("## Violations\n\n- halves in round 3");
  }

  @Test
  void programsReadEveryInjectionAndPeopleSeeEveryPause(@TempDir Path directory) throws Exception {
    report.add(injection("kill-active", 1, Optional.of(100L)));
    report.add(injection("kill-active", 2, Optional.empty(), "broken"));

    report.save(directory);

    var saved = new ObjectMapper().readTree(directory.resolve("campaign.json").toFile());
    assertThat(saved.path("command").asText()).isEqualTo("campaign matrix --seed 7");
    assertThat(saved.path("injections").path(0).path("pauseMillis").asLong()).isEqualTo(100);
    assertThat(saved.path("injections").path(1).path("pauseMillis").isNull()).isTrue();
    assertThat(saved.path("injections").path(1).path("violations").path(0).asText())
        .isEqualTo("broken");
    assertThat(Files.readString(directory.resolve("pauses.svg")).split("<circle", -1))
        .hasSize(2);
    assertThat(Files.readString(directory.resolve("campaign.md"))).isEqualTo(report.markdown());
  }

  private static Injection injection(
      String kind, int round, Optional<Long> pause, String... violations) {
    return new Injection(
        kind,
        "words for " + kind,
        round,
        pause,
        Optional.of(5_000L),
        10,
        20,
        0,
        List.of(violations));
  }
}
