package mainstay.persistence.samples.core;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.zip.CRC32C;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Sample;

/**
 * A row of table {@code sample}.
 *
 * @param value null if the poll failed
 * @param quality 0 GOOD, 1 BAD, 2 UNSET
 */
public record SampleRow(long series, long timeMillis, Double value, short quality)
    implements Comparable<SampleRow> {
  private static final long NO_VALUE = 0x7ff8dead00000000L;

  /** @param series number of its series */
  public static SampleRow of(Sample sample, long series) {
    return new SampleRow(
        series,
        sample.time().toEpochMilli(),
        sample.value().map(value -> value + 0.0).orElse(null), // no -0.0: not every vendor keeps it
        code(sample.quality()));
  }

  /** The number of a series, the same in every database: the first eight bytes of the SHA-256 of its name. */
  public static long seriesId(String name) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return ByteBuffer.wrap(digest.digest(name.getBytes(StandardCharsets.UTF_8)))
          .getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** CRC-32C over all that the row says, so that a changed row gives itself away. */
  public int checkSum() {
    var row = ByteBuffer.allocate(3 * Long.BYTES + Short.BYTES)
        .putLong(series)
        .putLong(timeMillis)
        .putLong(value == null ? NO_VALUE : Double.doubleToRawLongBits(value))
        .putShort(quality)
        .flip();
    var sum = new CRC32C();
    sum.update(row);
    return (int) sum.getValue();
  }

  public static short code(Quality quality) {
    return switch (quality) {
      case GOOD -> 0;
      case BAD -> 1;
      case UNSET -> 2;
    };
  }

  public static Quality quality(short code) {
    return switch (code) {
      case 0 -> Quality.GOOD;
      case 1 -> Quality.BAD;
      case 2 -> Quality.UNSET;
      default ->
        throw new IllegalStateException("sample with quality " + code + ", known are 0 to 2");
    };
  }

  @Override
  public int compareTo(SampleRow other) {
    int bySeries = Long.compare(series, other.series);
    return bySeries != 0 ? bySeries : Long.compare(timeMillis, other.timeMillis);
  }
}
