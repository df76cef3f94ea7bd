package mainstay.persistence.resync.core;

import java.math.BigInteger;
import java.util.List;

/**
 * Content of a range of rows, whatever their order: their number and the sum of their hashes. The hash of a row is the
 * first 15 hexadecimal digits of the MD5 of {@link RowText}, read as a number: the most that fits into a signed number
 * of eight bytes, which every vendor can sum.
 */
public record Digest(long rows, BigInteger sum) {
  public static final Digest EMPTY = new Digest(0, BigInteger.ZERO);

  public static Digest of(List<RowHash> rows) {
    return new Digest(
        rows.size(),
        rows.stream()
            .map(row -> BigInteger.valueOf(row.hash()))
            .reduce(BigInteger.ZERO, BigInteger::add));
  }

  public Digest plus(Digest other) {
    return new Digest(rows + other.rows, sum.add(other.sum));
  }

  /** Short enough for a table; equal for equal content. */
  public String text() {
    return String.format("%016x", sum.longValue());
  }
}
