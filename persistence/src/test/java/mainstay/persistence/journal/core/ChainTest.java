package mainstay.persistence.journal.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ChainTest {
  private static final byte[] FIRST = next(Chain.start(), 1, "fence", "payload");

  /** The stored form of every journal depends on it: it may never change. */
  @Test
  void theHashOfAnEventStaysTheSame() {
    assertThat(HexFormat.of().formatHex(FIRST)).isEqualTo("10af5e6fce258a0375bf8e35d1390f5d");
  }

  @Test
  void everyPartCounts() {
    assertThat(FIRST)
        .hasSize(Chain.LENGTH)
        .isNotEqualTo(next(FIRST, 1, "fence", "payload"))
        .isNotEqualTo(next(Chain.start(), 2, "fence", "payload"))
        .isNotEqualTo(next(Chain.start(), 1, "other", "payload"))
        .isNotEqualTo(next(Chain.start(), 1, "fence", "Payload"))
        .isNotEqualTo(Chain.next(Chain.start(), 1, 8, "m", bytes("fence"), bytes("payload")))
        .isNotEqualTo(Chain.next(Chain.start(), 1, 7, "n", bytes("fence"), bytes("payload")));
  }

  @Test
  void theStartCannotBeChangedByItsReader() {
    Chain.start()[0] = 1;

    assertThat(Chain.start()).containsOnly(0);
  }

  private static byte[] next(byte[] previous, long sequence, String fence, String payload) {
    return Chain.next(previous, sequence, 7, "m", bytes(fence), bytes(payload));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
