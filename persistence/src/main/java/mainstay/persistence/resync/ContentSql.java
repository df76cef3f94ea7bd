package mainstay.persistence.resync;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import mainstay.persistence.resync.core.Digest;
import mainstay.persistence.resync.core.Key;
import mainstay.persistence.resync.core.KeyRange;
import mainstay.persistence.resync.core.RowHash;
import mainstay.persistence.resync.core.Table;

/**
 * The statements of one vendor on the content of a database. Digests and hashes come out equal for equal content,
 * whatever the vendor, and ranges hold the same keys: text is ordered by its bytes. Values of rows are those of
 * {@link mainstay.persistence.resync.core.RowText}.
 */
public interface ContentSql {
  /** Receives rows one by one. */
  @FunctionalInterface
  interface Rows {
    void row(Object[] values) throws SQLException;
  }

  /** Which database of which cluster it says it is; empty if nobody has told it. */
  Optional<Identity> identity(Connection session) throws SQLException;

  record Identity(String cluster, String name) {}

  /** About how many rows there are; cheap. */
  long estimate(Connection session, Table table) throws SQLException;

  /** The key of the row with this number in the range, from 1 on; empty if there are fewer. */
  Optional<Key> boundary(Connection session, Table table, KeyRange range, int row)
      throws SQLException;

  boolean isEmpty(Connection session, Table table, KeyRange range) throws SQLException;

  long count(Connection session, Table table, KeyRange range) throws SQLException;

  Digest digest(Connection session, Table table, KeyRange range) throws SQLException;

  /** Names how {@link #quickDigest} is computed; empty if that is not faster than {@link #digest}. */
  default Optional<String> quick(Connection session) throws SQLException {
    return Optional.empty();
  }

  /**
   * As {@link #digest}, but equal only between databases that name the same {@link #quick}, and by a hash that is not
   * made to withstand who knows the seed.
   */
  default Digest quickDigest(Connection session, Table table, KeyRange range, long seed)
      throws SQLException {
    return digest(session, table, range);
  }

  /** In the order of the keys. */
  List<RowHash> hashes(Connection session, Table table, KeyRange range) throws SQLException;

  /** Those of the keys that are there. */
  List<RowHash> hashes(Connection session, Table table, Collection<Key> keys) throws SQLException;

  /** In the order of the keys. */
  void rows(Connection session, Table table, KeyRange range, Rows target) throws SQLException;

  /** Those of the keys that are there. */
  void rows(Connection session, Table table, Collection<Key> keys, Rows target) throws SQLException;

  /** The nearest row, before or behind a key, that has the same first part of the key. */
  Optional<Object[]> neighbour(Connection session, Table table, Key key, boolean behind)
      throws SQLException;

  /** Stores rows; one that is there already is replaced, unless its growth forbids it ({@link Table.Growth}). */
  void put(Connection session, Table table, List<Object[]> rows) throws SQLException;

  void delete(Connection session, Table table, Collection<Key> keys) throws SQLException;

  void delete(Connection session, Table table, KeyRange range) throws SQLException;

  /** Removes all rows without reading them, and those that refer to them. */
  void empty(Connection session, Table table) throws SQLException;

  /** Statements to move the rows of a range as a stream, in any order; empty where only {@link #rows} and {@link #put} can. */
  Optional<Stream> stream(Connection session, Table table, KeyRange range) throws SQLException;

  /** In the binary form of the vendor: only between databases of the same one. */
  record Stream(String out, String in) {}
}
