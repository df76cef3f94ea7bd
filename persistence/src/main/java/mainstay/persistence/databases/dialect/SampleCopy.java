package mainstay.persistence.databases.dialect;

import java.nio.ByteBuffer;
import java.util.List;
import mainstay.persistence.samples.core.SampleRow;

/**
 * Samples in the binary form of PostgreSQL's {@code COPY}: columns series_id, ts_ms, val, quality, check_sum. The form is that
 * of its manual, "COPY", section "Binary Format".
 */
final class SampleCopy {
  private static final byte[] SIGNATURE = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0
  };
  private static final int HEADER = SIGNATURE.length + 2 * Integer.BYTES;
  private static final short COLUMNS = 5;
  private static final int ROW =
      Short.BYTES + COLUMNS * Integer.BYTES + 3 * Long.BYTES + Short.BYTES + Integer.BYTES;
  private static final int NULL = -1;
  private static final short END = -1;

  private SampleCopy() {}

  static byte[] of(List<SampleRow> rows) {
    var copy = ByteBuffer.allocate(HEADER + rows.size() * ROW + Short.BYTES);
    copy.put(SIGNATURE).putInt(0).putInt(0); // no flags, no extension
    for (var row : rows) {
      copy.putShort(COLUMNS)
          .putInt(Long.BYTES)
          .putLong(row.series())
          .putInt(Long.BYTES)
          .putLong(row.timeMillis());
      if (row.value() == null) {
        copy.putInt(NULL);
      } else {
        copy.putInt(Double.BYTES).putDouble(row.value());
      }
      copy.putInt(Short.BYTES).putShort(row.quality()).putInt(Integer.BYTES).putInt(row.checkSum());
    }
    copy.putShort(END);
    var bytes = new byte[copy.position()];
    copy.flip().get(bytes);
    return bytes;
  }
}
