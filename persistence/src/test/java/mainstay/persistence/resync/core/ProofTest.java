package mainstay.persistence.resync.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import mainstay.persistence.journal.core.Chain;
import mainstay.persistence.samples.core.SampleRow;
import org.junit.jupiter.api.Test;

class ProofTest {
  private static final byte[] PAYLOAD = "payload".getBytes(StandardCharsets.UTF_8);
  private static final byte[] FENCE = "dge/main#7@bravo/1f3c".getBytes(StandardCharsets.UTF_8);

  private static Object[] event(long sequence, byte[] payload, byte[] chain) {
    return new Object[] {
      "point|p", sequence, false, "w", 5L, "", 9L, "manifest", payload, 2L, "", FENCE, chain
    };
  }

  private static byte[] chain(byte[] previous, long sequence) {
    return Chain.next(
        previous == null ? Chain.start() : previous, sequence, 9, "manifest", FENCE, PAYLOAD);
  }

  @Test
  void theChainIsThatOfTheDocument() {
    // python3: hashlib.sha256(bytes(16) + (1).to_bytes(8,'big') + (9).to_bytes(4,'big') +
    // b'manifest\0'
    //   + b'dge/main#7@bravo/1f3c\0payload').hexdigest()[:32]
    assertThat(HexFormat.of().formatHex(chain(null, 1)))
        .isEqualTo("5e7685ad713e538cef25349ac1de9302");
  }

  @Test
  void anEventFollowsTheOneBefore() {
    var first = event(1, PAYLOAD, chain(null, 1));
    var second = event(2, PAYLOAD, chain(chain(null, 1), 2));

    assertThat(Proof.ofEvent(null, first)).isEqualTo(Proof.RIGHT);
    assertThat(Proof.ofEvent(first, second)).isEqualTo(Proof.RIGHT);
    assertThat(Proof.ofEvent(null, second)).isEqualTo(Proof.NONE); // those before were deleted
    assertThat(Proof.ofEvent(first, event(3, PAYLOAD, chain(null, 3)))).isEqualTo(Proof.WRONG);
  }

  @Test
  void aChangedEventDoesNotFollow() {
    assertThat(Proof.ofEvent(null, event(1, new byte[] {1}, chain(null, 1))))
        .isEqualTo(Proof.WRONG);
    assertThat(Proof.ofEvent(event(1, PAYLOAD, FENCE), event(2, PAYLOAD, chain(chain(null, 1), 2))))
        .isEqualTo(Proof.WRONG);
    assertThat(Proof.ofEvent(null, event(1, PAYLOAD, null))).isEqualTo(Proof.NONE);
  }

  @Test
  void aSampleMatchesItsCheckSum() {
    long sum = new SampleRow(3, 4, 1.5, (short) 1).checkSum();

    assertThat(Proof.ofSample(new Object[] {3L, 4L, 1.5, 1L, sum})).isEqualTo(Proof.RIGHT);
    assertThat(Proof.ofSample(new Object[] {3L, 4L, 1.25, 1L, sum})).isEqualTo(Proof.WRONG);
    assertThat(Proof.ofSample(new Object[] {3L, 4L, null, 1L, sum})).isEqualTo(Proof.WRONG);
    assertThat(Proof.ofSample(new Object[] {3L, 4L, 1.5, 1L, null})).isEqualTo(Proof.NONE);
  }
}
