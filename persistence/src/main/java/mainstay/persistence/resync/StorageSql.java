package mainstay.persistence.resync;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import mainstay.persistence.resync.core.Digest;
import mainstay.persistence.resync.core.Heads;
import mainstay.persistence.resync.core.Table;

/**
 * Statements of a vendor on rows in the order in which they lie on the disk. That order differs between databases of equal
 * content, and a row that is changed between two statements may be read twice or not at all.
 */
public interface StorageSql {
  /**
   * Where rows lie.
   *
   * @param from first page
   * @param to page behind the last one; empty: all pages from the first on
   */
  record Place(long from, OptionalLong to) {}

  /** All rows that there are, in places of about so many. */
  List<Place> places(Connection session, Table table, int rows) throws SQLException;

  ContentSql.Stream copy(Table table, Place place);

  /**
   * Content by streams: by the first of two columns of the key.
   *
   * @param ends rows of a stream behind its head are left out; a stream that has none here counts as a whole
   * @param seed for {@link ContentSql#quickDigest}; empty: as {@link ContentSql#digest}
   */
  Map<Object, Digest> digests(
      Connection session, Table table, Place place, Heads ends, OptionalLong seed)
      throws SQLException;
}
