package mainstay.persistence.resync.core;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import mainstay.persistence.resync.core.Column.Kind;

/**
 * A row as one text that is the same for every vendor. Columns are joined by {@code |}; null is {@code ~}; numbers are
 * decimal; truth is 1 or 0; bytes are lower-case hexadecimal, or {@code #} and their MD5 where they are more than
 * {@link #LONG_BYTES}, for no vendor makes texts of any length; a floating-point number is the 16 hexadecimal digits of
 * its bits, because vendors print it differently, and zero has no sign, which not every vendor keeps; a time is its microseconds since 1970.
 */
public final class RowText {
  public static final int LONG_BYTES = 1024;

  private static final HexFormat HEX = HexFormat.of();
  private static final int DIGITS = 15;
  private static final int RADIX = 16;

  private RowText() {}

  /** @param values null, String, Long (also for a time), Boolean, Double or bytes, one for each column */
  public static String of(List<Column> columns, Object[] values) {
    var text = new StringBuilder();
    for (int i = 0; i < values.length; i++) {
      if (i > 0) {
        text.append('|');
      }
      text.append(of(columns.get(i).kind(), values[i]));
    }
    return text.toString();
  }

  /** See {@link Digest}. */
  public static long hash(List<Column> columns, Object[] values) {
    var md5 = md5(of(columns, values).getBytes(StandardCharsets.UTF_8));
    return Long.parseLong(md5.substring(0, DIGITS), RADIX);
  }

  private static String md5(byte[] bytes) {
    try {
      return HEX.formatHex(MessageDigest.getInstance("MD5").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has MD5", e);
    }
  }

  private static String of(Kind kind, Object value) {
    if (value == null) {
      return "~";
    }
    return switch (kind) {
      case TEXT, LONG, INT, SHORT, TIME -> value.toString();
      case BOOL -> (Boolean) value ? "1" : "0";
      case DOUBLE -> HEX.toHexDigits(Double.doubleToLongBits((Double) value + 0.0));
      case BYTES -> of((byte[]) value);
    };
  }

  private static String of(byte[] bytes) {
    return bytes.length > LONG_BYTES ? '#' + md5(bytes) : HEX.formatHex(bytes);
  }
}
