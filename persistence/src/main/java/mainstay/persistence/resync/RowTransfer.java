package mainstay.persistence.resync;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import mainstay.persistence.resync.core.Key;
import mainstay.persistence.resync.core.KeyRange;
import mainstay.persistence.resync.core.Table;
import org.postgresql.PGConnection;

/** Moves rows from one database into another, in the transaction of the target's session. */
final class RowTransfer {
  private static final int BATCH = 1_000;
  private static final int BATCH_BYTES = 8_000_000;

  private RowTransfer() {}

  /**
   * Rows of a range that the target has none of. As a stream where both sides are of the same vendor and it has one,
   * else in batches.
   *
   * @return how many they were
   */
  static long range(Side source, Side target, Table table, KeyRange range) throws SQLException {
    var stream = streamOf(source, target, table, range);
    return stream.isPresent()
        ? stream(source, target, stream.get())
        : batches(target, table, rows -> source.sql().rows(source.session(), table, range, rows));
  }

  /**
   * The same of many ranges that lie each in one stream, about so many rows at most: in each range from its beginning on.
   *
   * @return how many they were; fewer than the most only if they were all
   */
  static long ranges(Side source, Side target, Table table, List<KeyRange> ranges, int most)
      throws SQLException {
    var stream = ofOneKind(source, target)
        ? source.sql().stream(table, ranges, most)
        : Optional.<ContentSql.Stream>empty();
    if (stream.isPresent()) {
      return stream(source, target, stream.get());
    }
    long copied = 0;
    for (int i = 0; i < ranges.size() && copied < most; i++) {
      copied += range(source, target, table, ranges.get(i));
    }
    return copied;
  }

  /** Whether rows go from one to the other as they are, without a copy in this program. */
  static boolean streams(Side source, Side target, Table table) throws SQLException {
    return streamOf(source, target, table, KeyRange.ALL).isPresent();
  }

  /** Whether both are of a vendor whose form of rows is the same everywhere. */
  static boolean ofOneKind(Side source, Side target) throws SQLException {
    return source.session().isWrapperFor(PGConnection.class)
        && target.session().isWrapperFor(PGConnection.class);
  }

  private static Optional<ContentSql.Stream> streamOf(
      Side source, Side target, Table table, KeyRange range) throws SQLException {
    return ofOneKind(source, target)
        ? source.sql().stream(source.session(), table, range)
        : Optional.empty();
  }

  /** Those of the keys that the source has; what the target holds of them is replaced. */
  static long keys(Side source, Side target, Table table, Collection<Key> keys)
      throws SQLException {
    return batches(target, table, rows -> source.sql().rows(source.session(), table, keys, rows));
  }

  /** What a vendor's copy sends, as it is. */
  static long stream(Side source, Side target, ContentSql.Stream stream) throws SQLException {
    var out = source.session().unwrap(PGConnection.class).getCopyAPI().copyOut(stream.out());
    try {
      var in = target.session().unwrap(PGConnection.class).getCopyAPI().copyIn(stream.in());
      try {
        for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
          in.writeToCopy(row, 0, row.length);
        }
        return in.endCopy();
      } finally {
        if (in.isActive()) {
          in.cancelCopy();
        }
      }
    } finally {
      if (out.isActive()) {
        out.cancelCopy();
      }
    }
  }

  private interface Reading {
    void into(ContentSql.Rows rows) throws SQLException;
  }

  private static long batches(Side target, Table table, Reading reading) throws SQLException {
    var batch = new Batch(target, table);
    reading.into(batch);
    batch.store();
    return batch.stored;
  }

  private static final class Batch implements ContentSql.Rows {
    private final Side target;
    private final Table table;
    private final List<Object[]> rows = new ArrayList<>();
    private long bytes;
    private long stored;

    private Batch(Side target, Table table) {
      this.target = target;
      this.table = table;
    }

    @Override
    public void row(Object[] values) throws SQLException {
      rows.add(values);
      for (var value : values) {
        bytes += value instanceof byte[] content ? content.length : 0;
      }
      if (rows.size() >= BATCH || bytes >= BATCH_BYTES) {
        store();
      }
    }

    private void store() throws SQLException {
      target.sql().put(target.session(), table, rows);
      stored += rows.size();
      rows.clear();
      bytes = 0;
    }
  }
}
