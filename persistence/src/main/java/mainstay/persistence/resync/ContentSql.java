package mainstay.persistence.resync;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import mainstay.persistence.resync.core.Digest;
import mainstay.persistence.resync.core.Heads;
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

  /** How far each stream reaches, of a table whose key is a stream and a number in it. */
  default Heads heads(Connection session, Table table) throws SQLException {
    var stream = table.key().get(0);
    try (var query = session.prepareStatement("select " + stream.name() + ", max("
            + table.key().get(1).name() + ") from " + table.name() + " group by " + stream.name());
        var row = query.executeQuery()) {
      return Values.heads(row, stream);
    }
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

  /** Lets the vendor look at a table that was filled just now, so that it finds good ways through it. */
  default void analyse(Connection session, Table table) throws SQLException {}

  /** Statements to move the rows of a range as a stream, in any order; empty where only {@link #rows} and {@link #put} can. */
  Optional<Stream> stream(Connection session, Table table, KeyRange range) throws SQLException;

  /**
   * As {@link #stream}, of many ranges that lie each in one stream and of which the target has nothing: at most so many
   * rows, in each range from its beginning on.
   */
  default Optional<Stream> stream(Table table, List<KeyRange> ranges, int rows) {
    return Optional.empty();
  }

  /** Empty where rows lie in the order of their keys, or only that order can be read. */
  default Optional<StorageSql> storage() {
    return Optional.empty();
  }

  /** In the binary form of the vendor: only between databases of the same one. */
  record Stream(String out, String in) {}
}
