package mainstay.persistence.journal.core;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * The hash that stands beside each event: over the event and, chained, over all before it in its stream. Where two copies
 * of a stream differ, the one whose chain holds is the right one.
 */
public final class Chain {
  /** Bytes of a hash. */
  public static final int LENGTH = 16;

  private static final byte[] START = new byte[LENGTH];

  private Chain() {}

  /** What the first event of a stream is chained to, and one whose predecessor has no hash. */
  public static byte[] start() {
    return START.clone();
  }

  /**
   * @param previous hash of the event before, or {@link #start}
   * @param fence what stands beside the event about who stored it; may be empty
   */
  public static byte[] next(
      byte[] previous,
      long sequence,
      int serializerId,
      String manifest,
      byte[] fence,
      byte[] payload) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      digest.update(previous);
      digest.update(ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
          .putLong(sequence)
          .putInt(serializerId)
          .array());
      digest.update(manifest.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      digest.update(fence);
      digest.update((byte) 0);
      return Arrays.copyOf(digest.digest(payload), LENGTH);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
