package mainstay.persistence.term;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import mainstay.persistence.term.TermStore.HistoryEntry;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import org.junit.jupiter.api.Test;

class TermHistoriesTest {
  private static final Instant NOON = Instant.parse("2026-11-29T12:00:00Z");

  @Test
  void whatOneLacksOthersSay() {
    assertThat(missing(16, 5, history(4, 2, 1), history(4, 3, 2, 1), history(4, 2, 1)))
        .isEqualTo(Map.of("db1", history(3), "db3", history(3)));
  }

  @Test
  void equalHistoriesLackNothing() {
    assertThat(missing(16, 5, history(4, 2, 1), history(4, 2, 1))).isEmpty();
  }

  @Test
  void aTermThatSomebodyMayStillRaiseIsLeftAlone() {
    assertThat(missing(16, 3, history(3, 2), history(4, 3, 2))).isEmpty();
  }

  @Test
  void whatIsOlderThanWasAskedForIsNotMissed() {
    assertThat(missing(3, 9, history(8, 7, 5), history(8, 7, 6)))
        .isEqualTo(Map.of("db1", history(6)));
    assertThat(missing(3, 9, history(8, 7, 6), history(8, 7, 5)))
        .isEqualTo(Map.of("db2", history(6)));
  }

  @SafeVarargs
  private static Map<String, List<HistoryEntry>> missing(
      int limit, long term, List<HistoryEntry>... histories) {
    var byDatabase = new java.util.TreeMap<String, List<HistoryEntry>>();
    for (var history : histories) {
      byDatabase.put("db" + (byDatabase.size() + 1), history);
    }
    return TermHistories.missing(byDatabase, limit, term);
  }

  private static List<HistoryEntry> history(long... terms) {
    return Arrays.stream(terms)
        .mapToObj(term -> new HistoryEntry(
            new Activation(ServiceName.CONFIGURATION, term, new ServerId("alpha"), "a1"),
            "why",
            NOON))
        .toList();
  }
}
